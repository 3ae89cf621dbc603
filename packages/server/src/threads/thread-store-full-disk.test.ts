import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openDatabase } from '../database/open-database.ts';
import { Blobs } from './blobs.ts';
import { allEvents, createThread, newId, say, send } from './contract/test-stores.ts';
import { ThreadStore } from './thread-store.ts';

const disk = mountSmallDisk();
afterAll(() => {
  if ('folder' in disk) execFileSync('umount', [disk.folder]);
  if ('folder' in disk) rmSync(disk.folder, { recursive: true });
});

if ('missing' in disk) {
  test.skip(`full disks: skipped, because ${disk.missing}`);
} else {
  const { folder } = disk;

  test('on a full disk an append says so, what was acknowledged stays, and it goes on when there is room again', async () => {
    const ballast = join(folder, 'ballast');
    writeFileSync(ballast, Buffer.alloc(512 * 1024));
    const open = async (): Promise<ThreadStore> => new ThreadStore({ database: await openDatabase(join(folder, 'atelier.db')), blobs: new Blobs(join(folder, 'blobs'), newId), now: () => Date.now() });
    const store = await open();
    const threadId = await createThread(store);
    let acknowledged = 1;
    const fill = async (): Promise<void> => {
      for (;;) {
        const answer = await send(store, threadId, say('x'.repeat(4000)));
        if (answer.accepted) acknowledged = answer.seq;
      }
    };
    await expect(fill()).rejects.toMatchObject({ name: 'StorageError', code: 'storage-full', message: expect.stringContaining('Free some space') as string });
    expect(acknowledged).toBeGreaterThan(10);
    expect((await allEvents(store, threadId)).map((event) => event.seq)).toEqual(Array.from({ length: acknowledged }, (_, index) => index + 1));
    rmSync(ballast);
    expect(await send(store, threadId, say('room again'))).toMatchObject({ accepted: true, seq: acknowledged + 1 });
    await store.close();
    const next = await open();
    expect(await allEvents(next, threadId)).toHaveLength(acknowledged + 1);
    await next.close();
    for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
  });

  test('a long text that finds no room is not kept in part', async () => {
    const place = join(folder, 'texts');
    const blobs = new Blobs(place, newId);
    const kept = [blobs.keepText('first '.repeat(5000))];
    const fill = (): void => { for (let index = 0; ; index += 1) kept.push(blobs.keepText(`${index} ${'y'.repeat(200_000)}`)); };
    expect(fill).toThrow(/no room left on the disk/);
    const files = readdirSync(place, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(files).toHaveLength(kept.length);
    for (const { blob, bytes } of kept) expect(Buffer.byteLength(await blobs.load(blob) ?? '')).toBe(bytes);
  });
}

/** A disk of four megabytes, where one may be mounted. */
function mountSmallDisk(): { folder: string } | { missing: string } {
  if (process.getuid?.() !== 0) return { missing: 'only root may mount a small disk' };
  const folder = mkdtempSync(join(tmpdir(), 'atelier-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder], { stdio: 'pipe' });
    return { folder };
  } catch (error) {
    rmSync(folder, { recursive: true });
    return { missing: `a small disk cannot be mounted here (${error instanceof Error ? error.message.trim().split('\n').at(-1) : String(error)})` };
  }
}
