import { randomFillSync } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { createIdMaker, decide, evolve, initialState, replaceLongTexts, restoreLongTexts } from '@atelier/thread';
import type { Command, CommandBody, Delta, Event, Principal, Refusal, ThreadState } from '@atelier/thread';
import { sha256 } from './prepare-call.ts';
import type { RunLog } from './run-log.ts';

export const testPerson: Principal = { kind: 'user', userId: 'ada' };

/**
 * A thread's log in memory, with the real rules: for tests of the agent. `stopAfter` makes the process "die" (every later record throws)
 * once that many events are in the log, so that a test can go on from each recorded event.
 */
export class MemoryThread {
  readonly threadId: string;
  readonly events: Event[] = [];
  readonly deltas: Delta[] = [];
  readonly blobs = new Map<string, string>();
  #state: ThreadState;
  stopAfter = Infinity;
  onRecord: ((event: Event) => void) | undefined;

  constructor(threadId = 'thread-1') {
    this.threadId = threadId;
    this.#state = initialState(threadId);
  }

  get state(): ThreadState {
    return this.#state;
  }

  handle(body: CommandBody, principal: Principal = testPerson): { accepted: true; events: Event[] } | { accepted: false; refusal: Refusal } {
    const command: Command = { commandId: `command-${this.events.length + 1}`, principal, body };
    const decision = decide(this.#state, command);
    if (!decision.accepted) return decision;
    const events: Event[] = [];
    // As in a database: what is recorded together is there as a whole or not at all.
    if (this.events.length + decision.events.length > this.stopAfter) throw new Error('the process died here');
    for (const fact of decision.events) {
      const stored = replaceLongTexts(fact, (text) => {
        const blob = sha256(text);
        this.blobs.set(blob, text);
        return { blob, bytes: Buffer.byteLength(text), head: text.slice(0, 1000) };
      });
      const event = { ...stored, threadId: this.threadId, seq: this.events.length + 1, at: '2026-01-01T00:00:00.000Z', v: 1 } as Event;
      this.events.push(event);
      this.#state = evolve(this.#state, event);
      events.push(event);
      this.onRecord?.(event);
    }
    return { accepted: true, events };
  }

  openLog(signal: AbortSignal = new AbortController().signal): RunLog {
    const load = (blob: string): Promise<string | undefined> => Promise.resolve(this.blobs.get(blob));
    return {
      threadId: this.threadId,
      signal,
      state: () => this.#state,
      record: (facts) => Promise.resolve().then(() => this.handle({ type: 'record-run', runId: this.#state.run?.runId ?? '', facts })),
      refresh: () => Promise.resolve(),
      readEvents: async function* (this: MemoryThread, after: number): AsyncIterable<Event> {
        for (const event of this.events.slice(after)) yield await restoreLongTexts(event, load);
      }.bind(this),
      restore: (value) => restoreLongTexts(value, load),
      keepFile: async (path) => {
        const text = await readFile(path, 'utf8');
        await rm(path);
        this.blobs.set(sha256(text), text);
        return { blob: sha256(text), bytes: Buffer.byteLength(text) };
      },
      loadText: load,
      publish: (delta) => { this.deltas.push(delta); },
    };
  }
}

/** Ids that are the same in every run of a test. */
export function countingIds(prefix = 'id'): () => string {
  let count = 0;
  return () => `${prefix}-${++count}`;
}

/** Ids as the product makes them. */
export function realIds(): () => string {
  return createIdMaker(Date.now, (bytes) => randomFillSync(bytes));
}
