import type { SearchHit } from '@atelier/protocol';
import type { ThreadStore } from './thread-store.ts';

/** Full text over messages, answers, tool output, file names and titles, best first. The cursor is an offset. */
export async function searchThreads({ database, searchIndex }: ThreadStore, { q, limit, cursor }: { q: string; limit: number; cursor?: string | undefined }): Promise<{ hits: SearchHit[]; nextCursor?: string }> {
  await searchIndex.catchUp();
  const offset = Math.max(0, Math.min(Number(cursor ?? 0) || 0, 100_000));
  const found = await database.search({ text: q, limit: limit + 1, offset });
  const page = found.slice(0, limit);
  const ids = [...new Set(page.map((hit) => hit.thread_id))];
  const threads = ids.length === 0 ? [] : await database.kysely.selectFrom('threads').select(['id', 'title', 'updated_at']).where('id', 'in', ids).execute();
  const byId = new Map(threads.map((thread) => [thread.id, thread]));
  const hits = page.flatMap((hit) => {
    const thread = byId.get(hit.thread_id);
    if (thread === undefined) return [];
    return [{ threadId: hit.thread_id, title: thread.title, seq: Number(hit.seq), at: thread.updated_at, kind: hit.kind as SearchHit['kind'], excerpt: hit.excerpt }]; // written by `searchRows`
  });
  return { hits, ...(found.length > limit && { nextCursor: String(offset + limit) }) };
}
