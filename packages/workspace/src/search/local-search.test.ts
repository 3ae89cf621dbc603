import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../contract/refusal.ts';
import { openTestWorkspace } from '../open-test-workspace.ts';

const many = Object.fromEntries(Array.from({ length: 1_500 }, (_, index) => [`folder-${index % 15}/file-${index}.txt`, `text ${index}\n`.repeat(20)]));

describe('a search of many files', () => {
  it('ends at its deadline with what it has, and says so', async () => {
    const { search } = await openTestWorkspace(many, { searchDeadlineMs: 1 });
    const { truncated, filesSearched } = await search.grep({ pattern: 'not there', maxMatches: 10_000 });
    expect(truncated).toBe(true);
    expect(filesSearched).toBeLessThan(1_500);
  });

  it('stops in the middle when cancelled', async () => {
    const { search } = await openTestWorkspace(many);
    const cancel = new AbortController();
    const searching = search.grep({ pattern: 'not there', signal: cancel.signal });
    setImmediate(() => cancel.abort());
    expect(await codeOf(searching)).toBe('aborted');
  });

  it('finds the same with Git as without', async () => {
    const { search, root } = await openTestWorkspace({ ...many, '.gitignore': 'folder-3\n', 'untracked.txt': 'text 7\n' });
    const query = { pattern: 'text 7\\b', regex: true, maxMatches: 1_000 };
    const without = await search.grep(query);
    execFileSync('git', ['init', '-q'], { cwd: root });
    execFileSync('git', ['add', 'folder-7'], { cwd: root });
    const matches = (result: typeof without) => result.matches.map(({ path, line }) => `${path}:${line}`).toSorted();
    expect(matches(await search.grep(query))).toEqual(matches(without));
    expect(matches(without)).toHaveLength(21);
  });
});

describe('a search in a repository', () => {
  it('passes over files that are gone or have become folders', async () => {
    const { search, root } = await openTestWorkspace({ 'a.txt': 'needle', 'b.txt': 'needle', 'c.txt': 'needle' });
    execFileSync('git', ['init', '-q'], { cwd: root });
    execFileSync('git', ['add', '-A'], { cwd: root });
    rmSync(join(root, 'a.txt'));
    writeFileSync(join(root, 'c.txt'), `needle\0`);
    expect((await search.grep({ pattern: 'needle' })).matches.map(({ path }) => path)).toEqual(['b.txt']);
    expect((await search.glob('*.txt')).paths.toSorted()).toEqual(['b.txt', 'c.txt']);
  });

  it('passes over files that are too large, and says how many it searched', async () => {
    const { search } = await openTestWorkspace({ 'a.txt': 'needle', 'large.txt': 'needle\n'.repeat(800_000) });
    expect(await search.grep({ pattern: 'needle' })).toMatchObject({ filesSearched: 1, matches: [{ path: 'a.txt' }] });
  });
});
