import { randomUUID } from 'node:crypto';
import { Kysely, PostgresDialect } from 'kysely';
import type { CompiledQuery } from 'kysely';
import type { Client, Pool, PoolClient } from 'pg';
import { migrations } from './migrations.ts';
import { storageError } from './storage-error.ts';
import type { Append, AppendResult, Database, Tables } from './tables.ts';

const CHANNEL = 'atelier_threads';
/** Any number, the same in every server: the lock under which the schema is brought up to date. */
const MIGRATION_LOCK = 4_823_719;

/** Opens a team's database and brings its schema up to date, once, under a lock. */
export async function openPostgres(url: string): Promise<Database> {
  const { default: pg } = await import('pg');
  // bigint comes as text unless told otherwise; every bigint here is a count or a time below 2^53.
  const types = { getTypeParser: (oid: number, format?: 'text' | 'binary') => (oid === 20 ? Number : pg.types.getTypeParser(oid, format)) };
  const pool = new pg.Pool({ connectionString: url, max: 10, types, application_name: 'atelier' });
  pool.on('error', () => undefined); // an idle connection that breaks is replaced; the next query says so if none can be had
  try {
    await migrate(pool);
  } catch (error) {
    await pool.end();
    throw error;
  }
  return new PostgresDatabase(pool, () => new pg.Client({ connectionString: url, application_name: 'atelier-wakes' }));
}

async function migrate(pool: Pool): Promise<void> {
  await transaction(pool, async (client) => {
    await client.query('select pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    await client.query('create table if not exists migrations (name text primary key, at timestamptz not null default now())');
    const { rows } = await client.query<{ name: string }>('select name from migrations');
    const done = new Set(rows.map((row) => row.name));
    for (const migration of migrations.filter((candidate) => !done.has(candidate.name))) {
      for (const statement of migration.statements('postgres')) await client.query(statement);
      await client.query('insert into migrations (name) values ($1)', [migration.name]);
    }
  });
}

async function transaction<Result>(pool: Pool, work: (client: PoolClient) => Promise<Result>): Promise<Result> {
  const client = await pool.connect();
  let broken: unknown;
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch((reason: unknown) => { broken = reason; });
    throw error;
  } finally {
    client.release(broken !== undefined);
  }
}

/** What is searched, as the index has it. */
const SEARCHED = "to_tsvector('simple', translate(text, '<>&./\\-_:@+~#%=?', '                '))";
/** So much of a text is shown on each side of the first word that was found. */
const EXCERPT_CHARACTERS = 100;

/**
 * One statement appends everything, so an append costs one round trip and one sync. `moved` holds the thread's row only
 * when it was where the caller thought; everything else is inserted from it. A known command shows by its key.
 */
const APPEND = (threadStatement: string): string => `
with moved as (${threadStatement}),
new_events as (
  insert into events (thread_id, seq, at, type, principal, run_id, step_id, call_id, data)
  select moved.id, rows.* from moved, unnest($18::bigint[], $19::text[], $20::text[], $21::text[], $22::text[], $23::text[], $24::text[], $25::text[]) rows
),
new_command as (insert into commands (thread_id, command_id, first_seq, last_seq, refusal) select id, $2, $26::bigint, $27::bigint, $28::text from moved)
select pg_notify('${CHANNEL}', $29 || id) from moved`;

const UPDATE_THREAD = `update threads set title = $6, status = $7, archived = $8, mode = $9, model = $10, last_seq = $11, steps = $12, usage = $13, cost_usd = $14,
  outcome = $15, forked_from = $16, updated_at = $17
  where id = $1 and last_seq = $3::bigint and $4::text is not null and $5::text is not null returning id`;
const INSERT_THREAD = `insert into threads (id, project_id, root, title, status, archived, mode, model, last_seq, steps, usage, cost_usd, outcome, forked_from, updated_at, created_at)
  select $1, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $17 where $3::bigint = 0 on conflict do nothing returning id`;
const append = { update: APPEND(UPDATE_THREAD), insert: APPEND(INSERT_THREAD) };

const INDEX = `with moved as (update threads set searched_seq = $3 where id = $1 and searched_seq = $2 returning id)
  insert into search (thread_id, seq, kind, text) select moved.id, rows.* from moved, unnest($4::bigint[], $5::text[], $6::text[]) rows`;

class PostgresDatabase implements Database {
  readonly kind = 'postgres';
  readonly kysely: Kysely<Tables>;
  readonly #pool: Pool;
  readonly #openClient: () => Client;
  readonly #listeners = new Set<(threadId: string | undefined) => void>();
  #wakes: Promise<Client> | undefined;
  #closing = false;
  /** Begins the wakes that this process sends, so that it does not wake itself by them. */
  readonly #key = `${randomUUID()} `;

  constructor(pool: Pool, openClient: () => Client) {
    this.#pool = pool;
    this.#openClient = openClient;
    this.kysely = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  }

  append({ threadId, expected, events, thread, command }: Append): Promise<AppendResult> {
    return guarded(async () => {
      const { rows } = await this.#pool.query({
        name: expected === 0 ? 'append-insert' : 'append-update',
        text: expected === 0 ? append.insert : append.update,
        values: [
          threadId, command.command_id, expected, thread.project_id, storable(thread.root), storable(thread.title), thread.status, thread.archived, thread.mode, thread.model && storable(thread.model), thread.last_seq,
          thread.steps, thread.usage, thread.cost_usd, thread.outcome, thread.forked_from, thread.updated_at,
          events.map((event) => event.seq), events.map((event) => event.at), events.map((event) => event.type), events.map((event) => event.principal),
          events.map((event) => event.run_id), events.map((event) => event.step_id), events.map((event) => event.call_id), events.map((event) => event.data),
          command.first_seq, command.last_seq, command.refusal, this.#key,
        ],
      });
      return rows.length > 0 ? 'appended' as const : 'moved' as const;
    }).catch((error: unknown) => {
      // A unique key was there already: the command's own, or an event's, when two were at it at once and the other was first.
      const { code, constraint } = error as { code?: string; constraint?: string };
      if (code !== '23505') throw error;
      return constraint === 'commands_pkey' ? 'known' as const : 'moved' as const;
    });
  }

  async index({ threadId, from, to, rows }: { threadId: string; from: number; to: number; rows: Tables['search'][] }): Promise<void> {
    await guarded(() => this.#pool.query(INDEX, [threadId, from, to, rows.map((row) => row.seq), rows.map((row) => row.kind), rows.map((row) => storable(row.text))]));
  }

  write(queries: CompiledQuery[]): Promise<number[]> {
    return guarded(() => transaction(this.#pool, async (client) => {
      const changed: number[] = [];
      for (const query of queries) changed.push((await client.query(query.sql, [...query.parameters])).rowCount ?? 0);
      return changed;
    }));
  }

  async lastSeq(threadId: string): Promise<number | undefined> {
    const { rows } = await guarded(() => this.#pool.query<{ last_seq: number }>({ name: 'last-seq', text: 'select last_seq from threads where id = $1', values: [threadId] }));
    return rows[0]?.last_seq;
  }

  async search({ text, limit, offset }: { text: string; limit: number; offset: number }): Promise<{ thread_id: string; seq: number; kind: string; excerpt: string }[]> {
    const words = text.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '');
    if (words.length === 0) return [];
    const query = words.map((word, index) => (index === words.length - 1 ? `${word}:*` : word)).join(' & ');
    const { rows } = await guarded(() => this.#pool.query<{ thread_id: string; seq: number; kind: string; around: string }>(
      `select thread_id, seq, kind, substr(text, greatest(1, strpos(lower(text), lower($4)) - $5), 2 * $5 + length($4)) as around
       from search, to_tsquery('simple', $1) query where ${SEARCHED} @@ query
       order by ts_rank(${SEARCHED}, query) desc, thread_id desc, seq desc limit $2 offset $3`,
      [query, limit, offset, words[0], EXCERPT_CHARACTERS],
    ));
    return rows.map(({ around, ...hit }) => ({ ...hit, excerpt: markWords(around, words) }));
  }

  onForeignChange(listener: (threadId: string | undefined) => void): () => void {
    this.#listeners.add(listener);
    this.#wakes ??= this.#listen();
    return () => { this.#listeners.delete(listener); };
  }

  /** A connection of its own for wakes; when it breaks, everything may have changed meanwhile. */
  async #listen(): Promise<Client> {
    const client = this.#openClient();
    const again = (): void => {
      if (this.#closing) return;
      setTimeout(() => {
        if (this.#closing) return;
        this.#wakes = this.#listen();
        this.#tell(undefined);
      }, 500).unref();
    };
    client.on('error', again);
    client.on('notification', ({ payload }) => { if (payload?.startsWith(this.#key) !== true) this.#tell(payload?.split(' ')[1]); });
    try {
      await client.connect();
      await client.query(`listen ${CHANNEL}`);
    } catch {
      again(); // tried again until the database is back; whoever reads meanwhile hears of it by the read
    }
    return client;
  }

  #tell(threadId: string | undefined): void {
    for (const listener of this.#listeners) listener(threadId);
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.#listeners.clear();
    await (await this.#wakes)?.end();
    await this.kysely.destroy();
  }
}

/** PostgreSQL takes no NUL in a text. Events keep theirs, as JSON escapes it; copies of them for lists and searches can do without. */
function storable(text: string): string {
  return text.replaceAll('\u0000', ' ');
}

/** Marks where words begin with what was looked for (letters and digits only), as SQLite's `snippet` does. */
function markWords(text: string, words: string[]): string {
  return text.replaceAll(new RegExp(String.raw`(?<![\p{L}\p{N}])(?:${words.join('|')})[\p{L}\p{N}]*`, 'giu'), '\u0002$&\u0003');
}

async function guarded<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw storageError(error, 'the PostgreSQL server') ?? error;
  }
}
