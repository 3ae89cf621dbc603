import { expect, test } from 'vitest';
import { listDirectory } from './list-directory.ts';
import { openTestFolder } from './open-test-folder.ts';

test('lists folders first, then files with their size', async () => {
  await using folder = await openTestFolder({ 'b.txt': 'hello', 'a.txt': '', 'src/x.ts': 'x' });
  expect(await folder.call(listDirectory, {})).toEqual({ status: 'ok', output: 'src/\na.txt  0 B\nb.txt  5 B' });
});

test('opens levels, but not what is ignored', async () => {
  await using folder = await openTestFolder({ 'src/deep/x.ts': 'x', 'node_modules/y/index.js': 'y' });
  expect((await folder.call(listDirectory, { path: '.', depth: 3 })).output).toBe('node_modules/ (ignored)\nsrc/\n  deep/\n    x.ts  1 B');
});

test('says that more is there than shown', async () => {
  await using folder = await openTestFolder(Object.fromEntries(Array.from({ length: 1005 }, (_, index) => [`f${index}`, ''])));
  const { output } = await folder.call(listDirectory, {});
  expect(output.split('\n')).toHaveLength(1001);
  expect(output).toMatch(/more entries are not shown/);
});

test('sends a file to read_file, and shows hostile names as one entry', async () => {
  await using folder = await openTestFolder({ 'a.txt': 'x', 'odd/two\nlines "\u{1F600}"': 'x' });
  expect((await folder.call(listDirectory, { path: 'a.txt' })).output).toBe('a.txt is a file; use read_file to read it.');
  expect((await folder.call(listDirectory, { path: 'odd' })).output).toBe('"two\\nlines \\"\u{1F600}\\""  1 B');
  expect((await folder.call(listDirectory, { path: 'od' })).output).toContain('Did you mean odd?');
});
