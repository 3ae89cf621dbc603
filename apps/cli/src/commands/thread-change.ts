import { connect } from '../connect.ts';
import type { Surroundings } from '../surroundings.ts';
import { askKey } from '../terminal/ask-key.ts';
import { cleanText } from '../terminal/display-width.ts';
import { UsageError } from '../usage-error.ts';
import { findThread } from './find-thread.ts';

/** `atelier thread fork`. */
export async function forkThread(surroundings: Surroundings, id: string, options: { at?: number; title?: string; json?: boolean }): Promise<void> {
  await using connection = await connect(surroundings);
  const { threadId } = await findThread(surroundings, connection.client, id);
  const { thread } = await connection.client.call('forkThread', {
    path: { threadId }, body: { commandId: surroundings.newId(), ...(options.at && { seq: options.at }), ...(options.title && { title: options.title }) },
  });
  tell(surroundings, options.json, { thread }, `Forked into ${thread.threadId}. To go on there: atelier thread resume ${thread.threadId} "…"`);
}

/** `atelier thread rename`. */
export async function renameThread(surroundings: Surroundings, id: string, words: readonly string[], options: { json?: boolean }): Promise<void> {
  const title = words.join(' ').trim();
  if (title === '') throw new UsageError('the title is empty', 'atelier thread rename <id> <title...>');
  await using connection = await connect(surroundings);
  const { threadId } = await findThread(surroundings, connection.client, id);
  await connection.client.call('sendCommand', { path: { threadId }, body: { commandId: surroundings.newId(), command: { type: 'rename-thread', title } } });
  tell(surroundings, options.json, { threadId, title }, `Renamed to “${cleanText(title)}”.`);
}

/** `atelier thread archive`. */
export async function archiveThread(surroundings: Surroundings, id: string, options: { undo?: boolean; json?: boolean }): Promise<void> {
  await using connection = await connect(surroundings);
  const { threadId } = await findThread(surroundings, connection.client, id, { archived: options.undo === true });
  const archived = options.undo !== true;
  await connection.client.call('sendCommand', { path: { threadId }, body: { commandId: surroundings.newId(), command: { type: archived ? 'archive-thread' : 'unarchive-thread' } } });
  tell(surroundings, options.json, { threadId, archived }, archived ? `Archived. \`atelier thread archive ${threadId} --undo\` puts it back.` : 'It is in the list again.');
}

/** `atelier thread delete`. */
export async function deleteThread(surroundings: Surroundings, id: string, options: { yes?: boolean; json?: boolean }): Promise<void> {
  await using connection = await connect(surroundings);
  const { threadId, title } = await findThread(surroundings, connection.client, id);
  if (options.yes !== true) {
    if (!surroundings.interactive) throw new UsageError('deleting cannot be undone; say --yes to do it without being asked', 'atelier thread delete --yes <id>');
    surroundings.stdout.write(`Delete “${cleanText(title)}” with all its events? This cannot be undone. ${surroundings.style.bold('y')}/${surroundings.style.bold('n')} `);
    const key = await askKey(surroundings.stdin, ['y', 'n'], new AbortController().signal);
    surroundings.stdout.write(`${key}\n`);
    if (key !== 'y') {
      surroundings.exitCode = 130;
      return;
    }
  }
  await connection.client.call('deleteThread', { path: { threadId } });
  tell(surroundings, options.json, { threadId, deleted: true }, 'Deleted.');
}

function tell(surroundings: Surroundings, json: boolean | undefined, facts: object, sentence: string): void {
  surroundings.stdout.write(json === true ? `${JSON.stringify(facts, null, 2)}\n` : `${sentence}\n`);
}
