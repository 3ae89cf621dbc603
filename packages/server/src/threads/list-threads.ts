import type { ThreadSummary } from '@atelier/protocol';
import type { Database } from '../database/tables.ts';
import { ProblemError } from '../http/problem-error.ts';
import { summaryOfRow } from './thread-rows.ts';

export interface ThreadQuery {
  limit: number;
  cursor?: string | undefined;
  archived?: boolean | undefined;
  root?: string | undefined;
}

/** A page of threads, the last changed first. The cursor is the place of the last row, so that new threads shift nothing. */
export async function listThreads({ kysely }: Database, { limit, cursor, archived, root }: ThreadQuery): Promise<{ threads: ThreadSummary[]; nextCursor?: string }> {
  let query = kysely.selectFrom('threads').selectAll().orderBy('updated_at', 'desc').orderBy('id', 'desc').limit(limit + 1);
  if (archived !== undefined) query = query.where('archived', '=', archived ? 1 : 0);
  if (root !== undefined) query = query.where('root', '=', root);
  const place = cursor === undefined ? undefined : decodeCursor(cursor);
  if (place !== undefined) {
    const [updatedAt, id] = place;
    query = query.where((where) => where.or([where('updated_at', '<', updatedAt), where.and([where('updated_at', '=', updatedAt), where('id', '<', id)])]));
  }
  const rows = await query.execute();
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { threads: page.map(summaryOfRow), ...(rows.length > limit && last !== undefined && { nextCursor: encodeCursor([last.updated_at, last.id]) }) };
}

export function encodeCursor(place: unknown): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** A cursor that is not one of ours is refused: a list that began anew would be read without end. */
function decodeCursor(cursor: string): [string, string] {
  const place = parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  if (Array.isArray(place) && place.length === 2 && place.every((part) => typeof part === 'string')) return place as [string, string]; // just checked
  throw new ProblemError('invalid-request', 'This cursor is not one that a list gave. Take nextCursor as it came, or leave the cursor out to begin anew.');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // refused by the caller
  }
}
