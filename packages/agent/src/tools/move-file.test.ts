import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { moveFile } from './move-file.ts';
import { openTestFolder } from './open-test-folder.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

test('moves a file, declared as a delete and a write with hashes', async () => {
  await using folder = await openTestFolder({ 'a.txt': 'x' });
  expect(await moveFile.prepare(moveFile.input.parse({ from: 'a.txt', to: 'new/b.txt' }), folder.scope())).toMatchObject({
    effects: [
      { kind: 'delete', path: 'a.txt', before: sha256('x') },
      { kind: 'write', path: 'new/b.txt', before: null, after: sha256('x') },
    ],
  });
  expect(await folder.call(moveFile, { from: 'a.txt', to: 'new/b.txt' })).toEqual({ status: 'ok', output: 'Moved a.txt to new/b.txt', writes: { 'a.txt': null, 'new/b.txt': sha256('x') } });
  expect(await folder.get('new/b.txt')).toBe('x');
});

test('moves into a folder that is there or ends with a slash', async () => {
  await using folder = await openTestFolder({ 'a.txt': 'a', 'b.txt': 'b', 'src/x': '' });
  expect((await folder.call(moveFile, { from: 'a.txt', to: 'src' })).output).toBe('Moved a.txt to src/a.txt');
  expect((await folder.call(moveFile, { from: 'b.txt', to: 'lib/' })).output).toBe('Moved b.txt to lib/b.txt');
});

test('moves a folder with its files', async () => {
  await using folder = await openTestFolder({ 'old/a.txt': 'a', 'old/deep/b.txt': 'b' });
  expect((await folder.call(moveFile, { from: 'old', to: 'new' })).output).toBe('Moved old to new (2 files)');
  expect(await folder.get('new/deep/b.txt')).toBe('b');
  expect((await folder.call(moveFile, { from: 'new', to: 'new/inside' })).output).toContain('cannot be moved into itself');
});

test('never overwrites, and suggests names for a file that is not there', async () => {
  await using folder = await openTestFolder({ 'a.txt': 'a', 'b.txt': 'b' });
  expect((await folder.call(moveFile, { from: 'a.txt', to: 'b.txt' })).output).toBe('b.txt exists already. Delete it first, or choose another path.');
  expect((await folder.call(moveFile, { from: 'a.tx', to: 'c' })).output).toContain('Did you mean a.txt');
});

test('does not move a file that somebody changed after the approval', async () => {
  await using folder = await openTestFolder({ 'a.txt': 'a' });
  const prepared = await moveFile.prepare(moveFile.input.parse({ from: 'a.txt', to: 'b.txt' }), folder.scope());
  await folder.put('a.txt', 'changed');
  if (prepared.kind === 'refused') throw new Error(prepared.reason);
  expect((await moveFile.run(prepared, folder.scope())).output).toContain('was changed by somebody');
});
