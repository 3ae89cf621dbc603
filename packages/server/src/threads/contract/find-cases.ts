import { describe, expect, test } from 'vitest';
import { listThreads } from '../list-threads.ts';
import { searchThreads } from '../search-threads.ts';
import type { TestHome } from './test-stores.ts';
import { completeCall, createThread, runIntoCall, say, send } from './test-stores.ts';

export function findCases(makeHome: () => Promise<TestHome>): void {
  describe('lists', () => {
    test('are paged by a cursor, the last changed first, and new threads shift nothing', async () => {
      const store = await (await makeHome()).open();
      const made: string[] = [];
      for (let index = 0; index < 7; index += 1) made.push(await createThread(store, { title: `T${index}` }));
      const first = await listThreads(store.database, { limit: 3 });
      await createThread(store, { title: 'new' });
      const second = await listThreads(store.database, { limit: 3, cursor: first.nextCursor });
      const third = await listThreads(store.database, { limit: 3, cursor: second.nextCursor });
      const ids = [first, second, third].flatMap((page) => page.threads.map((thread) => thread.threadId));
      expect(ids).toEqual(made.toReversed());
      expect(third.nextCursor).toBeUndefined();
    });

    test('are filtered by folder and by archive, and show the state', async () => {
      const store = await (await makeHome()).open();
      const [kept, archived, elsewhere] = [await createThread(store), await createThread(store), await createThread(store, { root: '/other' })];
      await send(store, archived, { type: 'archive-thread' });
      await send(store, kept, { type: 'rename-thread', title: 'Renamed' });
      await send(store, kept, say('hi'));
      const ids = async (query: { archived?: boolean; root?: string }): Promise<string[]> => (await listThreads(store.database, { limit: 10, ...query })).threads.map((thread) => thread.threadId).toSorted();
      expect(await ids({})).toEqual([kept, archived, elsewhere].toSorted());
      expect(await ids({ archived: true })).toEqual([archived]);
      expect(await ids({ archived: false })).toEqual([kept, elsewhere].toSorted());
      expect(await ids({ root: '/other' })).toEqual([elsewhere]);
      const { threads } = await listThreads(store.database, { limit: 1, root: '/repo', archived: false });
      expect(threads[0]).toMatchObject({ threadId: kept, title: 'Renamed', status: 'queued', seq: 3, archived: false, mode: 'ask' });
      await send(store, archived, { type: 'unarchive-thread' });
      expect(await ids({ archived: true })).toEqual([]);
    });

    test('refuse a cursor that is not one, so that nobody reads the first page for ever', async () => {
      const store = await (await makeHome()).open();
      await createThread(store);
      for (const cursor of ['', 'x', '%%%', Buffer.from('{"a":1}').toString('base64url')]) await expect(listThreads(store.database, { limit: 3, cursor })).rejects.toMatchObject({ code: 'invalid-request' });
    });
  });

  describe('search', () => {
    test('finds messages, answers, tool output, file names and titles, and marks the words', async () => {
      const store = await (await makeHome()).open();
      const threadId = await createThread(store, { title: 'Parser rewrite' });
      await send(store, threadId, say('please mend the Tokenizer'));
      await completeCall(store, threadId, await runIntoCall(store, threadId, 'lib/wombat.js'), `${'x '.repeat(9000)}needle in a long output`);
      const kinds = async (q: string): Promise<string[]> => (await searchThreads(store, { q, limit: 10 })).hits.map((hit) => hit.kind);
      expect(await kinds('tokenizer')).toEqual(['message']);
      expect(await kinds('token')).toEqual(['message']); // the last word may be unfinished
      expect(await kinds('look')).toEqual(['answer']);
      expect(await kinds('wombat')).toEqual(['file']);
      expect(await kinds('lib/wombat.js')).toEqual(['file']);
      expect(await kinds('needle')).toEqual(['output']);
      expect(await kinds('parser')).toEqual(['title']);
      expect(await kinds('nowhere')).toEqual([]);
      const [hit] = (await searchThreads(store, { q: 'mend tokenizer', limit: 10 })).hits;
      expect(hit).toMatchObject({ threadId, title: 'Parser rewrite', seq: 2 });
      expect(hit?.excerpt).toContain('\u0002Tokenizer\u0003');
    });

    test.each(['"', "'", '"unbalanced', 'a AND', 'NEAR(a b)', 'NEAR', '*', 'a*', '-a', 'col:a', '()', '😀', '👩‍👩‍👧‍👦 x', '\\', 'a & | !b', "x'); drop table search; --", '\u0000', '%', ':*', 'a:*b', '<->', '…', 'ß'])('takes the query %j as words, never as syntax', async (q) => {
      const store = await (await makeHome()).open();
      const threadId = await createThread(store);
      await send(store, threadId, say('near a b col x ß'));
      const { hits } = await searchThreads(store, { q, limit: 10 });
      expect(hits.length).toBeLessThanOrEqual(2);
      expect((await searchThreads(store, { q: 'col', limit: 10 })).hits).toHaveLength(1);
    });

    test('finds other scripts and pages its hits', async () => {
      const store = await (await makeHome()).open();
      const threadId = await createThread(store);
      for (let index = 0; index < 5; index += 1) await send(store, threadId, say(`Übergröße номер ${index}`));
      expect((await searchThreads(store, { q: 'номер', limit: 10 })).hits).toHaveLength(5);
      expect((await searchThreads(store, { q: 'übergröße', limit: 10 })).hits).toHaveLength(5);
      const first = await searchThreads(store, { q: 'номер', limit: 2 });
      const second = await searchThreads(store, { q: 'номер', limit: 2, cursor: first.nextCursor });
      const third = await searchThreads(store, { q: 'номер', limit: 2, cursor: second.nextCursor });
      expect(new Set([first, second, third].flatMap((page) => page.hits.map((hit) => hit.seq))).size).toBe(5);
      expect(third.nextCursor).toBeUndefined();
    });
  });
}
