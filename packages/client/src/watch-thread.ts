import type { Delta, Event } from '@atelier/thread';
import type { Client } from './create-client.ts';
import { ProblemError } from './problem-error.ts';
import { readSentEvents } from './read-sent-events.ts';
import type { SentEvent } from './read-sent-events.ts';

/** What a watcher sees, in order. */
export type Watched =
  | { type: 'event'; event: Event }
  /** Unstored and droppable; the event that follows holds the whole. */
  | { type: 'delta'; delta: Delta }
  /** Everything recorded up to `seq` has been given; what follows is live. Given again after each reconnect. */
  | { type: 'live'; seq: number }
  /** The connection broke; it is made again after `waitMs`, from the cursor. */
  | { type: 'lost'; error: Error; waitMs: number };

export interface WatchOptions {
  client: Client;
  threadId: string;
  /** The cursor: the last seq that the caller has seen; 0 gives everything. */
  after?: number | undefined;
  /** Ends the iteration quietly. */
  signal?: AbortSignal | undefined;
  /** Without a byte for so long the connection counts as broken; the server pings more often. 60 s by default. */
  silenceMs?: number | undefined;
  /** First wait before a reconnect; doubled up to 5 s. 100 ms by default. */
  waitMs?: number | undefined;
}

/**
 * Follows a thread for as long as the caller iterates: each event exactly once and in order, deltas as they come.
 * Survives broken connections (resumes after the cursor), repeated events and gaps. Throws `ProblemError` when the
 * server refuses (no such thread, wrong token); ends without error when `signal` is aborted.
 */
export async function* watchThread(options: WatchOptions): AsyncGenerator<Watched, void, void> {
  const { client, threadId, signal, silenceMs = 60_000, waitMs: firstWaitMs = 100 } = options;
  let cursor = options.after ?? 0;
  let waitMs = firstWaitMs;
  const isOver = (): boolean => signal?.aborted === true;
  while (!isOver()) {
    let failure: Error;
    const connection = new AbortController();
    const stop = (): void => connection.abort(signal?.reason);
    signal?.addEventListener('abort', stop, { once: true });
    const watchdog = startWatchdog(silenceMs, () => connection.abort(new Error(`nothing came for ${Math.round(silenceMs / 1000)} s`)));
    try {
      const response = await client.open('streamEvents', {
        path: { threadId }, query: { after: cursor }, signal: connection.signal, headers: cursor > 0 ? { 'last-event-id': String(cursor) } : {},
      });
      if (response.body === null) throw new Error('the server sent no stream');
      for await (const sent of readSentEvents(response.body, watchdog.heard)) {
        const watched = read(sent);
        if (watched?.type === 'event') {
          if (watched.event.seq <= cursor) continue;
          if (watched.event.seq > cursor + 1) throw new Error(`event ${cursor + 1} is missing before ${watched.event.seq}`);
          cursor = watched.event.seq;
          waitMs = firstWaitMs;
        }
        if (watched !== undefined) yield watched;
      }
      failure = new Error('the server ended the stream');
    } catch (error) {
      if (isOver()) return;
      if (error instanceof ProblemError && !isPassing(error)) throw error;
      failure = error instanceof Error ? error : new Error(String(error));
    } finally {
      watchdog.stop();
      signal?.removeEventListener('abort', stop);
      connection.abort();
    }
    if (isOver()) return;
    yield { type: 'lost', error: failure, waitMs };
    await pause(waitMs, signal);
    waitMs = Math.min(waitMs * 2, 5_000);
  }
}

/** Whether asking again may help: the server is busy, starting or behind a proxy that lost it. */
function isPassing(error: ProblemError): boolean {
  return error.status >= 500 || error.status === 408 || error.status === 429;
}

function read(sent: SentEvent): Watched | undefined {
  switch (sent.event) {
    case 'event': return { type: 'event', event: JSON.parse(sent.data) as Event }; // the server's own log, in the protocol's shape
    case 'delta': return { type: 'delta', delta: JSON.parse(sent.data) as Delta }; // as above
    case 'live': return { type: 'live', seq: (JSON.parse(sent.data) as { seq: number }).seq }; // as above
    default: return undefined; // `ping`, and whatever a newer server sends
  }
}

/** Calls `silent` once when `heard` was not called for `silenceMs`. */
function startWatchdog(silenceMs: number, silent: () => void): { heard(): void; stop(): void } {
  let timer = setTimeout(silent, silenceMs);
  return {
    heard() {
      clearTimeout(timer);
      timer = setTimeout(silent, silenceMs);
    },
    stop: () => clearTimeout(timer),
  };
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
  });
}
