import type { Event } from '@atelier/thread';

/** Of one thread; a reader who follows live is at most a few behind. */
const EVENTS_KEPT = 64;
const THREADS_KEPT = 64;

/**
 * The last events that this process appended, for those who follow a thread live: they would read from the database what
 * was written a moment ago. Never the whole truth: another process may have appended more, so whoever hears of a change
 * from outside calls `forget` before readers are woken.
 */
export class RecentEvents {
  readonly #runs = new Map<string, Event[]>();

  /** Takes what was just appended, in the form in which it is stored. */
  add(threadId: string, events: readonly Event[]): void {
    const [first] = events;
    if (first === undefined) return;
    const run = this.#runs.get(threadId) ?? [];
    const goesOn = run.at(-1)?.seq === first.seq - 1;
    this.#runs.delete(threadId);
    this.#runs.set(threadId, [...(goesOn ? run : []), ...events].slice(-EVENTS_KEPT));
    const oldest = this.#runs.keys().next().value;
    if (this.#runs.size > THREADS_KEPT && oldest !== undefined) this.#runs.delete(oldest);
  }

  /** The events right after a cursor; undefined where they are not known here, or there are none. */
  after(threadId: string, cursor: number): Event[] | undefined {
    const run = this.#runs.get(threadId);
    const first = run?.[0];
    if (run === undefined || first === undefined || first.seq > cursor + 1) return undefined;
    const events = run.slice(cursor + 1 - first.seq);
    return events.length === 0 ? undefined : events;
  }

  /** A thread, or all of them, may have changed elsewhere. */
  forget(threadId: string | undefined): void {
    if (threadId === undefined) this.#runs.clear();
    else this.#runs.delete(threadId);
  }
}
