import type { Client } from '@atelier/client';
import type { ThreadSummary } from '@atelier/protocol';
import type { Mode } from '@atelier/thread';
import { connectForWork } from '../connect.ts';
import type { Connection } from '../connect.ts';
import { watchRun } from '../run/watch-run.ts';
import type { Surroundings } from '../surroundings.ts';
import { cutText } from '../terminal/display-width.ts';
import { CommandError, UsageError } from '../usage-error.ts';

export interface RunOptions {
  json?: boolean;
  deltas?: boolean;
  model?: string;
  mode?: Mode;
  yes?: boolean;
  maxSteps?: number;
  continue?: boolean;
}

/** `atelier run`. */
export async function run(surroundings: Surroundings, words: readonly string[], options: RunOptions): Promise<void> {
  const mode = chooseMode(options);
  const prompt = await readPrompt(surroundings, words);
  await using connection = await connectForWork(surroundings, async (client) => options.model ?? (options.continue === true ? (await lastThread(surroundings, client))?.model : undefined));
  const { threadId, after } = await openThread(surroundings, connection, { ...options, mode, title: titleOf(prompt) });
  const messageId = surroundings.newId();
  await connection.client.call('sendCommand', {
    path: { threadId },
    body: { commandId: surroundings.newId(), command: { type: 'send-message', messageId, parts: [{ type: 'text', text: prompt }], delivery: 'queue' } },
  });
  await watchRun({ surroundings, connection, threadId, after, messageId, json: options.json === true, deltas: options.deltas === true });
}

/** A new thread of this folder, or its last one with the asked settings; with the cursor to watch it from. */
export async function openThread(surroundings: Surroundings, { client }: Connection, options: Omit<RunOptions, 'mode'> & { mode?: Mode | undefined; title: string }): Promise<{ threadId: string; after: number }> {
  const { mode, model, maxSteps } = options;
  if (options.continue !== true) {
    const threadId = surroundings.newId();
    await client.call('createThread', {
      body: { commandId: surroundings.newId(), threadId, root: surroundings.cwd, title: options.title, ...(mode && { mode }), ...(model && { model }), ...(maxSteps && { maxSteps }) },
    });
    return { threadId, after: 0 };
  }
  const last = await lastThread(surroundings, client);
  if (last === undefined) throw new CommandError('There is no thread of this folder to go on with. Leave out --continue to begin one.');
  if (mode !== undefined || model !== undefined || maxSteps !== undefined) {
    await client.call('sendCommand', { path: { threadId: last.threadId }, body: { commandId: surroundings.newId(), command: { type: 'change-settings', ...(mode && { mode }), ...(model && { model }), ...(maxSteps && { maxSteps }) } } });
  }
  return { threadId: last.threadId, after: last.seq };
}

async function lastThread(surroundings: Surroundings, client: Client): Promise<ThreadSummary | undefined> {
  return (await client.call('listThreads', { query: { root: surroundings.cwd, limit: 1, archived: 'false' } })).threads[0];
}

/** What a list shows of a thread that nobody has named: the beginning of its first message. */
export function titleOf(prompt: string): string {
  return cutText(prompt.trim().replace(/\s+/g, ' '), 80) || 'New thread';
}

function chooseMode({ mode, yes }: RunOptions): Mode | undefined {
  if (yes === true && mode !== undefined && mode !== 'auto') throw new UsageError(`--yes means --mode auto and does not go with --mode ${mode}`, 'atelier run [options] <prompt>');
  return yes === true ? 'auto' : mode;
}

/** The words, with what stdin gives in place of `-`; stdin alone where there are no words. */
async function readPrompt(surroundings: Surroundings, words: readonly string[]): Promise<string> {
  const wantsInput = words.includes('-') || (words.length === 0 && !surroundings.stdin.isTTY);
  const input = wantsInput ? await readAll(surroundings.stdin) : '';
  const prompt = (words.length === 0 ? input : words.map((word) => (word === '-' ? `\n${input}` : word)).join(' ')).trim();
  if (prompt === '') throw new UsageError('say what to do, as an argument or on stdin', 'atelier run [options] <prompt>');
  return prompt;
}

export async function readAll(stdin: NodeJS.ReadStream): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of stdin) pieces.push(Buffer.from(piece as Buffer | string)); // a stream without an encoding gives buffers
  return Buffer.concat(pieces).toString('utf8');
}
