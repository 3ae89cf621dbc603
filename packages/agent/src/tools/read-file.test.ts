import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { openTestFolder } from './open-test-folder.ts';
import { readFile } from './read-file.ts';

test('numbers the lines and reports the hash of the file', async () => {
  await using folder = await openTestFolder({ 'src/a.ts': 'one\ntwo\n' });
  expect(await folder.call(readFile, { path: './src/a.ts' })).toEqual({
    status: 'ok',
    output: '1\tone\n2\ttwo\n',
    reads: { 'src/a.ts': createHash('sha256').update('one\ntwo\n').digest('hex') },
  });
});

test('says how to read on, and reads on', async () => {
  await using folder = await openTestFolder({ 'a.txt': Array.from({ length: 50 }, (_, index) => `line ${index + 1}`).join('\n') });
  expect((await folder.call(readFile, { path: 'a.txt', first_line: '3', max_lines: 2 })).output).toBe('3\tline 3\n4\tline 4\n(lines 3-4 of 50; read on with first_line 5)\n');
  expect((await folder.call(readFile, { path: 'a.txt', first_line: 60 })).output).toBe('(a.txt has 50 lines; first_line 60 is after its end)');
});

test('keeps a result under about 48 KB and says that lines were cut', async () => {
  await using folder = await openTestFolder({ 'long.txt': `${'x'.repeat(9000)}\nshort\n`, 'wide.txt': `${'y'.repeat(500)}\n`.repeat(500), 'empty.txt': '' });
  expect((await folder.call(readFile, { path: 'long.txt' })).output).toMatch(/^1\tx{1900,2010}.*\n2\tshort\n\(lines over 2000 bytes were cut\)\n$/);
  const { output } = await folder.call(readFile, { path: 'wide.txt' });
  expect(output.length).toBeLessThan(50_000);
  expect(output).toMatch(/read on with first_line \d+\)\n$/);
  expect((await folder.call(readFile, { path: 'empty.txt' })).output).toBe('(empty.txt is empty)');
});

test('sends a directory to list_directory, refuses binary, and suggests near names', async () => {
  await using folder = await openTestFolder({ 'src/server.ts': 'a', 'lib/deep/util.ts': 'b', 'logo.png': 'a\0b' });
  expect(await folder.call(readFile, { path: 'src' })).toEqual({ status: 'failed', output: 'src is a directory; use list_directory to see what is in it.' });
  expect((await folder.call(readFile, { path: 'logo.png' })).output).toContain('binary');
  expect((await folder.call(readFile, { path: 'src/sever.ts' })).output).toContain('Did you mean src/server.ts?');
  expect((await folder.call(readFile, { path: 'src/util.ts' })).output).toContain('Did you mean lib/deep/util.ts?');
  expect((await folder.call(readFile, { path: '../secret' })).output).toContain('outside');
});

test('takes an absolute path under the root, other names of the field, and names a missing one', async () => {
  await using folder = await openTestFolder({ 'a.txt': 'x\n' });
  expect((await folder.call(readFile, { file_path: `${folder.root}/a.txt`, limit: null })).output).toBe('1\tx\n');
  expect(readFile.input.safeParse({ pth: 'a.txt' }).error?.issues[0]?.path).toEqual(['path']);
  expect(await readFile.prepare(readFile.input.parse({ path: 'x/../.env' }), folder.scope())).toMatchObject({ effects: [{ kind: 'read', path: '.env' }] });
});
