import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kysely } from 'kysely';
import type { CompiledQuery } from 'kysely';
import { migrations } from './migrations.ts';
import { Statements, runQuery, sqliteDialect } from './sqlite-dialect.ts';
import { storageError } from './storage-error.ts';
import type { Append, AppendResult, Database, Tables } from './tables.ts';

/** How long another process may hold the database before a caller is told, milliseconds. */
const BUSY_MS = 5000;
const POLL_MS = 100;
const FIND = "select thread_id, seq, kind, snippet(search, 0, char(2), char(3), '…', 24) as excerpt from search where search match ? order by rank, rowid desc limit ? offset ?";

/** Opens (and makes) the embedded database: WAL, every commit synced. Several processes may open it at once. */
export async function openSqlite(path: string, { busyMs = BUSY_MS }: { busyMs?: number } = {}): Promise<Database> {
  return guarded(path, async () => {
    if (path !== ':memory:') closeSync(openSync(path, 'a', 0o600)); // SQLite gives its other files the same mode
    const connection = new DatabaseSync(path, { timeout: 25 });
    // Two processes that open a new file at once both want to turn on WAL; the second waits.
    await retryBusy(busyMs, () => connection.exec('pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; pragma temp_store = memory; pragma mmap_size = 0'));
    await retryBusy(busyMs, () => migrate(connection));
    return new SqliteDatabase(path, connection, busyMs);
  });
}

function migrate(connection: DatabaseSync): void {
  const known = (): Set<string> => new Set(connection.prepare('select name from migrations').all().map((row) => String(row['name'])));
  const hasTable = connection.prepare("select 1 from sqlite_master where name = 'migrations'").get() !== undefined;
  if (hasTable && migrations.every((migration) => known().has(migration.name))) return;
  connection.exec('begin immediate');
  try {
    connection.exec('create table if not exists migrations (name text primary key, at text not null)');
    const done = known();
    const mark = connection.prepare("insert into migrations (name, at) values (?, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))");
    for (const migration of migrations) {
      if (done.has(migration.name)) continue;
      for (const statement of migration.statements('sqlite')) connection.exec(statement);
      mark.run(migration.name);
    }
    connection.exec('commit');
  } catch (error) {
    connection.exec('rollback');
    throw error;
  }
}

class SqliteDatabase implements Database {
  readonly kind = 'sqlite';
  readonly kysely: Kysely<Tables>;
  readonly #path: string;
  readonly #busyMs: number;
  readonly #connection: DatabaseSync;
  readonly #statements: Statements;
  readonly #listeners = new Set<(threadId: string | undefined) => void>();
  #poll: NodeJS.Timeout | undefined;
  #version = 0;

  constructor(path: string, connection: DatabaseSync, busyMs: number) {
    this.#path = path;
    this.#busyMs = busyMs;
    this.#connection = connection;
    this.#statements = new Statements(connection);
    this.kysely = new Kysely<Tables>({ dialect: sqliteDialect((query) => this.#read(() => runQuery(this.#statements, query))) });
  }

  append(append: Append): Promise<AppendResult> {
    return this.#atomically(() => this.#append(append));
  }

  #append({ threadId, expected, events, thread, command }: Append): AppendResult {
    const known = this.#statements.get('select 1 from commands where thread_id = ? and command_id = ?').get(threadId, command.command_id);
    if (known !== undefined) return 'known';
    const { project_id, root, title, status, archived, mode, model, last_seq, steps, usage, cost_usd, outcome, forked_from, created_at, updated_at } = thread;
    const changed = expected === 0
      ? this.#statements.get('insert into threads (project_id, root, title, status, archived, mode, model, last_seq, steps, usage, cost_usd, outcome, forked_from, created_at, updated_at, id) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing')
        .run(project_id, root, title, status, archived, mode, model, last_seq, steps, usage, cost_usd, outcome, forked_from, created_at, updated_at, threadId)
      : this.#statements.get('update threads set title = ?, status = ?, archived = ?, mode = ?, model = ?, last_seq = ?, steps = ?, usage = ?, cost_usd = ?, outcome = ?, forked_from = ?, updated_at = ? where id = ? and last_seq = ?')
        .run(title, status, archived, mode, model, last_seq, steps, usage, cost_usd, outcome, forked_from, updated_at, threadId, expected);
    if (changed.changes === 0) return 'moved';
    const insertEvent = this.#statements.get('insert into events (thread_id, seq, at, type, principal, run_id, step_id, call_id, data) values (?, ?, ?, ?, ?, ?, ?, ?, ?)');
    for (const event of events) insertEvent.run(threadId, event.seq, event.at, event.type, event.principal, event.run_id, event.step_id, event.call_id, event.data);
    this.#statements.get('insert into commands (thread_id, command_id, first_seq, last_seq, refusal) values (?, ?, ?, ?, ?)').run(threadId, command.command_id, command.first_seq, command.last_seq, command.refusal);
    return 'appended';
  }

  index({ threadId, from, to, rows }: { threadId: string; from: number; to: number; rows: Tables['search'][] }): Promise<void> {
    return this.#atomically(() => {
      const moved = this.#statements.get('update threads set searched_seq = ? where id = ? and searched_seq = ?').run(to, threadId, from);
      if (moved.changes === 0) return;
      const insert = this.#statements.get('insert into search (text, thread_id, seq, kind) values (?, ?, ?, ?)');
      for (const row of rows) insert.run(row.text, threadId, row.seq, row.kind);
    });
  }

  write(queries: CompiledQuery[]): Promise<number[]> {
    return this.#atomically(() => queries.map((query) => Number(runQuery(this.#statements, query).numAffectedRows ?? 0)));
  }

  async lastSeq(threadId: string): Promise<number | undefined> {
    const row = await this.#read(() => this.#statements.get('select last_seq from threads where id = ?').get(threadId));
    return row === undefined ? undefined : Number(row['last_seq']);
  }

  async search({ text, limit, offset }: { text: string; limit: number; offset: number }): Promise<{ thread_id: string; seq: number; kind: string; excerpt: string }[]> {
    // Each word as a quoted string, so that nothing a person types is FTS5 syntax; the last one may be unfinished.
    const words = text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).map((word) => `"${word.replaceAll('"', '""')}"`);
    if (words.length === 0) return [];
    const rows = await this.#read(() => this.#statements.get(FIND).all(`${words.join(' ')}*`, limit, offset));
    return rows as unknown as { thread_id: string; seq: number; kind: string; excerpt: string }[]; // the columns selected above
  }

  onForeignChange(listener: (threadId: string | undefined) => void): () => void {
    this.#listeners.add(listener);
    if (this.#poll === undefined) {
      this.#version = this.#dataVersion();
      this.#poll = setInterval(() => this.#look(), POLL_MS);
      this.#poll.unref();
    }
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      clearInterval(this.#poll);
      this.#poll = undefined;
    };
  }

  /** Changes when another connection commits, and only then. */
  #dataVersion(): number {
    return Number(this.#statements.get('pragma data_version').get()?.['data_version']);
  }

  #look(): void {
    let version: number;
    try {
      version = this.#dataVersion();
    } catch {
      return; // locked or unreadable just now: looked at again next time, and whoever reads hears the error
    }
    if (version === this.#version) return;
    this.#version = version;
    for (const listener of this.#listeners) listener(undefined);
  }

  #read<Result>(work: () => Result): Promise<Result> {
    return guarded(this.#path, () => retryBusy(this.#busyMs, work));
  }

  #atomically<Result>(work: () => Result): Promise<Result> {
    return guarded(this.#path, () => retryBusy(this.#busyMs, () => {
      this.#statements.get('begin immediate').run();
      try {
        const result = work();
        this.#statements.get('commit').run();
        return result;
      } catch (error) {
        // A full disk rolls back by itself; then there is nothing left to roll back.
        if (this.#connection.isTransaction) this.#connection.exec('rollback');
        throw error;
      }
    }));
  }

  async close(): Promise<void> {
    clearInterval(this.#poll);
    this.#listeners.clear();
    await this.kysely.destroy();
    this.#connection.close();
  }
}

/** Tries again while another process holds the lock, without blocking this process's event loop. */
async function retryBusy<Result>(busyMs: number, work: () => Result): Promise<Result> {
  const until = performance.now() + busyMs;
  for (let wait = 2; ; wait = Math.min(wait * 2, 100)) {
    try {
      return work();
    } catch (error) {
      const busy = ((error as { errcode?: number }).errcode ?? 0) & 0xff;
      if ((busy !== 5 && busy !== 6) || performance.now() > until) throw error;
    }
    await sleep(wait);
  }
}

async function guarded<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw storageError(error, path) ?? error;
  }
}
