import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Event, Principal } from '@atelier/thread';
import { Blobs, ThreadStore, ensureProject, openDatabase } from '@atelier/server/testing';
import { newId } from './appends.ts';
import { median } from './figure.ts';
import type { Figure } from './figure.ts';

const ROUNDS = 41;
const PAGE = 200;
const person: Principal = { kind: 'user', userId: 'bench' };

/** Opening a long thread against a short one: its state and its newest page, by a store that knows nothing yet. */
export async function openThreadFigures(): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'atelier-open-'));
  const open = async (): Promise<ThreadStore> => new ThreadStore({ database: await openDatabase(join(folder, 'atelier.db')), blobs: new Blobs(join(folder, 'blobs'), newId), now: () => Date.now() });
  try {
    const writer = await open();
    const [short, long] = [await fill(writer, 1000), await fill(writer, 100_000)];
    await writer.close();
    const times = { short: [] as number[], long: [] as number[] };
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [key, threadId] of [['short', short], ['long', long]] as const) {
        const store = await open();
        const began = performance.now();
        const state = await store.state(threadId);
        const events = await store.readEvents(threadId, { limit: PAGE });
        times[key].push(performance.now() - began);
        if (state === undefined || events.length !== PAGE || events.at(-1)?.seq !== state.seq) throw new Error('The thread was not opened whole.');
        await store.close();
      }
    }
    return [{
      name: 'opening a thread of 100,000 events over one of 1,000', value: median(times.long) / median(times.short), unit: 'x', limit: 1.5,
      note: `${median(times.long).toFixed(1)} ms against ${median(times.short).toFixed(1)} ms: state and newest ${PAGE} events`,
    }];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A thread that ends with commands handled one by one, so that its snapshot lies where it would in use. */
async function fill(store: ThreadStore, count: number): Promise<string> {
  const threadId = newId();
  const place = (seq: number) => ({ threadId, seq, at: '2026-01-01T00:00:00.000Z', v: 1, principal: person }) as const;
  const projectId = await ensureProject(store.database, '/bench', () => Date.now());
  const handled = 300;
  const events: Event[] = [{ ...place(1), type: 'thread.created', data: { projectId, root: '/bench', title: 'Bench', mode: 'ask' } }];
  for (let seq = 2; seq <= count - handled; seq += 1) events.push({ ...place(seq), type: 'plan.updated', data: { items: [{ text: `Step ${seq} ${'x'.repeat(120)}`, status: 'active' }] } });
  await store.createFrom(threadId, newId(), events);
  for (let index = 0; index < handled; index += 1) await store.handle(threadId, { commandId: newId(), principal: person, body: { type: 'change-settings', mode: index % 2 === 0 ? 'auto' : 'ask' } });
  return threadId;
}
