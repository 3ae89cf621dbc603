import { decide, evolve, initialState, replaceLongTexts, restoreLongTexts } from '@atelier/thread';
import type { Command, Event, NewEvent, Refusal, ThreadState } from '@atelier/thread';
import type { Database, EventTable } from '../database/tables.ts';
import type { Blobs } from './blobs.ts';
import { RecentEvents } from './recent-events.ts';
import { blobsOfThread, removeUnnamedBlobs } from './remove-blobs.ts';
import { SearchIndex } from './search-index.ts';
import { eventOfRow, eventRow, threadRow } from './thread-rows.ts';

export type Answer =
  /** `events` are the new ones; empty for a duplicate, whose `seq` is the one it was answered with. */
  | { accepted: true; events: Event[]; seq: number; duplicate: boolean }
  | { accepted: false; refusal: Refusal };

export interface ThreadStoreOptions {
  database: Database;
  blobs: Blobs;
  now(): number;
  /** Called at once after each commit, before anybody else can act on it. For metrics and tests. */
  observe?: ((change: { threadId: string; seq: number }) => void) | undefined;
}

/** A snapshot is written when this many events came since the last one. */
const SNAPSHOT_EVERY = 256;
const STATES_KEPT = 200;

/**
 * The threads: handles commands and reads events. `handle` is the one way in which anything is recorded: known command
 * id, fold, decide, append events and rows, commit, wake.
 *
 * The state of a thread is kept folded in memory; an append goes through only if the thread still is where that state
 * is (compare and set), otherwise the tail is read and the command decided again. So there is no lock to hold while
 * thinking, and one round trip to append.
 */
export class ThreadStore {
  readonly blobs: Blobs;
  readonly database: Database;
  readonly searchIndex: SearchIndex;
  readonly #now: () => number;
  readonly #observe: ThreadStoreOptions['observe'];
  readonly #states = new Map<string, { state: ThreadState; snapshotSeq: number }>();
  readonly #queues = new Map<string, Promise<unknown>>();
  readonly #listeners = new Map<string, Set<() => void>>();
  readonly #snapshots = new Map<string, Promise<void>>();
  readonly #anyListeners = new Set<(threadId: string | undefined) => void>();
  readonly #recent = new RecentEvents();
  readonly #stopForeign: () => void;

  constructor(options: ThreadStoreOptions) {
    this.database = options.database;
    this.blobs = options.blobs;
    this.#now = options.now;
    this.#observe = options.observe;
    this.searchIndex = new SearchIndex({
      database: this.database,
      readEvents: (threadId, page) => this.readEvents(threadId, page),
      restoreTexts: (event) => this.restoreTexts(event),
    });
    this.#stopForeign = this.database.onForeignChange((threadId) => {
      this.#recent.forget(threadId);
      this.#wake(threadId);
    });
  }

  /** Commands of one thread are handled one after another in this process; other processes are met by compare and set. */
  handle(threadId: string, command: Command): Promise<Answer> {
    return this.#inTurn(threadId, () => this.#handle(threadId, command));
  }

  /** Runs work in the thread's turn, so that it does not interleave with commands of this process. */
  #inTurn<Result>(threadId: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#queues.get(threadId) ?? Promise.resolve();
    const answer = before.then(work, work);
    const settled = answer.then(() => undefined, () => undefined);
    this.#queues.set(threadId, settled);
    void settled.then(() => { if (this.#queues.get(threadId) === settled) this.#queues.delete(threadId); });
    return answer;
  }

  async #handle(threadId: string, command: Command): Promise<Answer> {
    for (;;) {
      const state = await this.#load(threadId);
      const decision = decide(state, command);
      const events = decision.accepted ? this.#place(state, decision.events) : [];
      if (!decision.accepted && state.seq === 0) return decision; // nothing to keep the refusal with
      let next = state;
      for (const event of events) next = evolve(next, event);
      const result = await this.database.append({
        threadId,
        expected: state.seq,
        events: events.map(eventRow),
        thread: threadRow(next),
        command: {
          thread_id: threadId, command_id: command.commandId, first_seq: state.seq + 1, last_seq: next.seq,
          refusal: decision.accepted ? null : JSON.stringify(decision.refusal),
        },
      });
      if (result === 'appended') {
        this.#keep(threadId, next);
        if (events.length > 0) {
          this.#observe?.({ threadId, seq: next.seq });
          this.searchIndex.follow(threadId);
          this.#recent.add(threadId, events);
          this.#wake(threadId);
        }
        return decision.accepted ? { accepted: true, events, seq: next.seq, duplicate: false } : decision;
      }
      if (result === 'known') return this.#knownAnswer(threadId, command.commandId);
      this.#states.delete(threadId); // somebody else appended: read what it was, decide again
    }
  }

  async #knownAnswer(threadId: string, commandId: string): Promise<Answer> {
    const row = await this.database.kysely.selectFrom('commands').selectAll().where('thread_id', '=', threadId).where('command_id', '=', commandId).executeTakeFirstOrThrow();
    if (row.refusal !== null) return { accepted: false, refusal: JSON.parse(row.refusal) as Refusal }; // written by `#handle`
    return { accepted: true, events: [], seq: Number(row.last_seq), duplicate: true };
  }

  #place(state: ThreadState, facts: readonly NewEvent[]): Event[] {
    const at = new Date(this.#now()).toISOString();
    return facts.map((fact, index) => {
      const stored = replaceLongTexts(fact, (text) => this.blobs.keepText(text));
      return { ...stored, threadId: state.threadId, seq: state.seq + 1 + index, at, v: 1 };
    });
  }

  /** The state as of the last event that this process knows; `refresh` first where others may have appended. */
  async state(threadId: string): Promise<ThreadState | undefined> {
    const state = await this.#load(threadId);
    return state.seq === 0 ? undefined : state;
  }

  /** Makes sure that `state` knows what other processes appended. */
  async refresh(threadId: string): Promise<void> {
    const kept = this.#states.get(threadId);
    if (kept === undefined) return;
    const lastSeq = await this.database.lastSeq(threadId);
    if (lastSeq === undefined || lastSeq < kept.state.seq) this.#states.delete(threadId);
    else if (lastSeq > kept.state.seq) this.#keep(threadId, await this.#foldTail(kept.state));
  }

  async #load(threadId: string): Promise<ThreadState> {
    const kept = this.#states.get(threadId);
    if (kept !== undefined) return kept.state;
    const snapshot = await this.database.kysely.selectFrom('snapshots').selectAll().where('thread_id', '=', threadId).executeTakeFirst();
    const begin = snapshot === undefined ? initialState(threadId) : JSON.parse(snapshot.state) as ThreadState; // a state that this class wrote
    const state = await this.#foldTail(restored(begin));
    this.#states.set(threadId, { state, snapshotSeq: Number(snapshot?.seq ?? 0) });
    if (state.seq === 0) this.#states.delete(threadId);
    else this.#keep(threadId, state);
    return state;
  }

  async #foldTail(from: ThreadState): Promise<ThreadState> {
    let state = from;
    for (;;) {
      const events = await this.readEvents(from.threadId, { after: state.seq, limit: 1000 });
      for (const event of events) state = evolve(state, event);
      if (events.length < 1000) return state;
    }
  }

  #keep(threadId: string, state: ThreadState): void {
    const snapshotSeq = this.#states.get(threadId)?.snapshotSeq ?? 0;
    this.#states.delete(threadId);
    this.#states.set(threadId, { state, snapshotSeq });
    if (this.#states.size > STATES_KEPT) {
      const oldest = this.#states.keys().next().value;
      if (oldest !== undefined) this.#states.delete(oldest);
    }
    if (state.seq - snapshotSeq < SNAPSHOT_EVERY || this.#snapshots.has(threadId)) return;
    this.#snapshots.set(threadId, this.#snapshot(threadId, state).finally(() => this.#snapshots.delete(threadId)));
  }

  /** Off the way of whoever appends. A snapshot only saves work, so one that cannot be written is tried again later. */
  async #snapshot(threadId: string, state: ThreadState): Promise<void> {
    const kept = this.#states.get(threadId);
    if (kept !== undefined) kept.snapshotSeq = state.seq;
    const row = { thread_id: threadId, seq: state.seq, state: JSON.stringify(state) };
    try {
      await this.database.kysely.insertInto('snapshots').columns(['thread_id', 'seq', 'state'])
        // From the thread's own row, so that none is left of a thread that was deleted meanwhile.
        .expression((from) => from.selectFrom('threads').select(({ val, cast }) => ['id', cast<number>(val(row.seq), 'bigint').as('seq'), cast<string>(val(row.state), 'text').as('state')]).where('id', '=', threadId))
        .onConflict((conflict) => conflict.column('thread_id').doUpdateSet({ seq: row.seq, state: row.state }).where('snapshots.seq', '<', row.seq)).execute();
    } catch {
      if (kept !== undefined) kept.snapshotSeq = 0;
    }
  }

  /** Events after or before a seq, oldest first; the newest page where neither is given. Long texts are blobs. */
  async readEvents(threadId: string, page: { after?: number; before?: number; limit: number }): Promise<Event[]> {
    let query = this.database.kysely.selectFrom('events').selectAll().where('thread_id', '=', threadId).limit(page.limit);
    if (page.after !== undefined) return (await query.where('seq', '>', page.after).orderBy('seq').execute()).map((row: EventTable) => eventOfRow(row));
    if (page.before !== undefined) query = query.where('seq', '<', page.before);
    return (await query.orderBy('seq', 'desc').execute()).map((row: EventTable) => eventOfRow(row)).reverse();
  }

  /** A page of what follows a cursor, for a reader who is woken by `onChange`: what was appended here is not read back. */
  readOn(threadId: string, page: { after: number; limit: number }): Promise<Event[]> {
    const recent = this.#recent.after(threadId, page.after);
    return recent === undefined ? this.readEvents(threadId, page) : Promise.resolve(recent.slice(0, page.limit));
  }

  restoreTexts<Value>(value: Value): Promise<Value> {
    return restoreLongTexts(value, (blob) => this.blobs.load(blob));
  }

  /** Appends ready-made events (a fork, an import) as a new thread, in one transaction. False when it exists already. */
  async createFrom(threadId: string, commandId: string, events: Event[]): Promise<boolean> {
    return this.#inTurn(threadId, async () => {
      let state = initialState(threadId);
      for (const event of events) state = evolve(state, event);
      const result = await this.database.append({
        threadId, expected: 0, events: events.map(eventRow), thread: threadRow(state),
        command: { thread_id: threadId, command_id: commandId, first_seq: 1, last_seq: state.seq, refusal: null },
      });
      if (result !== 'appended') return false;
      this.#keep(threadId, state);
      this.searchIndex.follow(threadId);
      this.#wake(threadId);
      return true;
    });
  }

  async deleteThread(threadId: string): Promise<boolean> {
    return this.#inTurn(threadId, async () => {
      const { kysely } = this.database;
      await this.#snapshots.get(threadId);
      const named = await blobsOfThread(this.database, threadId);
      const changed = await this.database.write([
        kysely.deleteFrom('threads').where('id', '=', threadId).compile(),
        ...(['events', 'commands', 'snapshots', 'leases', 'search'] as const).map((table) => kysely.deleteFrom(table).where('thread_id', '=', threadId).compile()),
      ]);
      this.#states.delete(threadId);
      this.#recent.forget(threadId);
      this.#wake(threadId);
      await removeUnnamedBlobs(this.database, this.blobs, named);
      return changed[0] === 1;
    });
  }

  /** Calls back when a thread may have changed, here or in another process. Read after your cursor then. */
  onChange(threadId: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(threadId) ?? new Set();
    this.#listeners.set(threadId, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#listeners.delete(threadId);
    };
  }

  /** As `onChange` for all threads; undefined: any of them may have changed. */
  onAnyChange(listener: (threadId: string | undefined) => void): () => void {
    this.#anyListeners.add(listener);
    return () => { this.#anyListeners.delete(listener); };
  }

  #wake(threadId: string | undefined): void {
    for (const listener of this.#anyListeners) listener(threadId);
    const woken = threadId === undefined ? [...this.#listeners.values()].flatMap((set) => [...set]) : [...this.#listeners.get(threadId) ?? []];
    for (const listener of woken) listener();
  }

  async close(): Promise<void> {
    this.#stopForeign();
    await Promise.all(this.#queues.values());
    await Promise.all(this.#snapshots.values());
    await this.searchIndex.close();
    await this.database.close();
  }
}

/** JSON has no undefined, so a state that was stored lacks the fields that were; the fold expects them to be there. */
function restored(state: ThreadState): ThreadState {
  return { ...initialState(state.threadId), ...state };
}
