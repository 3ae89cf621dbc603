import type { Client } from '@atelier/client';
import type { ThreadSummary } from '@atelier/protocol';
import type { Event } from '@atelier/thread';
import type { Surroundings } from '../surroundings.ts';
import { CommandError } from '../usage-error.ts';

/** The thread that a person named: by its whole id, by a unique beginning or end of it, or by `last` (of the archived ones, where asked). */
export async function findThread(surroundings: Surroundings, client: Client, name: string, options: { archived?: boolean } = {}): Promise<ThreadSummary> {
  if (name === 'last') {
    const { threads } = await client.call('listThreads', { query: { root: surroundings.cwd, limit: 1, archived: options.archived === true ? 'true' : 'false' } });
    if (threads[0] === undefined) throw new CommandError(options.archived === true ? 'This folder has no archived thread.' : 'This folder has no thread yet. `atelier thread list --all` shows those of other folders.');
    return threads[0];
  }
  if (!/^[A-Za-z0-9_.:-]{1,128}$/.test(name)) throw new CommandError(`“${name}” is not a thread's id. \`atelier thread list --all\` shows them.`);
  if (name.length >= 36) return getThread(client, name);
  const found = new Map<string, ThreadSummary>();
  for (const archived of ['false', 'true'] as const) {
    let cursor: string | undefined;
    do {
      const page = await client.call('listThreads', { query: { limit: 200, cursor, archived } });
      for (const thread of page.threads) if (thread.threadId.startsWith(name) || thread.threadId.endsWith(name)) found.set(thread.threadId, thread);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
  }
  const [first, ...others] = found.values();
  if (first === undefined) return getThread(client, name); // a foreign id, or there is none
  if (others.length > 0) throw new CommandError(`${found.size} threads match “${name}”: ${[...found.keys()].slice(0, 5).join(', ')}. Write more of the id.`);
  return first;
}

async function getThread(client: Client, threadId: string): Promise<ThreadSummary> {
  try {
    return (await client.call('getThread', { path: { threadId } })).thread;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'thread-not-found') throw new CommandError(`There is no thread “${threadId}”. \`atelier thread list --all\` shows those that there are.`);
    throw error;
  }
}

/** All events of a thread in order, page by page. */
export async function* readAllEvents(client: Client, threadId: string, after = 0): AsyncGenerator<Event, void, void> {
  for (let cursor = after; ;) {
    const { events, lastSeq } = await client.call('readEvents', { path: { threadId }, query: { after: cursor, limit: 1000 } });
    yield* events;
    cursor = events.at(-1)?.seq ?? lastSeq;
    if (cursor >= lastSeq) return;
  }
}
