import { closeFork, evolve, initialState } from '@atelier/thread';
import type { Event, NewEvent, Principal } from '@atelier/thread';
import type { ThreadStore } from './thread-store.ts';

/** Copies a thread up to an event into a new one and closes there whatever was open. False: the new thread exists already. */
export async function forkThread(store: ThreadStore, fork: { from: string; to: string; seq: number; title?: string | undefined; commandId: string; principal: Principal; now: number }): Promise<boolean> {
  const events = await readAll(store, fork.from, fork.seq);
  const last = events.at(-1);
  if (last === undefined) return false;
  const copies = events.map((event) => ({ ...event, threadId: fork.to }));
  let state = initialState(fork.to);
  for (const event of copies) state = evolve(state, event);
  const renamed: NewEvent[] = [{ type: 'thread.renamed', principal: fork.principal, data: { title: fork.title ?? `${state.title} (fork)`.slice(0, 200) } }];
  const closing = [...closeFork(state, fork.principal, { threadId: fork.from, seq: last.seq }), ...renamed];
  const at = new Date(fork.now).toISOString();
  const closed = closing.map((event, index) => ({ ...event, threadId: fork.to, seq: last.seq + 1 + index, at, v: 1 as const }));
  return store.createFrom(fork.to, fork.commandId, [...copies, ...closed]);
}

/** All events of a thread up to a seq, long texts as blobs. */
export async function readAll(store: ThreadStore, threadId: string, upTo = Infinity): Promise<Event[]> {
  const events: Event[] = [];
  for (;;) {
    const page = await store.readEvents(threadId, { after: events.at(-1)?.seq ?? 0, limit: 1000 });
    for (const event of page) if (event.seq <= upTo) events.push(event);
    if (page.length < 1000 || (events.at(-1)?.seq ?? 0) >= upTo) return events;
  }
}
