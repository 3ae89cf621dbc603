import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { isSecretPath } from '../secrets.ts';
import { createSecretScan } from './secret-scan.ts';

test('every search finds what is there now: added, moved and removed secrets, at any depth', async () => {
  const root = mkdtempSync(path.join(os.tmpdir(), 'atelier-scan-'));
  const scan = createSecretScan({ root, isSecret: isSecretPath });
  const found = async () => (await scan.find()).files.map((file) => path.relative(root, file)).sort();
  expect(await found()).toEqual([]);
  mkdirSync(path.join(root, 'a/b/c'), { recursive: true });
  writeFileSync(path.join(root, 'a/b/c/.env'), '');
  expect(await found()).toEqual(['a/b/c/.env']);
  writeFileSync(path.join(root, 'x.pem'), '');
  writeFileSync(path.join(root, 'plain.txt'), '');
  renameSync(path.join(root, 'a/b'), path.join(root, 'moved'));
  expect(await found()).toEqual(['moved/c/.env', 'x.pem']);
  mkdirSync(path.join(root, '.ssh'));
  rmSync(path.join(root, 'moved'), { recursive: true });
  expect(await scan.find()).toEqual({ files: [path.join(root, 'x.pem')], directories: [path.join(root, '.ssh')] });
  rmSync(root, { recursive: true });
});
