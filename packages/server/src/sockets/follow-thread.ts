import type { Delta, Event } from '@atelier/thread';
import type { ThreadStore } from '../threads/thread-store.ts';
import type { DeltaHub } from './delta-hub.ts';

export type Followed =
  | { type: 'event'; event: Event }
  | { type: 'delta'; delta: Delta }
  /** All that was recorded up to `seq` has been given; what follows is live. */
  | { type: 'live'; seq: number }
  | { type: 'gone' };

const PAGE = 200;
/** More deltas than this waiting for a slow reader are dropped: the log has what counts. */
const WAITING_DELTAS = 500;

/**
 * A thread's events after a cursor, in order and without end, then deltas as they come. Nothing is pushed at the reader:
 * a wake only says that there may be news, and a page is read when the reader asks for more, so a slow one costs nothing.
 */
export async function* followThread(options: { store: ThreadStore; deltas: DeltaHub; threadId: string; after: number; signal: AbortSignal }): AsyncGenerator<Followed, void, undefined> {
  const { store, threadId, signal } = options;
  let cursor = options.after;
  let news = true;
  let live = false;
  const waiting: Delta[] = [];
  let wake = (): void => undefined;
  const stops = [
    store.onChange(threadId, () => { news = true; wake(); }),
    options.deltas.subscribe(threadId, (delta) => {
      if (waiting.length < WAITING_DELTAS) waiting.push(delta);
      wake();
    }),
  ];
  const stop = (): void => wake();
  signal.addEventListener('abort', stop);
  try {
    while (!signal.aborted) {
      // Deltas that came before the events that complete them are given first.
      for (const delta of waiting.splice(0)) yield { type: 'delta', delta };
      while (news && !signal.aborted) {
        news = false;
        const events = await store.readOn(threadId, { after: cursor, limit: PAGE });
        for (const event of events) {
          if (event.type === 'step.completed' || event.type === 'step.failed') dropDeltas(waiting, event.stepId);
          yield { type: 'event', event };
          cursor = event.seq;
        }
        if (events.length === PAGE) news = true;
        else if (events.length === 0 && cursor > 0 && await store.database.lastSeq(threadId) === undefined) return yield { type: 'gone' };
      }
      if (!live) {
        live = true;
        yield { type: 'live', seq: cursor };
      }
      if (news || waiting.length > 0) continue;
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (news || waiting.length > 0 || signal.aborted) resolve();
      });
    }
  } finally {
    signal.removeEventListener('abort', stop);
    for (const unsubscribe of stops) unsubscribe();
  }
}

/** A slow reader may get a step's end before the deltas that led to it: shown after it they would be shown twice. */
function dropDeltas(waiting: Delta[], stepId: string | undefined): void {
  const others = waiting.filter((delta) => !('stepId' in delta) || delta.stepId !== stepId);
  waiting.splice(0, waiting.length, ...others);
}
