import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hostileNames } from '../contract/reading-contract.ts';
import { codeOf, refusalOf } from '../contract/refusal.ts';
import { openLocalWorkspace } from '../local-workspace.ts';
import { openTestWorkspace } from '../open-test-workspace.ts';
import type { TestWorkspace } from '../open-test-workspace.ts';

function run(root: string, ...args: string[]): string {
  return execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', ...args], { cwd: root, encoding: 'utf8' });
}

async function openRepository(files: Record<string, string>): Promise<TestWorkspace> {
  const workspace = await openTestWorkspace(files);
  run(workspace.root, 'init', '-q', '-b', 'main');
  return workspace;
}

async function openCommitted(files: Record<string, string>): Promise<TestWorkspace> {
  const workspace = await openRepository(files);
  run(workspace.root, 'add', '-A');
  run(workspace.root, 'commit', '-qm', 'First');
  return workspace;
}

describe('a repository without commits', () => {
  it('has a status, an empty log and its branch, and takes a first commit', async () => {
    const { git } = await openRepository({ 'a.txt': 'one\n' });
    expect(await git.isRepository()).toBe(true);
    expect(await git.status()).toEqual({ branch: 'main', upstream: undefined, ahead: 0, behind: 0, entries: [{ path: 'a.txt', code: '??' }] });
    expect(await git.log()).toEqual([]);
    expect(await git.diff()).toBe('');
    expect(await git.branches()).toEqual([{ name: 'main', current: true, commit: '' }]);
    expect((await refusalOf(git.createBranch('topic'))).message).toContain('no commit yet');
    const { commit } = await git.commit({ message: '-starts with a dash\n\nBody' });
    expect(await git.log()).toMatchObject([{ commit, author: 'Ada', subject: '-starts with a dash' }]);
    expect(await codeOf(git.commit({ message: 'Again' }))).toBe('failed');
  });
});

describe('status', () => {
  it('knows every kind of entry, renames and conflicts too', async () => {
    const { git, root } = await openCommitted({ 'a.txt': 'one\n', 'b.txt': 'b\nb\nb\nb\n', 'c.txt': 'c\n' });
    run(root, 'mv', 'b.txt', 'moved b.txt');
    writeFileSync(join(root, 'a.txt'), 'two\n');
    writeFileSync(join(root, 'new.txt'), 'new\n');
    run(root, 'add', 'new.txt');
    rmSync(join(root, 'c.txt'));
    writeFileSync(join(root, 'other.txt'), '');
    expect((await git.status()).entries.toSorted((a, b) => (a.path < b.path ? -1 : 1))).toEqual([
      { path: 'a.txt', code: '.M' }, { path: 'c.txt', code: '.D' }, { path: 'moved b.txt', code: 'R.', from: 'b.txt' }, { path: 'new.txt', code: 'A.' }, { path: 'other.txt', code: '??' },
    ]);
  });

  it('counts ahead and behind, and has no branch when detached', async () => {
    const { git, root } = await openCommitted({ 'a.txt': 'one\n' });
    run(root, 'branch', 'up');
    run(root, 'branch', '--set-upstream-to=up');
    writeFileSync(join(root, 'a.txt'), 'two\n');
    await git.commit({ message: 'Second', paths: ['a.txt'] });
    expect(await git.status()).toMatchObject({ branch: 'main', upstream: 'up', ahead: 1, behind: 0, entries: [] });
    run(root, 'checkout', '-q', '--detach');
    expect((await git.status()).branch).toBeUndefined();
  });

  it.each(hostileNames)('works with the name %j', async (name) => {
    const { git, root } = await openRepository({ [name]: 'one\n' });
    expect((await git.status()).entries).toEqual([{ path: name, code: '??' }]);
    await git.commit({ message: 'Add', paths: [name] });
    writeFileSync(join(root, name), 'two\n');
    expect(await git.diff({ path: name })).toContain('-one\n+two\n');
    expect(await git.log({ path: name })).toHaveLength(1);
  });

  it('is relative to a root below the repository, and tells only of what is in it', async () => {
    const { root, around } = await openCommitted({ 'app/a.txt': 'one\n', 'lib/b.txt': 'one\n' });
    const app = await openLocalWorkspace({ root: join(root, 'app'), scratchDirectory: join(around, 's'), checkpointDirectory: join(around, 'c'), environment: { PATH: process.env['PATH'], HOME: around }, homeDirectory: around, now: () => 0, newId: () => 'x' });
    writeFileSync(join(root, 'app/a.txt'), 'two\n');
    writeFileSync(join(root, 'lib/b.txt'), 'two\n');
    expect((await app.git.status()).entries).toEqual([{ path: 'a.txt', code: '.M' }]);
    expect(await app.git.diff()).toContain('a/a.txt');
    expect(await app.git.diff()).not.toContain('b.txt');
    await app.close();
  });
});

describe('diff', () => {
  it('compares with the index, the last commit, or a named version', async () => {
    const { git, root } = await openCommitted({ 'a.txt': 'one\n' });
    writeFileSync(join(root, 'a.txt'), 'two\n');
    run(root, 'add', 'a.txt');
    writeFileSync(join(root, 'a.txt'), 'three\n');
    expect(await git.diff()).toContain('-two\n+three\n');
    expect(await git.diff({ staged: true })).toContain('-one\n+two\n');
    expect(await git.diff({ base: 'main' })).toContain('-one\n+three\n');
    expect(await codeOf(git.diff({ base: '--output=x' }))).toBe('not-found');
    expect(await codeOf(git.diff({ path: '../x' }))).toBe('outside');
  });

  it('names a secret that changed and shows none of it', async () => {
    const { git, root } = await openCommitted({ '.env': 'TOKEN=old\n', 'a.txt': 'one\n' });
    writeFileSync(join(root, '.env'), 'TOKEN=new\n');
    writeFileSync(join(root, 'a.txt'), 'two\n');
    const diff = await git.diff();
    expect(diff).toContain('+two');
    expect(diff).toContain('Secret file ".env" differs');
    expect(diff).not.toContain('TOKEN');
    expect(await codeOf(git.diff({ path: '.env' }))).toBe('secret');
  });

  it('runs nothing that the repository names', async () => {
    const { git, root, around } = await openCommitted({ 'a.txt': 'one\n', '.gitattributes': '*.txt diff=evil\n' });
    const evil = `sh -c 'touch ${around}/ran'`;
    for (const setting of ['diff.external', 'diff.evil.command', 'diff.evil.textconv', 'core.fsmonitor', 'core.pager', 'pager.diff', 'core.sshCommand', 'core.editor']) run(root, 'config', setting, evil);
    mkdirSync(join(root, '.git/hooks'), { recursive: true });
    for (const hook of ['pre-commit', 'post-commit', 'post-checkout', 'post-index-change', 'reference-transaction']) writeFileSync(join(root, '.git/hooks', hook), `#!/bin/sh\ntouch ${around}/ran\n`, { mode: 0o755 });
    writeFileSync(join(root, 'a.txt'), 'two\n');
    await git.status();
    expect(await git.diff()).toContain('+two');
    await git.log();
    await git.commit({ message: 'Second' });
    await git.createBranch('topic', { switch: true });
    expect(() => readFileSync(join(around, 'ran'))).toThrow('ENOENT');
  });
});

describe('commit', () => {
  it('takes only the named paths, deletions too, and leaves the rest staged', async () => {
    const { git, root } = await openCommitted({ 'a.txt': 'one\n', 'b.txt': 'one\n', 'gone.txt': 'x\n' });
    writeFileSync(join(root, 'a.txt'), 'two\n');
    writeFileSync(join(root, 'b.txt'), 'two\n');
    rmSync(join(root, 'gone.txt'));
    run(root, 'add', 'b.txt');
    await git.commit({ message: 'Only a', paths: ['a.txt', 'gone.txt'] });
    expect((await git.status()).entries).toEqual([{ path: 'b.txt', code: 'M.' }]);
    expect(await codeOf(git.commit({ message: '  ' }))).toBe('failed');
  });

  it('takes everything that changed when nothing is staged, but no secret', async () => {
    const { git, root } = await openCommitted({ 'a.txt': 'one\n' });
    writeFileSync(join(root, '.env'), 'TOKEN=1\n');
    writeFileSync(join(root, 'new.txt'), 'x\n');
    await git.commit({ message: 'All' });
    expect((await git.status()).entries).toEqual([{ path: '.env', code: '??' }]);
    expect(await codeOf(git.commit({ message: 'Secret', paths: ['.env'] }))).toBe('secret');
  });
});

describe('branches', () => {
  it('are listed, created and switched to', async () => {
    const { git } = await openCommitted({ 'a.txt': 'one\n' });
    await git.createBranch('topic/one');
    await git.createBranch('topic/two', { switch: true });
    expect((await git.branches()).map(({ name, current }) => [name, current])).toEqual([['main', false], ['topic/one', false], ['topic/two', true]]);
    expect(await codeOf(git.createBranch('main'))).toBe('exists');
    for (const name of ['-d', '--force', 'a..b', 'a b', '', '@{-1}', 'x.lock']) expect([name, await codeOf(git.createBranch(name))]).toEqual([name, 'bad-name']);
  });
});

describe('without Git', () => {
  it('says how to get it', async () => {
    const { git, search, root } = await openTestWorkspace({ 'a.txt': 'needle' }, { environment: { PATH: '/nonexistent' } });
    mkdirSync(join(root, '.git'));
    writeFileSync(join(root, '.git/HEAD'), 'ref: refs/heads/main\n');
    expect((await refusalOf(git.status())).message).toContain('Install Git');
    expect((await search.grep({ pattern: 'needle' })).matches).toHaveLength(1);
  });

  it('a broken repository is refused with a sentence, and searched all the same', async () => {
    const { git, search, root } = await openTestWorkspace({ 'a.txt': 'needle' });
    mkdirSync(join(root, '.git'));
    writeFileSync(join(root, '.git/HEAD'), 'garbage\n');
    expect(await git.isRepository()).toBe(false);
    expect(await codeOf(git.status())).toBe('not-git');
    expect((await search.grep({ pattern: 'needle' })).matches).toHaveLength(1);
  });
});
