import { mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { openSqlite } from '../database/sqlite-database.ts';
import { Blobs } from './blobs.ts';
import { ensureProject } from './projects.ts';
import { ThreadStore } from './thread-store.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => { for (const cleanup of cleanups.splice(0).reverse()) await cleanup(); });

const me = { kind: 'user', userId: 'me' } as const;

async function openStore(): Promise<{ store: ThreadStore; send: (threadId: string, text: string) => Promise<string>; age: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'atelier-blobs-'));
  let count = 0;
  const blobs = new Blobs(join(folder, 'blobs'), () => String(++count));
  const store = new ThreadStore({ database: await openSqlite(join(folder, 'atelier.db')), blobs, now: Date.now });
  cleanups.push(() => rm(folder, { recursive: true }), () => store.close());
  const projectId = await ensureProject(store.database, folder, Date.now);
  const send = async (threadId: string, text: string): Promise<string> => {
    await store.handle(threadId, { commandId: `create-${threadId}`, principal: me, body: { type: 'create-thread', data: { projectId, root: folder, title: 'T', mode: 'ask' } } });
    await store.handle(threadId, { commandId: `send-${++count}`, principal: me, body: { type: 'send-message', messageId: `m${count}`, parts: [{ type: 'text', text }], delivery: 'queue' } });
    return blobs.keepText(text).blob;
  };
  const age = async (): Promise<void> => {
    for (const entry of await readdir(join(folder, 'blobs'), { recursive: true, withFileTypes: true })) if (entry.isFile()) await utimes(join(entry.parentPath, entry.name), 1, 1);
  };
  return { store, send, age };
}

test('a deleted thread takes its long texts with it, but not those that another thread names', async () => {
  const { store, send, age } = await openStore();
  const shared = await send('one', 'shared '.repeat(2000));
  const own = await send('one', 'own '.repeat(4000));
  await send('two', 'shared '.repeat(2000));
  await age();
  await store.deleteThread('one');
  expect(await store.blobs.load(own)).toBeUndefined();
  expect(await store.blobs.load(shared)).toHaveLength(14_000);
});

test('a text that was kept again a moment ago stays, because an append may be about to name it', async () => {
  const { store, send, age } = await openStore();
  const blob = await send('one', 'long '.repeat(4000));
  await age();
  store.blobs.keepText('long '.repeat(4000));
  await store.deleteThread('one');
  expect(await store.blobs.load(blob)).toHaveLength(20_000);
});
