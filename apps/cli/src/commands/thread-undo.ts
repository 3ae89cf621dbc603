import { watchThread } from '@atelier/client';
import type { Client } from '@atelier/client';
import { connect } from '../connect.ts';
import type { Surroundings } from '../surroundings.ts';
import { cleanText } from '../terminal/display-width.ts';
import { plural } from '../terminal/figures.ts';
import { CommandError } from '../usage-error.ts';
import { findThread, readAllEvents } from './find-thread.ts';

const NAMED_UNCOVERED = 8;

/** `atelier thread undo`: asks for it, waits until it is done, and names every file. */
export async function undoRun(surroundings: Surroundings, id: string, options: { run?: string; checkpoint?: string; path?: string[]; json?: boolean }): Promise<void> {
  await using connection = await connect(surroundings);
  const thread = await findThread(surroundings, connection.client, id);
  const { threadId } = thread;
  const restoreId = surroundings.newId();
  const { run, checkpoint, path } = options;
  await connection.client.call('sendCommand', {
    path: { threadId },
    body: { commandId: surroundings.newId(), command: { type: 'request-restore', restoreId, ...(run && { runId: run }), ...(checkpoint && { checkpointId: checkpoint }), ...(path && { paths: path }) } },
  });
  for await (const watched of watchThread({ client: connection.client, threadId, after: thread.seq })) {
    if (watched.type !== 'event' || watched.event.type !== 'restore.completed' || watched.event.data.restoreId !== restoreId) continue;
    report(surroundings, { ...watched.event.data, uncovered: path === undefined ? await uncoveredPaths(connection.client, threadId) : [] }, options.json === true);
    return;
  }
  throw new CommandError(`The server went away before the undo was done. It is recorded; \`atelier thread show ${threadId}\` says how it went.`);
}

/** What the thread's newest checkpoint does not hold, so that no undo puts it back. */
async function uncoveredPaths(client: Client, threadId: string): Promise<Skipped[]> {
  let uncovered: Skipped[] = [];
  for await (const event of readAllEvents(client, threadId)) if (event.type === 'checkpoint.created') uncovered = event.data.uncovered;
  // What lies in a folder that is named already need not be named too.
  return uncovered.filter(({ path }) => !uncovered.some((folder) => path.startsWith(`${folder.path}/`)));
}

interface Skipped {
  path: string;
  reason: string;
}

function report(surroundings: Surroundings, done: { restored: string[]; removed: string[]; skipped: Skipped[]; uncovered: Skipped[]; error?: string | undefined }, json: boolean): void {
  const { stdout, stderr, style } = surroundings;
  surroundings.exitCode = done.error === undefined ? 0 : 1;
  if (json) {
    stdout.write(`${JSON.stringify(done, null, 2)}\n`);
    return;
  }
  if (done.error !== undefined) {
    stderr.write(`${done.error}\n`);
    return;
  }
  const lines = [
    ...done.restored.map((path) => `  ${style.green('put back')} ${cleanText(path)}`),
    ...done.removed.map((path) => `  ${style.red('removed')}  ${cleanText(path)}`),
    ...done.skipped.map(({ path, reason }) => `  ${style.yellow('left')}     ${cleanText(path)} ${style.dim(`(${cleanText(reason)})`)}`),
  ];
  const count = done.restored.length + done.removed.length;
  stdout.write(`${[...lines, count === 0 ? 'No file had to be changed.' : `${style.green('✓')} ${plural(count, 'file')} as before the run.`].join('\n')}\n`);
  const named = done.uncovered.slice(0, NAMED_UNCOVERED).map(({ path, reason }) => `${cleanText(path)} (${reason === 'too-large' ? 'too large' : cleanText(reason)})`);
  const more = done.uncovered.length - named.length;
  if (named.length > 0) stdout.write(`${style.dim(`Not saved for undo, so as they are now: ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`)}\n`);
}
