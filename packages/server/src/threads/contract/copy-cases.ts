import { describe, expect, test } from 'vitest';
import type { Event } from '@atelier/thread';
import { exportJsonl } from '../../export/export-jsonl.ts';
import { ImportError, importJsonl } from '../../export/import-jsonl.ts';
import { forkThread, readAll } from '../fork-thread.ts';
import { ensureProject } from '../projects.ts';
import { searchThreads } from '../search-threads.ts';
import type { ThreadStore } from '../thread-store.ts';
import type { TestHome } from './test-stores.ts';
import { ada, allEvents, completeCall, createThread, newId, runIntoCall, say, send } from './test-stores.ts';

const long = `${'long '.repeat(4000)}haystackneedle`;

/** A thread with a message, a long message and a run that stands in the middle of a call or after it. */
async function writtenThread(store: ThreadStore, { completed }: { completed: boolean }): Promise<string> {
  const threadId = await createThread(store, { title: 'Written' });
  await send(store, threadId, say(long));
  await send(store, threadId, say('short'));
  const call = await runIntoCall(store, threadId);
  if (completed) await completeCall(store, threadId, call, `${long} output`);
  return threadId;
}

async function exported(store: ThreadStore, threadId: string): Promise<string> {
  const events: Event[] = [];
  for (const event of await readAll(store, threadId)) events.push(await store.restoreTexts(event));
  return exportJsonl({ threadId, title: 'Written' }, events);
}

export function copyCases(makeHome: () => Promise<TestHome>): void {
  describe('forks', () => {
    test('can be made from any event, are whole threads, and leave the original alone', async () => {
      const home = await makeHome();
      const store = await home.open();
      const threadId = await writtenThread(store, { completed: true });
      const original = await allEvents(store, threadId);
      for (const { seq } of original) {
        const to = newId();
        expect(await forkThread(store, { from: threadId, to, seq, commandId: newId(), principal: ada, now: 0 })).toBe(true);
        const copy = await allEvents(store, to);
        expect(copy.slice(0, seq)).toEqual(original.slice(0, seq).map((event) => ({ ...event, threadId: to })));
        expect(copy.map((event) => event.seq)).toEqual(copy.map((_, index) => index + 1));
        const state = await store.state(to);
        expect(state).toMatchObject({ title: 'Written (fork)', forkedFrom: { threadId, seq } });
        expect(state?.run).toBeUndefined();
        expect((await send(store, to, say('go on here'))).accepted).toBe(true);
      }
      expect(await allEvents(store, threadId)).toEqual(original);
      const other = await home.open();
      expect((await other.state(threadId))?.run).toBeDefined();
    });

    test('in the middle of a call closes it in the copy', async () => {
      const store = await (await makeHome()).open();
      const threadId = await writtenThread(store, { completed: false });
      const to = newId();
      await forkThread(store, { from: threadId, to, seq: (await allEvents(store, threadId)).length, title: 'Mine', commandId: newId(), principal: ada, now: 0 });
      expect((await allEvents(store, to)).slice(-4).map((event) => event.type)).toEqual(['tool.completed', 'run.finished', 'thread.forked', 'thread.renamed']);
      expect(await store.state(to)).toMatchObject({ title: 'Mine', run: undefined, queue: [] });
    });

    test('with the same id is made once', async () => {
      const store = await (await makeHome()).open();
      const threadId = await writtenThread(store, { completed: true });
      const fork = { from: threadId, to: newId(), seq: 2, commandId: newId(), principal: ada, now: 0 };
      expect(await forkThread(store, fork)).toBe(true);
      expect(await forkThread(store, fork)).toBe(false);
    });

    test('long texts are found by words in the copy too', async () => {
      const store = await (await makeHome()).open();
      const threadId = await writtenThread(store, { completed: true });
      await forkThread(store, { from: threadId, to: newId(), seq: 2, commandId: newId(), principal: ada, now: 0 });
      const { hits } = await searchThreads(store, { q: 'haystackneedle', limit: 10 });
      expect(new Set(hits.filter((hit) => hit.kind === 'message').map((hit) => hit.threadId)).size).toBe(2);
    });
  });

  describe('export and import', () => {
    test('give equal events in another home, long texts included', async () => {
      const [here, there] = [await (await makeHome()).open(), await (await makeHome()).open()];
      const threadId = await writtenThread(here, { completed: true });
      const text = await exported(here, threadId);
      await ensureProject(there.database, '/repo', () => 0);
      const { created, rest } = importJsonl(text, (value) => there.blobs.keepText(value));
      const events = [created, ...rest];
      expect(await there.createFrom(threadId, `import-${threadId}`, events)).toBe(true);
      expect(await allEvents(there, threadId)).toEqual(await allEvents(here, threadId));
      const lines = (jsonl: string): unknown[] => jsonl.trimEnd().split('\n').map((line) => JSON.parse(line) as unknown);
      expect(lines(await exported(there, threadId))).toEqual(lines(text));
      expect(await there.state(threadId)).toEqual(await here.state(threadId));
      expect((await searchThreads(there, { q: 'haystackneedle', limit: 10 })).hits.length).toBeGreaterThan(0);
      expect(await there.createFrom(threadId, `import-${threadId}`, events)).toBe(false);
      expect(await allEvents(there, threadId)).toHaveLength(events.length);
    });

    test('a damaged line is named by its number, and nothing is kept', async () => {
      const store = await (await makeHome()).open();
      const lines = (await exported(store, await writtenThread(store, { completed: true }))).trimEnd().split('\n');
      const never = (): never => { throw new Error('kept'); };
      const read = (changed: string[]): unknown => importJsonl(changed.join('\n'), never);
      expect(() => read(lines.with(2, '{"broken'))).toThrow(/^Line 3 cannot be read/);
      expect(() => read(lines.with(1, '{"type":"what.is-this"}'))).toThrow(/^Line 2 .*unknown event type/);
      expect(() => read(lines.with(0, '{}'))).toThrow(/^Line 1 /);
      expect(() => read(lines.toSpliced(3, 1))).toThrow(/^Line 4: event 4 stands where event 3 should be/);
      expect(() => read([])).toThrow(ImportError);
      expect(() => read(lines.slice(0, 1))).toThrow(/no thread/);
      expect(() => read(lines.slice(0, -1))).toThrow(/was cut off/);
      expect(() => read(['', ...lines.with(2, 'x')])).toThrow(/^Line 4 /); // empty lines count
    });
  });

  describe('delete', () => {
    test('removes everything of a thread and nothing of others', async () => {
      const home = await makeHome();
      const [store, other] = [await home.open(), await home.open()];
      const [gone, kept] = [await writtenThread(store, { completed: true }), await writtenThread(store, { completed: true })];
      await store.database.kysely.insertInto('leases').values({ thread_id: gone, owner: '{}', expires_at: 1 }).execute();
      await store.database.kysely.insertInto('snapshots').values({ thread_id: gone, seq: (await store.state(gone))?.seq ?? 0, state: JSON.stringify(await store.state(gone)) }).execute();
      await other.state(gone);
      expect(await store.deleteThread(gone)).toBe(true);
      expect(await store.deleteThread(gone)).toBe(false);
      for (const table of ['events', 'commands', 'snapshots', 'leases', 'search'] as const) {
        expect(await store.database.kysely.selectFrom(table).selectAll().where('thread_id', '=', gone).execute()).toEqual([]);
      }
      expect(await store.state(gone)).toBeUndefined();
      await other.refresh(gone);
      expect(await other.state(gone)).toBeUndefined();
      expect(await send(other, gone, say('x'))).toMatchObject({ accepted: false, refusal: { code: 'thread-not-found' } });
      expect((await searchThreads(store, { q: 'short', limit: 10 })).hits.map((hit) => hit.threadId)).toEqual([kept]);
      const [, message] = await allEvents(store, kept);
      expect(await store.restoreTexts(message)).toMatchObject({ data: { parts: [{ text: long }] } });
    });
  });
}
