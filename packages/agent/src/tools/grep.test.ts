import { expect, test } from 'vitest';
import { grep } from './grep.ts';
import { openTestFolder } from './open-test-folder.ts';

test('shows matches by file as path:line: text', async () => {
  await using folder = await openTestFolder({ 'a.ts': 'one\ntwo\none more\n', 'b.ts': 'ONE\n' });
  expect((await folder.call(grep, { pattern: '^one' })).output).toBe('a.ts:1: one\na.ts:3: one more');
  expect((await folder.call(grep, { pattern: 'ONE', ignore_case: 'true', path: '.' })).output).toContain('b.ts:1: ONE');
});

test('joins the context of neighbouring matches and parts what is apart', async () => {
  await using folder = await openTestFolder({ 'a.ts': 'a\nhit 1\nb\nhit 2\nc\nd\ne\nf\nhit 3\ng' });
  expect((await folder.call(grep, { pattern: 'hit', context: 1 })).output).toBe('a.ts-1- a\na.ts:2: hit 1\na.ts-3- b\na.ts:4: hit 2\na.ts-5- c\n--\na.ts-8- f\na.ts:9: hit 3\na.ts-10- g');
});

test('takes a text literally, and says so when a pattern is none', async () => {
  await using folder = await openTestFolder({ 'a.ts': 'f(x)\nfx\n' });
  expect((await folder.call(grep, { pattern: 'f(x)', literal: true })).output).toBe('a.ts:1: f(x)');
  expect(await folder.call(grep, { pattern: '(' })).toMatchObject({ status: 'failed', output: expect.stringContaining('set literal') });
});

test('limits matches and long lines, and says so', async () => {
  await using folder = await openTestFolder({ 'a.ts': 'hit\n'.repeat(10), 'b.ts': `hit ${'x'.repeat(2000)}\n` });
  expect((await folder.call(grep, { pattern: 'hit', max: 3 })).output).toMatch(/a\.ts:3: hit\n\(there are more matches; narrow the pattern, path or glob, or raise max\)$/);
  expect((await folder.call(grep, { pattern: 'hit x' })).output).toMatch(/… \(1604 more characters\)$/);
});

test('says clearly that nothing matches', async () => {
  await using folder = await openTestFolder({ 'a.ts': '' });
  expect(await folder.call(grep, { pattern: 'nowhere' })).toEqual({ status: 'ok', output: 'No line matches nowhere (1 file searched).' });
});
