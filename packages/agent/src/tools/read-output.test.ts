import { expect, test } from 'vitest';
import { openTestFolder } from './open-test-folder.ts';
import { readOutput } from './read-output.ts';
import { runCommand } from './run-command.ts';
import { stopCommand } from './stop-command.ts';

test('reads a running and then an ended background process', async () => {
  await using folder = await openTestFolder();
  await folder.call(runCommand, { command: 'echo ready; exec sleep 30', background: true });
  await expect.poll(async () => (await folder.call(readOutput, { id: 'p1' })).output).toBe('1\tready\n(p1: running)');
  await folder.call(stopCommand, { id: 'p1' });
  expect((await folder.call(readOutput, { id: 'p1' })).output).toBe('1\tready\n(p1: ended by SIGKILL)');
});

test('reads parts of an earlier output: its end, from a line, by a pattern', async () => {
  await using folder = await openTestFolder();
  folder.earlier.set('call-1', `${Array.from({ length: 1000 }, (_, index) => `line ${index + 1}`).join('\n')}\n`);
  expect((await folder.call(readOutput, { id: 'call-1', max_lines: 2 })).output).toBe('999\tline 999\n1000\tline 1000\n(lines 999-1000 of 1000; from_line and max_lines choose others)');
  expect((await folder.call(readOutput, { id: 'call-1', from_line: 5, max_lines: 1 })).output).toMatch(/^5\tline 5\n/);
  expect((await folder.call(readOutput, { id: 'call-1', pattern: '99$' })).output).toMatch(/^99\tline 99\n199\tline 199\n[\s\S]*\(10 of 10 matching lines, of 1000;/);
  expect((await folder.call(readOutput, { id: 'call-1', pattern: 'none' })).output).toBe('No line of 1000 matches none.');
});

test('names what can be read when an id is unknown, and refuses a broken pattern', async () => {
  await using folder = await openTestFolder();
  expect(await folder.call(readOutput, { id: 'p9' })).toEqual({ status: 'failed', output: 'There is no output with the id p9. No background process is known.' });
  expect((await folder.call(readOutput, { id: 'p9', pattern: '(' })).output).toContain('is not a regular expression');
});
