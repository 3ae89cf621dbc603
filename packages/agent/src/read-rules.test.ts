import { expect, test } from 'vitest';
import { nestedRules, readRootRules } from './read-rules.ts';
import { openTestFolder } from './tools/open-test-folder.ts';

test('reads the rules of the root whole, and none where there are none', async () => {
  await using folder = await openTestFolder({ 'AGENTS.md': 'Be kind.\n' });
  expect(await readRootRules(folder.workspace)).toBe('Be kind.\n');
  await using empty = await openTestFolder();
  expect(await readRootRules(empty.workspace)).toBeUndefined();
});

test('cuts long rules at a line end and says so', async () => {
  await using folder = await openTestFolder({ 'AGENTS.md': 'A rule with \u00FCmlaut.\n'.repeat(4000) });
  const rules = await readRootRules(folder.workspace);
  expect(Buffer.byteLength(rules ?? '')).toBeLessThan(33 * 1024);
  expect(rules).toMatch(/\u00FCmlaut\.\n\(AGENTS\.md is longer than 32 KB and was cut here; read the rest with read_file from line \d+\)$/);
});

test('delivers nested rules once, outermost first, without those of the root', async () => {
  await using folder = await openTestFolder({ 'AGENTS.md': 'root', 'a/AGENTS.md': 'outer', 'a/b/AGENTS.md': 'inner', 'a/b/c.ts': '', 'd/e.ts': '' });
  const shown = new Set<string>();
  expect(await nestedRules(folder.workspace, 'a/b/c.ts', shown)).toEqual([{ path: 'a/AGENTS.md', text: 'outer' }, { path: 'a/b/AGENTS.md', text: 'inner' }]);
  expect(await nestedRules(folder.workspace, 'a/other.ts', shown)).toEqual([]);
  expect(await nestedRules(folder.workspace, 'd/e.ts', shown)).toEqual([]);
  expect(await nestedRules(folder.workspace, '../a/b.ts', new Set())).toEqual([]);
  expect(await nestedRules(folder.workspace, 'a/AGENTS.md', new Set())).toEqual([]);
});
