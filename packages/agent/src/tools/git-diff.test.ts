import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { gitDiff } from './git-diff.ts';
import { openTestFolder } from './open-test-folder.ts';

test('shows what changed, of one path, and what is staged', async () => {
  await using folder = await openTestFolder({ 'a.txt': 'one\n', 'b.txt': 'one\n' });
  for (const args of [['init', '-q'], ['add', '.']]) execFileSync('git', args, { cwd: folder.root });
  await folder.put('a.txt', 'two\n');
  await folder.put('b.txt', 'two\n');
  const { output } = await folder.call(gitDiff, { path: 'a.txt' });
  expect(output).toContain('-one\n+two');
  expect(output).not.toContain('b.txt');
  expect((await folder.call(gitDiff, { staged: true })).output).toContain('new file mode');
});

test('says that there is no difference, cuts a large one, and refuses an option as base', async () => {
  await using folder = await openTestFolder({ 'a.txt': '' });
  for (const args of [['init', '-q'], ['add', '.']]) execFileSync('git', args, { cwd: folder.root });
  expect((await folder.call(gitDiff, {})).output).toMatch(/^No difference\./);
  await folder.put('a.txt', 'a line of some length\n'.repeat(5000));
  const { output } = await folder.call(gitDiff, {});
  expect(output.length).toBeLessThan(50_000);
  expect(output).toMatch(/\(\d+ more lines; ask for one path at a time\)$/);
  expect((await folder.call(gitDiff, { base: '--output=x' })).output).toContain('not a branch or commit');
});
