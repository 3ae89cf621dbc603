import { closeImport, evolve, initialState } from '@atelier/thread';
import type { Event, Principal } from '@atelier/thread';
import { importJsonl } from '../export/import-jsonl.ts';
import type { ThreadStore } from './thread-store.ts';

/**
 * Makes a thread of the JSONL that an export gave, with its own ids, and closes there whatever was open: a foreign file
 * must not begin a run, and what was allowed where it came from is not allowed here. Throws `ImportError`; `made` is
 * false where a thread with this id is here already, which is then left as it is.
 */
export async function importThread(store: ThreadStore, given: { text: string; root: string | undefined; projectOf: (root: string) => Promise<string>; principal: Principal; now: number }): Promise<{ threadId: string; made: boolean }> {
  const read = importJsonl(given.text, (text) => store.blobs.keepText(text));
  const { threadId } = read;
  const root = given.root ?? read.created.data.root;
  const projectId = await given.projectOf(root);
  const events: Event[] = [{ ...read.created, data: { ...read.created.data, root, projectId } }, ...read.rest];
  let state = initialState(threadId);
  for (const event of events) state = evolve(state, event);
  const at = new Date(given.now).toISOString();
  const closing = closeImport(state, given.principal, `export of “${read.title}”`).map((event, index) => ({ ...event, threadId, seq: events.length + 1 + index, at, v: 1 as const }));
  return { threadId, made: await store.createFrom(threadId, `import-${threadId}`, [...events, ...closing]) };
}
