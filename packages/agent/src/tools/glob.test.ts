import { expect, test } from 'vitest';
import { glob } from './glob.ts';
import { openTestFolder } from './open-test-folder.ts';

test('finds files by a pattern, also under a folder', async () => {
  await using folder = await openTestFolder({ 'src/a.ts': '', 'src/b/c.ts': '', 'lib/d.ts': '' });
  expect((await folder.call(glob, { pattern: '**/*.ts', path: 'src' })).output).toBe('src/a.ts\nsrc/b/c.ts');
});

test('says clearly that nothing matches', async () => {
  await using folder = await openTestFolder({ 'a.ts': '' });
  expect(await folder.call(glob, { pattern: '*.py' })).toMatchObject({ status: 'ok', output: expect.stringContaining('No file matches *.py.') });
});

test('says when only some are shown', async () => {
  await using folder = await openTestFolder(Object.fromEntries(Array.from({ length: 205 }, (_, index) => [`f${index}.ts`, ''])));
  expect((await folder.call(glob, { pattern: '*.ts' })).output).toMatch(/\n\(only the 200 newest are shown; narrow the pattern\)$/);
});
