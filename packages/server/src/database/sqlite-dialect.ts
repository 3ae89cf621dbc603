import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import type { CompiledQuery, DatabaseConnection, Dialect, Driver, QueryResult } from 'kysely';

/** Compiled statements of one connection, by their text. */
export class Statements {
  readonly #database: DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  get(sql: string): StatementSync {
    let statement = this.#prepared.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      if (this.#prepared.size > 500) this.#prepared.clear();
      this.#prepared.set(sql, statement);
    }
    return statement;
  }
}

/** Runs one query, and waits where another process holds the lock. */
export type RunQuery = <Row>(query: CompiledQuery) => Promise<QueryResult<Row>>;

/**
 * Kysely on Node's own SQLite. One connection and no transactions: a transaction that stays open across an `await` would
 * mix with other work on the connection, so what belongs together is given to `Database.write` as a list instead.
 */
export function sqliteDialect(run: RunQuery): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new NodeSqliteDriver(run),
    createIntrospector: (kysely) => new SqliteIntrospector(kysely),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

class NodeSqliteDriver implements Driver {
  readonly #connection: DatabaseConnection;

  constructor(run: RunQuery) {
    this.#connection = {
      executeQuery: run,
      // eslint-disable-next-line require-yield
      async *streamQuery() {
        throw new Error('Streaming is not supported; page by a cursor instead.');
      },
    };
  }

  async init(): Promise<void> {}
  async acquireConnection(): Promise<DatabaseConnection> { return this.#connection; }
  async beginTransaction(): Promise<void> { throw new Error('Use Database.write for what belongs together.'); }
  async commitTransaction(): Promise<void> {}
  async rollbackTransaction(): Promise<void> {}
  async releaseConnection(): Promise<void> {}
  async destroy(): Promise<void> {}
}

export function runQuery<Row>(statements: Statements, { sql, parameters }: CompiledQuery): QueryResult<Row> {
  const statement = statements.get(sql);
  const values = parameters as SQLInputValue[]; // what Kysely binds comes from typed tables: text, numbers, null
  if (statement.columns().length > 0) return { rows: statement.all(...values) as Row[] };
  const { changes, lastInsertRowid } = statement.run(...values);
  return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
}
