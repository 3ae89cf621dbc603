import type { Database } from './tables.ts';

/** Opens the database that a URL or a path names: `postgres://…` for a team, a file for the embedded one. */
export async function openDatabase(place: string): Promise<Database> {
  if (/^postgres(ql)?:\/\//.test(place)) return (await import('./postgres-database.ts')).openPostgres(place);
  return (await import('./sqlite-database.ts')).openSqlite(place);
}
