import { expect, test } from 'vitest';
import { deleteFile } from './delete-file.ts';
import { openTestFolder } from './open-test-folder.ts';

test('deletes a file', async () => {
  await using folder = await openTestFolder({ 'a.txt': 'x', 'b.txt': 'y' });
  expect(await folder.call(deleteFile, { path: 'a.txt' })).toEqual({ status: 'ok', output: 'Deleted a.txt', writes: { 'a.txt': null } });
  expect((await folder.workspace.files.list('.')).map((entry) => entry.path)).toEqual(['b.txt']);
});

test('leaves a file that somebody changed after the approval', async () => {
  await using folder = await openTestFolder({ 'a.txt': 'x' });
  const prepared = await deleteFile.prepare(deleteFile.input.parse({ path: 'a.txt' }), folder.scope());
  await folder.put('a.txt', 'theirs');
  if (prepared.kind === 'refused') throw new Error(prepared.reason);
  expect(await deleteFile.run(prepared, folder.scope())).toMatchObject({ status: 'failed', output: expect.stringContaining('changed by somebody') });
  expect(await folder.get('a.txt')).toBe('theirs');
});

test('refuses a directory and a file that is not there', async () => {
  await using folder = await openTestFolder({ 'src/main.ts': 'x' });
  expect((await folder.call(deleteFile, { path: 'src' })).output).toContain('is a directory');
  expect((await folder.call(deleteFile, { path: 'src/man.ts' })).output).toContain('Did you mean src/main.ts?');
});
