import type { Delta, Event, Refusal, RunFact, ThreadState } from '@atelier/thread';

/**
 * The agent's only tie to the world of threads: the log of one run. The server implements it on its thread store; tests
 * implement it in memory. The agent knows no database.
 */
export interface RunLog {
  readonly threadId: string;
  /** The fold of everything recorded so far, by anybody. Events hold long texts as blobs; `restore` gives them back. */
  state(): ThreadState;
  /** Records facts in order, as a whole; resolves when they are durable. */
  record(facts: RunFact[]): Promise<{ accepted: true; events: Event[] } | { accepted: false; refusal: Refusal }>;
  /** Reads what others (people, another process) recorded since; `state()` is fresh after it. Cheap when nothing is new. */
  refresh(): Promise<void>;
  /** All events after a seq, oldest first, with long texts restored. */
  readEvents(after: number): AsyncIterable<Event>;
  /** Puts long texts of any JSON value back in. */
  restore<T>(value: T): Promise<T>;
  /** Moves a file into the blobs. */
  keepFile(path: string): Promise<{ blob: string; bytes: number }>;
  loadText(blob: string): Promise<string | undefined>;
  /** Shows a droppable piece to whoever watches. Never awaited, never stored. */
  publish(delta: Delta): void;
  /** Aborted when somebody asks to cancel the run, the lease is lost, or the server closes. */
  readonly signal: AbortSignal;
}
