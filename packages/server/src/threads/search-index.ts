import type { Event } from '@atelier/thread';
import type { Database } from '../database/tables.ts';
import { StorageError } from '../database/storage-error.ts';
import { searchRows } from './thread-rows.ts';

/** Events that are made searchable in one transaction. */
const PAGE = 50;
/** How long after an append its words are made searchable, unless somebody searches before. */
const LATER_MS = 1000;

export interface SearchIndexOptions {
  database: Database;
  readEvents(threadId: string, page: { after: number; limit: number }): Promise<Event[]>;
  /** Puts long texts back in. */
  restoreTexts(event: Event): Promise<Event>;
}

/**
 * Makes threads searchable by words. It follows the log: an append does not wait for it (indexing a text costs as much
 * as recording it), each thread's row says how far it came, and a search first catches up. So nothing that was recorded
 * is ever missed, whichever process recorded it or died after it.
 */
export class SearchIndex {
  readonly #options: SearchIndexOptions;
  readonly #changed = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #working: Promise<void> = Promise.resolve();

  constructor(options: SearchIndexOptions) {
    this.#options = options;
  }

  /** Something was appended: its words are indexed a little later. */
  follow(threadId: string): void {
    this.#changed.add(threadId);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const due = [...this.#changed];
      this.#changed.clear();
      // What cannot be written now is caught up with by the next search.
      void this.#inTurn(() => this.#catchUpWith(due)).catch(() => undefined);
    }, LATER_MS).unref();
  }

  /** Resolves when every event of every thread is searchable. Storage that cannot be written leaves it as it is. */
  async catchUp(): Promise<void> {
    const behind = await this.#options.database.kysely.selectFrom('threads').select('id').whereRef('searched_seq', '<', 'last_seq').execute();
    try {
      await this.#inTurn(() => this.#catchUpWith(behind.map((row) => row.id)));
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
    }
  }

  /** Stops following; the next process catches up. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#changed.clear();
    await this.#working;
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#working.then(work);
    this.#working = done.catch(() => undefined); // told to whoever asked for it
    return done;
  }

  async #catchUpWith(threadIds: readonly string[]): Promise<void> {
    const { database, readEvents, restoreTexts } = this.#options;
    for (const threadId of threadIds) {
      for (;;) {
        const row = await database.kysely.selectFrom('threads').select(['searched_seq', 'last_seq']).where('id', '=', threadId).executeTakeFirst();
        if (row === undefined || row.searched_seq >= row.last_seq) break;
        const events = await readEvents(threadId, { after: row.searched_seq, limit: PAGE });
        const last = events.at(-1);
        if (last === undefined) break;
        const rows = (await Promise.all(events.map(async (event) => searchRows(await restoreTexts(event))))).flat();
        await database.index({ threadId, from: row.searched_seq, to: last.seq, rows });
      }
    }
  }
}
