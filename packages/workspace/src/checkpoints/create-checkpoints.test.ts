import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, realpathSync, renameSync, rmSync, symlinkSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isSecretPath } from '../secrets.ts';
import { createCheckpoints, type CheckpointsOptions, type LocalCheckpoints } from './create-checkpoints.ts';

let base: string;
let root: string;
let checkpoints: LocalCheckpoints;

const open = (more: Partial<CheckpointsOptions> = {}) =>
  createCheckpoints({ root, checkpointDirectory: path.join(base, 'checkpoints'), environment: { PATH: process.env['PATH'], HOME: base }, isSecret: isSecretPath, ...more });
const at = (name: string) => path.join(root, name);
const put = (name: string, text: string | Buffer) => {
  mkdirSync(path.dirname(at(name)), { recursive: true });
  writeFileSync(at(name), text);
};
const read = (name: string) => readFileSync(at(name), 'utf8');
const git = (...argv: string[]) => execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@example.com', ...argv], { cwd: root }).toString();

beforeEach(() => {
  base = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'atelier-checkpoints-')));
  root = path.join(base, 'project');
  mkdirSync(root);
  checkpoints = open();
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

test('a run is undone: changed, added, deleted and moved files come back as they were', async () => {
  put('changed.txt', 'one\n');
  put('deleted/deep.txt', 'two\n');
  put('old-name.txt', 'three\n');
  const before = await checkpoints.create();
  put('changed.txt', 'ONE\n');
  put('new/folder/added.txt', 'four\n');
  rmSync(at('deleted'), { recursive: true });
  renameSync(at('old-name.txt'), at('new-name.txt'));
  const after = await checkpoints.create();

  expect(await checkpoints.changes(before.checkpointId, after.checkpointId)).toMatchObject([
    { path: 'changed.txt', kind: 'changed', added: 1, removed: 1, binary: false },
    { path: 'deleted/deep.txt', kind: 'deleted', after: null, added: 0, removed: 1 },
    { path: 'new-name.txt', kind: 'added', before: null, added: 1, removed: 0 },
    { path: 'new/folder/added.txt', kind: 'added' },
    { path: 'old-name.txt', kind: 'deleted' },
  ]);
  expect(await checkpoints.diff(before.checkpointId, { to: after.checkpointId, path: 'changed.txt' })).toContain('-one\n+ONE\n');
  expect(await checkpoints.restore(before.checkpointId, { from: after.checkpointId })).toEqual({
    restored: ['changed.txt', 'deleted/deep.txt', 'old-name.txt'], removed: ['new-name.txt', 'new/folder/added.txt'], skipped: [],
  });
  expect((await checkpoints.create()).checkpointId).toBe(before.checkpointId);
  expect(readdirSync(root).sort()).toEqual(['changed.txt', 'deleted', 'old-name.txt']);
});

test('what a person changed after the run is left alone and named', async () => {
  put('a.txt', 'before');
  put('b.txt', 'before');
  const before = await checkpoints.create();
  put('a.txt', 'run');
  put('b.txt', 'run');
  put('c.txt', 'run');
  put('d.txt', 'run');
  const after = await checkpoints.create();
  put('b.txt', 'person');
  put('d.txt', 'person');
  const done = await checkpoints.restore(before.checkpointId, { from: after.checkpointId });
  expect(done).toMatchObject({ restored: ['a.txt'], removed: ['c.txt'], skipped: [{ path: 'd.txt' }, { path: 'b.txt' }] });
  expect([read('a.txt'), read('b.txt'), read('d.txt')]).toEqual(['before', 'person', 'person']);
});

test('only the chosen paths are put back', async () => {
  put('src/a.txt', '1');
  put('src2/b.txt', '1');
  const before = await checkpoints.create();
  put('src/a.txt', '2');
  put('src2/b.txt', '2');
  expect((await checkpoints.restore(before.checkpointId, { paths: ['src/'] })).restored).toEqual(['src/a.txt']);
  expect([read('src/a.txt'), read('src2/b.txt')]).toEqual(['1', '2']);
});

test('bytes, executable bits, links and hostile names survive', async () => {
  const hostile = ['-rf', 'new\nline', 'quo"te\'s', '😀 smile', 'é\u0301', '*', ':(glob)x', 'x'.repeat(255), 'tab\there', 'back\\slash', ' '];
  for (const name of hostile) put(name, name);
  put('crlf.txt', 'a\r\nb\nc\r\n');
  put('.gitattributes', '* text=auto eol=lf\n*.bin filter=lfs diff=lfs merge=lfs -text\n*.id ident\n*.w working-tree-encoding=UTF-16\n');
  put('x.bin', Buffer.from([0, 1, 2, 255, 13, 10]));
  put('x.id', '$Id$\n');
  put('x.w', 'not utf-16\r\n');
  put('run.sh', '#!/bin/sh\n');
  chmodSync(at('run.sh'), 0o755);
  symlinkSync('../outside', at('link'));
  const bytes = (name: string) => readFileSync(at(name)).toString('base64');
  const names = [...hostile, 'crlf.txt', 'x.bin', 'x.id', 'x.w'];
  const wanted = names.map(bytes);
  const { checkpointId, uncoveredCount } = await checkpoints.create();
  expect(uncoveredCount).toBe(0);
  for (const name of readdirSync(root)) unlinkSync(at(name));
  expect((await checkpoints.restore(checkpointId)).restored).toHaveLength(names.length + 3);
  expect(names.map(bytes)).toEqual(wanted);
  expect([lstatSync(at('run.sh')).mode & 0o111, readlinkSync(at('link'))]).toEqual([0o111, '../outside']);
});

test('what is not covered is named with its reason, and undo does not touch it', async () => {
  checkpoints = open({ maxFileBytes: 1_000 });
  put('.gitignore', 'dist/\n');
  put('.atelierignore', '*.log\n');
  put('dist/out.js', 'built');
  put('noise.log', 'noise');
  put('.env', 'hush');
  put('small.txt', 'small');
  put('large.txt', 'x'.repeat(1_001));
  mkdirSync(at('nested'));
  execFileSync('git', ['init', '-q'], { cwd: at('nested') });
  put('nested/inside.txt', 'inside');
  const first = await checkpoints.create();
  const byPath = (one: { path: string }, other: { path: string }) => (one.path < other.path ? -1 : 1);
  expect(first.uncovered.toSorted(byPath)).toEqual([
    { path: '.env', reason: 'secret' }, { path: 'dist', reason: 'ignored' }, { path: 'large.txt', reason: 'too-large' },
    { path: 'nested', reason: 'nested-repository' }, { path: 'noise.log', reason: 'ignored' },
  ]);
  expect(first.uncoveredCount).toBe(5);
  // A file that grows beyond the limit is not overwritten by its older, smaller self.
  put('small.txt', 'y'.repeat(2_000));
  const { skipped } = await checkpoints.restore(first.checkpointId);
  expect(skipped).toMatchObject([{ path: 'small.txt' }]);
  expect(read('small.txt')).toBe('y'.repeat(2_000));
});

test('files become folders and links, and back', async () => {
  put('one', 'file');
  put('two/inner', 'file');
  put('three/inner', 'file');
  const before = await checkpoints.create();
  unlinkSync(at('one'));
  put('one/inner', 'now a folder');
  rmSync(at('two'), { recursive: true });
  put('two', 'now a file');
  rmSync(at('three'), { recursive: true });
  symlinkSync('one', at('three'));
  const after = await checkpoints.create();
  await checkpoints.restore(before.checkpointId, { from: after.checkpointId });
  expect([read('one'), read('two/inner'), read('three/inner')]).toEqual(['file', 'file', 'file']);
  await checkpoints.restore(after.checkpointId);
  expect([read('one/inner'), read('two'), readlinkSync(at('three'))]).toEqual(['now a folder', 'now a file', 'one']);
});

test('a folder that became a link to another place is not written through', async () => {
  put('dir/a.txt', 'mine');
  const { checkpointId } = await checkpoints.create();
  const outside = path.join(base, 'outside');
  mkdirSync(outside);
  writeFileSync(path.join(outside, 'a.txt'), 'theirs');
  rmSync(at('dir'), { recursive: true });
  symlinkSync(outside, at('dir'));
  await checkpoints.restore(checkpointId);
  expect(readFileSync(path.join(outside, 'a.txt'), 'utf8')).toBe('theirs');
  expect(read('dir/a.txt')).toBe('mine');
});

describe("the person's repository", () => {
  test('keeps its index, stash, references, configuration and objects', async () => {
    git('init', '-q');
    put('a.txt', '1\n');
    git('add', 'a.txt');
    git('commit', '-qm', 'first');
    put('a.txt', '2\n');
    git('stash');
    put('a.txt', '3\n');
    git('add', 'a.txt');
    put('b.txt', 'untracked');
    const state = () => [readFileSync(at('.git/index')).toString('base64'), git('stash', 'list'), git('for-each-ref'), readFileSync(at('.git/config'), 'utf8'), git('count-objects', '-v')];
    const wanted = state();
    const { checkpointId } = await checkpoints.create();
    put('a.txt', '4\n');
    await checkpoints.restore(checkpointId);
    expect(read('a.txt')).toBe('3\n');
    expect(state()).toEqual(wanted);
  });

  test('may forbid everything and run hooks: nothing of its configuration is used', async () => {
    git('init', '-q');
    git('config', 'core.fsmonitor', 'touch ran-fsmonitor');
    git('config', 'core.hooksPath', '.');
    put('.gitattributes', '*.txt filter=evil\n');
    git('config', 'filter.evil.clean', 'touch ran-filter');
    put('post-index-change', '#!/bin/sh\ntouch ran-hook\n');
    chmodSync(at('post-index-change'), 0o755);
    put('a.txt', 'a');
    await checkpoints.create();
    expect(readdirSync(root).filter((name) => name.startsWith('ran'))).toEqual([]);
  });
});

test('equal states have equal ids, in any order and process', async () => {
  put('a.txt', '1');
  const one = await checkpoints.create();
  put('a.txt', '2');
  const [two, same] = await Promise.all([checkpoints.create(), open().create()]);
  put('a.txt', '1');
  expect([(await checkpoints.create()).checkpointId, two.checkpointId]).toEqual([one.checkpointId, same.checkpointId]);
});

test('many at once, from several owners of one store, do not disturb each other', async () => {
  const others = [open(), open(), open()];
  const made = await Promise.all(others.flatMap((other, index) => [0, 1, 2].map((round) => {
    put(`f-${index}-${round}.txt`, `${index} ${round}`);
    return other.create();
  })));
  const last = await checkpoints.create();
  expect(made.at(-1)?.checkpointId).toBe(last.checkpointId);
  expect(await checkpoints.changes(made[0]?.checkpointId ?? '', last.checkpointId)).toBeInstanceOf(Array);
});

test('locks that a killed process left are taken over', async () => {
  put('a.txt', '1');
  await checkpoints.create();
  const dead = execFileSync('sh', ['-c', 'echo $$']).toString().trim();
  writeFileSync(path.join(base, 'checkpoints', 'atelier.lock'), dead);
  writeFileSync(path.join(base, 'checkpoints', 'index.lock'), '');
  put('a.txt', '2');
  expect((await checkpoints.create()).checkpointId).toMatch(/^[0-9a-f]{40}$/);
});

test('the oldest are forgotten; the others survive packing', async () => {
  checkpoints = open({ maxCheckpoints: 2 });
  const ids: string[] = [];
  for (const text of ['1', '2', '3']) {
    put('a.txt', text);
    ids.push((await checkpoints.create()).checkpointId);
  }
  await checkpoints.compact();
  execFileSync('git', ['gc', '--quiet', '--prune=now'], { env: { PATH: process.env['PATH'], GIT_DIR: path.join(base, 'checkpoints'), GIT_INDEX_FILE: path.join(base, 'none') } });
  await checkpoints.restore(ids[1] ?? '');
  expect(read('a.txt')).toBe('2');
});

test('an unknown id and a workspace that is gone are refused in words', async () => {
  for (const id of ['--help', 'HEAD', '0'.repeat(40)]) await expect(checkpoints.restore(id)).rejects.toMatchObject({ code: 'not-found' });
  put('large', '');
  truncateSync(at('large'), 20_000_000);
  expect((await checkpoints.create()).uncovered).toEqual([{ path: 'large', reason: 'too-large' }]);
  rmSync(root, { recursive: true });
  await expect(checkpoints.create()).rejects.toMatchObject({ code: 'not-found', message: expect.stringContaining('does not exist any more') });
  expect(existsSync(root)).toBe(false);
});

test('any sequence of edits is undone exactly', async () => {
  const name = fc.constantFrom('a', 'b', 'c/d', 'c/e', 'f/g/h');
  const files = fc.dictionary(name, fc.string({ maxLength: 20 }), { maxKeys: 5 });
  const put2 = (wanted: Record<string, string>) => {
    for (const entry of readdirSync(root)) rmSync(at(entry), { recursive: true });
    for (const [file, text] of Object.entries(wanted)) put(file, text);
  };
  await fc.assert(
    fc.asyncProperty(files, files, async (one, other) => {
      put2(one);
      const { checkpointId } = await checkpoints.create();
      put2(other);
      await checkpoints.restore(checkpointId);
      for (const [file, text] of Object.entries(one)) expect(read(file)).toBe(text);
      expect((await checkpoints.create()).checkpointId).toBe(checkpointId);
    }),
    { numRuns: 15 },
  );
});
