import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, test } from 'vitest';
import { openSqlite } from '../database/sqlite-database.ts';
import { migrations } from '../database/migrations.ts';
import { Blobs } from './blobs.ts';
import { ThreadStore } from './thread-store.ts';
import type { TestHome } from './contract/test-stores.ts';
import { allEvents, createThread, newId, say, send, testHomes } from './contract/test-stores.ts';

const homes = testHomes((folder) => Promise.resolve(join(folder, 'atelier.db')));
const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  await homes.clean();
});

interface StoreProcess {
  child: ChildProcess;
  /** Seqs that it said were recorded. */
  acknowledged: number[];
  /** Resolves with the exit code, or undefined when it was killed, and everything was read that it said. */
  ended: Promise<number | undefined>;
}

function startProcess(home: TestHome, ...args: string[]): StoreProcess {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'contract/store-process.ts'), home.place, join(home.folder, 'blobs'), ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const acknowledged: number[] = [];
  const read = (async () => {
    for await (const line of createInterface({ input: child.stdout })) if (line !== 'open') acknowledged.push(Number(line));
  })();
  const exited = once(child, 'exit') as Promise<[number | null]>;
  return { child, acknowledged, ended: (async () => { await read; return (await exited)[0] ?? undefined; })() };
}

const numbersTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);
const inOrder = (numbers: number[]): number[] => numbers.toSorted((left, right) => left - right);

describe('several processes on one SQLite database', () => {
  test('two that append to one thread at once lose nothing, double nothing and leave no gap', async () => {
    const home = await homes.make();
    const store = await home.open();
    const threadId = await createThread(store);
    const both = [startProcess(home, threadId, '100'), startProcess(home, threadId, '100')];
    expect(await Promise.all(both.map((one) => one.ended))).toEqual([0, 0]);
    expect(inOrder(both.flatMap((one) => one.acknowledged))).toEqual(numbersTo(201).slice(1));
    const events = await allEvents(store, threadId);
    expect(events.map((event) => event.seq)).toEqual(numbersTo(201));
    await store.refresh(threadId);
    expect((await store.state(threadId))?.messages).toBe(200);
  });

  test('kill -9 at any moment loses nothing that was acknowledged', async () => {
    const home = await homes.make();
    const threadId = await createThread(await home.open());
    const acknowledged: number[] = [];
    for (const after of [1, 17, 60]) {
      const one = startProcess(home, threadId, '1000000');
      const lines = createInterface({ input: one.child.stdout! });
      let heard = 0;
      for await (const _ of lines) {
        heard += 1;
        if (heard > after) break;
      }
      one.child.kill('SIGKILL');
      expect(await one.ended).toBeUndefined();
      acknowledged.push(...one.acknowledged);
      const store = await home.open();
      const events = await allEvents(store, threadId);
      expect(events.map((event) => event.seq)).toEqual(numbersTo(events.length));
      expect(acknowledged.filter((seq) => seq > events.length)).toEqual([]);
      for (const event of events) expect(JSON.stringify(await store.restoreTexts(event))).not.toContain('bytes in all');
      expect((await send(store, threadId, say('after the crash'))).accepted).toBe(true);
    }
    expect(acknowledged.length).toBeGreaterThan(70);
    expect(new Set(acknowledged).size).toBe(acknowledged.length);
  });

  test('four that open a new file at once bring the schema up to date once', async () => {
    const home = await homes.make();
    const four = Array.from({ length: 4 }, () => startProcess(home));
    expect(await Promise.all(four.map((one) => one.ended))).toEqual([0, 0, 0, 0]);
    const database = new DatabaseSync(home.place);
    expect(database.prepare('select name from migrations order by name').all().map((row) => row['name'])).toEqual(migrations.map((migration) => migration.name));
    expect(database.prepare('pragma integrity_check').get()).toEqual({ integrity_check: 'ok' });
    database.close();
  });

  test('a database that another program holds locked is said to be busy, meanwhile the event loop goes on, and afterwards everything works', async () => {
    const home = await homes.make();
    const database = await openSqlite(home.place, { busyMs: 400 });
    const store = new ThreadStore({ database, blobs: new Blobs(join(home.folder, 'blobs'), newId), now: () => Date.now() });
    const threadId = await createThread(store);
    const locker = spawn(process.execPath, ['-e', `
      const { DatabaseSync } = require('node:sqlite');
      const database = new DatabaseSync(process.argv[1]);
      database.exec('begin immediate');
      console.log('locked');
      process.stdin.on('end', () => { database.exec('rollback'); console.log('free'); process.exit(0); }).resume();
    `, home.place], { stdio: ['pipe', 'pipe', 'inherit'] });
    children.push(locker);
    await once(locker.stdout, 'data');

    let longest = 0;
    let last = performance.now();
    const beat = setInterval(() => { longest = Math.max(longest, performance.now() - last); last = performance.now(); }, 5);
    const commandId = newId();
    await expect(send(store, threadId, say('locked out'), commandId)).rejects.toMatchObject({ name: 'StorageError', code: 'storage-busy', message: expect.stringContaining('try again') as string });
    await expect(database.kysely.insertInto('leases').values({ thread_id: 'x', owner: '{}', expires_at: 1 }).execute()).rejects.toMatchObject({ code: 'storage-busy' });
    expect(await allEvents(store, threadId)).toHaveLength(1); // readers are not locked out
    clearInterval(beat);
    expect(longest).toBeLessThan(300);

    const waiting = send(store, threadId, say('locked out'), commandId);
    locker.stdin.end();
    expect(await waiting).toMatchObject({ accepted: true, seq: 2, duplicate: false });
    await store.close();
  });
});
