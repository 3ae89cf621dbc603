/** One step of the schema. Append-only: a migration that was released is never changed, and imports nothing of today's code. */
export interface Migration {
  name: string;
  statements(kind: 'sqlite' | 'postgres'): string[];
}

export const migrations: Migration[] = [
  {
    name: '001-threads',
    statements: (kind) => [
      'create table organizations (id text primary key, name text not null, created_at text not null)',
      'create table projects (id text primary key, organization_id text not null references organizations(id), name text not null, root text not null, created_at text not null)',
      'create unique index projects_root on projects (organization_id, root)',
      `create table threads (
        id text primary key, project_id text not null references projects(id), root text not null, title text not null, status text not null,
        archived integer not null, mode text not null, model text, last_seq bigint not null, steps bigint not null, usage text not null,
        cost_usd double precision not null, outcome text, forked_from text, created_at text not null, updated_at text not null
      )`,
      // On PostgreSQL an index over what every append changes would make each of them write to every index of the row.
      ...(kind === 'sqlite' ? ['create index threads_updated on threads (updated_at, id)'] : ['alter table threads set (fillfactor = 50)']),
      "create index threads_due on threads (status) where status <> 'idle'",
      `create table events (
        thread_id text not null, seq bigint not null, at text not null, type text not null, principal text not null,
        run_id text, step_id text, call_id text, data text not null, primary key (thread_id, seq)
      )${kind === 'sqlite' ? ' without rowid' : ''}`,
      `create table commands (
        thread_id text not null, command_id text not null, first_seq bigint not null, last_seq bigint not null, refusal text, primary key (thread_id, command_id)
      )${kind === 'sqlite' ? ' without rowid' : ''}`,
      'create table snapshots (thread_id text primary key, seq bigint not null, state text not null)',
      'create table leases (thread_id text primary key, owner text not null, expires_at bigint not null)',
      'create table tokens (hash text primary key, kind text not null, user_id text not null, created_at text not null, expires_at bigint not null, used_at bigint)',
      ...(kind === 'sqlite'
        ? ["create virtual table search using fts5 (text, thread_id unindexed, seq unindexed, kind unindexed, tokenize = 'unicode61 remove_diacritics 2')"]
        : [
          'create table search (thread_id text not null, seq bigint not null, kind text not null, text text not null)',
          'create index search_thread on search (thread_id)',
          // The parser would take paths, tags, addresses and signed numbers for one word each: what joins them becomes blank.
          "create index search_text on search using gin (to_tsvector('simple', translate(text, '<>&./\\-_:@+~#%=?', '                ')))",
        ]),
    ],
  },
  {
    name: '002-search-follows',
    // What was made searchable within appends is made so once more, by what follows the log.
    statements: () => ['alter table threads add column searched_seq bigint not null default 0', 'delete from search'],
  },
];
