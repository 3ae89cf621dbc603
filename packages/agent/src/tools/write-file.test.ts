import { expect, test } from 'vitest';
import { openTestFolder } from './open-test-folder.ts';
import { writeFile } from './write-file.ts';

test('creates a file and replaces one, with counts', async () => {
  await using folder = await openTestFolder({ 'a.txt': 'one\ntwo\n' });
  expect((await folder.call(writeFile, { path: 'b/c.txt', content: 'x\ny\n' })).output).toBe('Created b/c.txt (+2)');
  expect((await folder.call(writeFile, { path: 'a.txt', content: 'one\nthree\n' })).output).toBe('Replaced a.txt (+1 -1)');
  expect(await folder.get('a.txt')).toBe('one\nthree\n');
});

test('keeps the line ends of the file, and those of the content for a new one', async () => {
  await using folder = await openTestFolder({ 'a.txt': 'one\r\ntwo\r\n' });
  await folder.call(writeFile, { path: 'a.txt', content: 'one\nthree\n' });
  await folder.call(writeFile, { path: 'new.bat', content: 'a\r\nb\r\n' });
  expect(await folder.get('a.txt')).toBe('one\r\nthree\r\n');
  expect(await folder.get('new.bat')).toBe('a\r\nb\r\n');
});

test('says when a large file was replaced whole, a binary one, and when nothing would change', async () => {
  await using folder = await openTestFolder({ 'large.txt': 'line\n'.repeat(900), 'image.bin': 'a\0b', 'same.txt': 'same\n' });
  expect((await folder.call(writeFile, { path: 'large.txt', content: 'short\n' })).output).toBe('Replaced large.txt (+1 -900); all its 900 lines were replaced, edit_file changes a part');
  expect((await folder.call(writeFile, { path: 'image.bin', content: 'text\n' })).output).toBe('Replaced image.bin (+1)');
  expect((await folder.call(writeFile, { path: 'same.txt', content: 'same\n' })).output).toBe('Nothing to change: same.txt has this content already.');
});

test('does not write over a file that came to be after the approval', async () => {
  await using folder = await openTestFolder();
  const prepared = await writeFile.prepare(writeFile.input.parse({ path: 'a.txt', content: 'mine' }), folder.scope());
  await folder.put('a.txt', 'theirs');
  if (prepared.kind === 'refused') throw new Error(prepared.reason);
  expect(await writeFile.run(prepared, folder.scope())).toMatchObject({ status: 'failed', output: expect.stringContaining('changed by somebody') });
  expect(await folder.get('a.txt')).toBe('theirs');
});

test('refuses a directory and a path outside the root', async () => {
  await using folder = await openTestFolder({ 'src/a.ts': 'x' });
  expect((await folder.call(writeFile, { path: 'src', content: 'x' })).output).toContain('is a directory');
  expect((await folder.call(writeFile, { path: 'src/../../x', content: 'x' })).output).toContain('outside');
});
