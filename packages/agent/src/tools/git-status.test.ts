import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { gitStatus } from './git-status.ts';
import { openTestFolder } from './open-test-folder.ts';

test('shows branch, distance and files', async () => {
  await using folder = await openTestFolder({ 'new file.txt': 'x' });
  execFileSync('git', ['init', '-q'], { cwd: folder.root });
  expect((await folder.call(gitStatus, {})).output).toBe('on main, follows origin/main (1 ahead)\n?? new file.txt');
});

test('says that nothing changed', async () => {
  await using folder = await openTestFolder();
  execFileSync('git', ['init', '-q'], { cwd: folder.root });
  expect((await folder.call(gitStatus, {})).output).toMatch(/\nnothing changed$/);
});
