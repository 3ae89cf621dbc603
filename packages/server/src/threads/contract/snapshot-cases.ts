import * as fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { evolve, initialState } from '@atelier/thread';
import type { CommandBody, Event, ThreadState } from '@atelier/thread';
import type { ThreadStore } from '../thread-store.ts';
import type { TestHome } from './test-stores.ts';
import { ada, allEvents, completeCall, createThread, creation, newId, runIntoCall, say, send } from './test-stores.ts';

/** More events than lie between two snapshots. */
const MANY = 300;

async function longLog(store: ThreadStore, threadId: string): Promise<Event[]> {
  const { data } = await creation(store);
  const place = (seq: number) => ({ threadId, seq, at: '2026-01-01T00:00:00.000Z', v: 1, principal: ada }) as const;
  const created: Event = { ...place(1), type: 'thread.created', data };
  return [created, ...Array.from({ length: MANY }, (_, index): Event => ({ ...place(index + 2), type: 'thread.renamed', data: { title: `T${index}` } }))];
}

function fold(threadId: string, events: Event[]): ThreadState {
  return events.reduce(evolve, initialState(threadId));
}

async function snapshotSeq(store: ThreadStore, threadId: string): Promise<number> {
  return vi.waitFor(async () => {
    const row = await store.database.kysely.selectFrom('snapshots').select('seq').where('thread_id', '=', threadId).executeTakeFirstOrThrow();
    return Number(row.seq);
  }, { timeout: 5000, interval: 10 });
}

const change: fc.Arbitrary<CommandBody | 'call' | 'whole-call'> = fc.oneof(
  fc.string({ minLength: 1, maxLength: 40, unit: 'binary' }).filter((text) => text.trim() !== '').map((title): CommandBody => ({ type: 'rename-thread', title })),
  fc.string({ minLength: 1 }).map((text) => say(text)),
  fc.constantFrom<CommandBody | 'call' | 'whole-call'>({ type: 'archive-thread' }, { type: 'unarchive-thread' }, { type: 'change-settings', mode: 'auto' }, { type: 'cancel-run' }, 'call', 'whole-call'),
);

export function snapshotCases(makeHome: () => Promise<TestHome>): void {
  describe('snapshots', () => {
    test('a state from a snapshot and its tail equals the fold of the whole log', async () => {
      const home = await makeHome();
      const store = await home.open();
      await fc.assert(fc.asyncProperty(fc.array(change, { maxLength: 12 }), async (changes) => {
        const threadId = newId();
        await store.createFrom(threadId, newId(), await longLog(store, threadId));
        await snapshotSeq(store, threadId);
        for (const body of changes) {
          if (typeof body === 'object') await send(store, threadId, body);
          else if ((await store.state(threadId))?.run === undefined && (await store.state(threadId))?.archived === false) {
            const call = await runIntoCall(store, threadId);
            if (body === 'whole-call') await completeCall(store, threadId, call, 'done');
          }
        }
        const fresh = await home.open();
        expect(await fresh.state(threadId)).toEqual(fold(threadId, await allEvents(store, threadId)));
        expect(await fresh.state(threadId)).toEqual(await store.state(threadId));
      }), { numRuns: 8 });
    });

    test('opening a thread reads no event from before the snapshot', async () => {
      const home = await makeHome();
      const store = await home.open();
      const threadId = newId();
      await store.createFrom(threadId, newId(), await longLog(store, threadId));
      const seq = await snapshotSeq(store, threadId);
      await store.database.kysely.deleteFrom('events').where('thread_id', '=', threadId).where('seq', '<=', seq).execute();
      const fresh = await home.open();
      expect(await fresh.state(threadId)).toMatchObject({ title: `T${MANY - 1}`, seq: MANY + 1 });
    });

    test('one is written while a thread grows, and none of a thread that is gone', async () => {
      const store = await (await makeHome()).open();
      const threadId = await createThread(store);
      for (let index = 0; index < MANY; index += 1) await send(store, threadId, { type: 'rename-thread', title: `T${index}` });
      expect(await snapshotSeq(store, threadId)).toBeGreaterThan(200);
      await store.deleteThread(threadId);
      expect(await store.database.kysely.selectFrom('snapshots').selectAll().execute()).toEqual([]);
    });
  });
}
