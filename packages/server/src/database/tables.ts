import type { CompiledQuery, Generated, Kysely } from 'kysely';

/** The tables as the newest migration leaves them. JSON is text on both databases; times are ISO 8601 text. */
export interface Tables {
  organizations: { id: string; name: string; created_at: string };
  projects: { id: string; organization_id: string; name: string; root: string; created_at: string };
  /** `searched_seq`: up to which event the thread is searchable. */
  threads: ThreadTable & { searched_seq: Generated<number> };
  events: EventTable;
  commands: { thread_id: string; command_id: string; first_seq: number; last_seq: number; refusal: string | null };
  snapshots: { thread_id: string; seq: number; state: string };
  leases: { thread_id: string; owner: string; expires_at: number };
  /** One row for each text that can be found. On SQLite an FTS5 table, on PostgreSQL a table with a text search index. */
  search: { thread_id: string; seq: number; kind: string; text: string };
  tokens: { hash: string; kind: 'sign-in' | 'login'; user_id: string; created_at: string; expires_at: number; used_at: Generated<number | null> };
}

export interface ThreadTable {
  id: string;
  project_id: string;
  root: string;
  title: string;
  status: string;
  archived: number;
  mode: string;
  model: string | null;
  last_seq: number;
  steps: number;
  usage: string;
  cost_usd: number;
  outcome: string | null;
  forked_from: string | null;
  created_at: string;
  updated_at: string;
}

export interface EventTable {
  thread_id: string;
  seq: number;
  at: string;
  type: string;
  principal: string;
  run_id: string | null;
  step_id: string | null;
  call_id: string | null;
  data: string;
}

/** What is appended to a thread in one transaction. */
export interface Append {
  threadId: string;
  /** Seq that the thread must have now; 0: it must not exist. */
  expected: number;
  events: EventTable[];
  thread: ThreadTable;
  command: Tables['commands'];
}

/** `appended`; `moved`: somebody else appended since `expected`; `known`: the command id was handled before. */
export type AppendResult = 'appended' | 'moved' | 'known';

/** An open database. What is hot or differs between the two is a method; everything else goes through `kysely`. */
export interface Database {
  readonly kind: 'sqlite' | 'postgres';
  readonly kysely: Kysely<Tables>;
  /** Appends as a whole or not at all, durably. */
  append(append: Append): Promise<AppendResult>;
  /** Makes a thread's events searchable up to `to`, unless somebody else did since `from`. */
  index(progress: { threadId: string; from: number; to: number; rows: Tables['search'][] }): Promise<void>;
  /** Runs statements as a whole or not at all; returns how many rows each changed. */
  write(queries: CompiledQuery[]): Promise<number[]>;
  /** Seq of a thread's last event as committed by anybody; undefined where there is no such thread. */
  lastSeq(threadId: string): Promise<number | undefined>;
  search(query: { text: string; limit: number; offset: number }): Promise<{ thread_id: string; seq: number; kind: string; excerpt: string }[]>;
  /** Calls back with the id of a thread that another process changed, or undefined when any may have changed. */
  onForeignChange(listener: (threadId: string | undefined) => void): () => void;
  close(): Promise<void>;
}
