import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTemporaryFolder } from './temporary-folder.ts';

let parent: string;
beforeEach(() => { parent = mkdtempSync(path.join(os.tmpdir(), 'atelier-temporary-')); });
afterEach(() => rmSync(parent, { recursive: true }));

test('removes its own folder and those of processes that are gone, and leaves those of others that run', async () => {
  const folder = openTemporaryFolder(parent, 'mine');
  const [own, living, dead] = [folder.name, `${process.ppid}-theirs`, '2147483646-gone'].map((name) => path.join(parent, name));
  for (const place of [own, living, dead]) mkdirSync(path.join(place ?? '', 'deep'), { recursive: true });
  await folder.remove();
  expect([own, living, dead].map((place) => existsSync(place ?? ''))).toEqual([false, true, false]);
});

test('has nothing to remove where no command ran', async () => {
  await openTemporaryFolder(path.join(parent, 'never-made'), 'mine').remove();
  expect(existsSync(path.join(parent, 'never-made'))).toBe(false);
});
