import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createGitGuard } from './git-guard.ts';

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'atelier-guard-')));
});
afterEach(() => rmSync(root, { recursive: true }));
const guard = () => createGitGuard({ root, scratchDirectory: path.join(root, 'scratch') });

test('the empty .git stands as long as one command needs it', () => {
  const one = guard();
  one.acquire();
  expect(one.acquire().readOnly).toEqual([path.join(root, '.git')]);
  one.release();
  expect(readdirSync(root)).toEqual(['.git']);
  one.release();
  expect(readdirSync(root)).toEqual([]);
});

test('an empty .git that a crash left is removed; a repository that a person made meanwhile stays', () => {
  mkdirSync(path.join(root, '.git'));
  const one = guard();
  one.acquire();
  one.release();
  expect(readdirSync(root)).toEqual([]);
  one.acquire();
  writeFileSync(path.join(root, '.git', 'HEAD'), 'ref: refs/heads/main\n');
  one.release();
  expect(readdirSync(path.join(root, '.git'))).toEqual(['HEAD']);
});

test('.git of submodules, which Git enters on its own, are read-only too; paths out of the tree are not followed', () => {
  mkdirSync(path.join(root, 'vendor', 'lib', '.git'), { recursive: true });
  writeFileSync(path.join(root, '.gitmodules'), '[submodule "lib"]\n\tpath = vendor/lib\n[submodule "x"]\n\tpath = ../x\n');
  expect(guard().acquire().readOnly).toEqual([path.join(root, '.git'), path.join(root, 'vendor/lib/.git')]);
});
