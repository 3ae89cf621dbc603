import type { Database } from '../database/tables.ts';
import type { Blobs } from './blobs.ts';

const NAMED = /"blob":"([0-9a-f]{64})"/g;
const PAGE = 1000;

/** The blobs that events of a thread name. */
export async function blobsOfThread({ kysely }: Database, threadId: string): Promise<Set<string>> {
  const names = new Set<string>();
  for (let after = 0; ;) {
    const rows = await kysely.selectFrom('events').select(['seq', 'data']).where('thread_id', '=', threadId).where('seq', '>', after).where('data', 'like', '%"blob":"%').orderBy('seq').limit(PAGE).execute();
    for (const row of rows) for (const [, blob] of row.data.matchAll(NAMED)) if (blob !== undefined) names.add(blob);
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return names;
    after = Number(last.seq);
  }
}

/** Removes those of `blobs` that no event names any more. Equal texts are one file, so every thread is asked, in one pass. */
export async function removeUnnamedBlobs(database: Database, blobs: Blobs, names: Set<string>): Promise<void> {
  const unnamed = new Set(names);
  let place: [string, number] = ['', 0];
  while (unnamed.size > 0) {
    const [threadId, seq] = place;
    const rows = await database.kysely.selectFrom('events').select(['thread_id', 'seq', 'data']).where('data', 'like', '%"blob":"%')
      .where((where) => where.or([where('thread_id', '>', threadId), where.and([where('thread_id', '=', threadId), where('seq', '>', seq)])]))
      .orderBy('thread_id').orderBy('seq').limit(PAGE).execute();
    for (const row of rows) for (const [, blob] of row.data.matchAll(NAMED)) if (blob !== undefined) unnamed.delete(blob);
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) break;
    place = [last.thread_id, Number(last.seq)];
  }
  for (const blob of unnamed) await blobs.removeUnused(blob);
}
