import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, readlinkSync, renameSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { codeOf, codesOf, collect, refusalOf } from '../contract/refusal.ts';
import { openLocalWorkspace } from '../local-workspace.ts';
import { openTestWorkspace } from '../open-test-workspace.ts';
import type { TestWorkspace } from '../open-test-workspace.ts';

describe('links', () => {
  async function openWithLinks(): Promise<TestWorkspace> {
    const workspace = await openTestWorkspace({ 'src/a.txt': 'inside', '.env': 'TOKEN=1' });
    mkdirSync(join(workspace.around, 'outside'));
    writeFileSync(join(workspace.around, 'outside/b.txt'), 'needle outside');
    symlinkSync('src/a.txt', join(workspace.root, 'good.txt'));
    symlinkSync('../outside/b.txt', join(workspace.root, 'bad.txt'));
    symlinkSync('../outside', join(workspace.root, 'bad'));
    symlinkSync('.env', join(workspace.root, 'notes.txt'));
    symlinkSync('loop', join(workspace.root, 'loop'));
    symlinkSync('nowhere/x.txt', join(workspace.root, 'dangling.txt'));
    symlinkSync('../outside/new.txt', join(workspace.root, 'dangling-out.txt'));
    return workspace;
  }

  it('are followed inside, and refused when they lead out, to a secret or in a circle', async () => {
    const { files } = await openWithLinks();
    expect((await files.read('good.txt')).text).toBe('inside');
    for (const path of ['bad.txt', 'bad/b.txt', 'loop']) expect([path, await codeOf(files.read(path))]).toEqual([path, 'outside']);
    expect(await codeOf(files.read('notes.txt'))).toBe('secret');
    expect(await codeOf(files.list('bad'))).toBe('outside');
    expect(await codeOf(collect(files.walk({ under: 'bad' })))).toBe('outside');
    expect((await files.facts('bad.txt')).kind).toBe('symlink');
  });

  it('are written through when they stay inside, and never otherwise', async () => {
    const { files, root, around } = await openWithLinks();
    await files.write('good.txt', 'changed');
    expect(readlinkSync(join(root, 'good.txt'))).toBe('src/a.txt');
    expect(readFileSync(join(root, 'src/a.txt'), 'utf8')).toBe('changed');
    for (const path of ['bad.txt', 'bad/b.txt', 'bad/new.txt', 'bad/deep/new.txt', 'dangling-out.txt']) expect([path, await codeOf(files.write(path, 'x'))]).toEqual([path, 'outside']);
    expect(await codeOf(files.write('notes.txt', 'x'))).toBe('secret');
    expect(await codeOf(files.remove('bad/b.txt'))).toBe('outside');
    expect(await codeOf(files.move('src/a.txt', 'bad/a.txt'))).toBe('outside');
    expect(await codeOf(files.move('bad/b.txt', 'b.txt'))).toBe('outside');
    expect(readdirSync(join(around, 'outside'))).toEqual(['b.txt']);
    expect(readFileSync(join(around, 'outside/b.txt'), 'utf8')).toBe('needle outside');
  });

  it('are removed and moved as links', async () => {
    const { files, root, around } = await openWithLinks();
    await files.remove('bad.txt');
    await files.move('bad', 'still-bad');
    expect(readlinkSync(join(root, 'still-bad'))).toBe('../outside');
    expect(existsSync(join(around, 'outside/b.txt'))).toBe(true);
  });

  it('are not searched or walked through', async () => {
    const { files, search, root } = await openWithLinks();
    expect((await search.grep({ pattern: 'needle' })).matches).toEqual([]);
    expect(await collect(files.walk())).toEqual(['src/a.txt']);
    execFileSync('git', ['init', '-q'], { cwd: root });
    mkdirSync(join(root, 'tracked'));
    writeFileSync(join(root, 'tracked/b.txt'), 'x');
    execFileSync('git', ['add', '-A'], { cwd: root });
    rmSync(join(root, 'tracked'), { recursive: true });
    symlinkSync('../outside', join(root, 'tracked'));
    expect((await search.grep({ pattern: 'needle' })).matches).toEqual([]);
  });

  it('cannot be swapped in between the check and the use', async () => {
    const { files, root, around } = await openTestWorkspace({ 'real/a.txt': 'inside' });
    mkdirSync(join(around, 'outside'));
    writeFileSync(join(around, 'outside/a.txt'), 'outside');
    const seen = new Set<string>();
    const over = new AbortController();
    const swapping = (async () => {
      for (let round = 0; !over.signal.aborted; round += 1) {
        symlinkSync(round % 2 === 0 ? 'real' : '../outside', join(root, 'next'));
        renameSync(join(root, 'next'), join(root, 'folder'));
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    for (let round = 0; round < 300; round += 1) {
      await files.read('folder/a.txt').then(({ text }) => seen.add(text), () => undefined);
      await files.write('folder/written.txt', 'x').catch(() => undefined);
      await files.remove('folder/a.txt', { ifHash: '0'.repeat(64) }).catch(() => undefined);
    }
    over.abort();
    await swapping;
    expect([...seen].filter((text) => text !== 'inside')).toEqual([]);
    expect(readdirSync(join(around, 'outside'))).toEqual(['a.txt']);
  });
});

describe('a root that is itself a link', () => {
  it('is entered by either name, and stays the same place', async () => {
    const { root, around } = await openTestWorkspace({ 'a.txt': 'one' });
    symlinkSync('project', join(around, 'alias'));
    const alias = await openLocalWorkspace({ root: join(around, 'alias'), scratchDirectory: join(around, 's'), checkpointDirectory: join(around, 'c'), environment: {}, homeDirectory: around, now: () => 0, newId: () => 'x' });
    expect(alias.root).toBe(root);
    for (const path of [join(around, 'alias/a.txt'), join(root, 'a.txt'), 'a.txt']) expect((await alias.files.read(path)).path).toBe('a.txt');
    await alias.close();
  });
});

describe('what is no text file', () => {
  it('is refused without waiting for it', async () => {
    const { files, root } = await openTestWorkspace();
    execFileSync('mkfifo', [join(root, 'pipe')]);
    expect(await codeOf(files.read('pipe'))).toBe('failed');
    expect(await codeOf(files.write('pipe', 'x'))).toBe('failed');
    expect((await files.list('.')).map(({ kind }) => kind)).toEqual(['other']);
  });

  it('is listed even where its name is not UTF-8', async () => {
    const { files, root } = await openTestWorkspace();
    writeFileSync(Buffer.concat([Buffer.from(`${root}/bad`), Buffer.from([0xff])]), 'x');
    expect((await files.list('.')).map(({ path, kind }) => [path, kind])).toEqual([['bad\uFFFD', 'other']]);
  });
});

describe('large files', () => {
  it('are streamed page by page, and not read whole', async () => {
    const { files, root } = await openTestWorkspace();
    const line = `${'x'.repeat(99)}\n`;
    writeFileSync(join(root, 'big.txt'), line.repeat(600_000));
    const page = await files.readPage('big.txt', { firstLine: 500_000, maxLines: 2, maxBytes: 1_000 });
    expect(page).toMatchObject({ lines: [line.trim(), line.trim()], totalLines: undefined, hash: undefined, bytes: 60_000_000 });
    expect(await files.readPage('big.txt', { firstLine: 599_999, maxLines: 10, maxBytes: 1_000 })).toMatchObject({ totalLines: 600_000 });
    expect(await codeOf(files.read('big.txt'))).toBe('too-large');
    expect(await files.hash('big.txt')).toHaveLength(64);
  });

  it('without a single line break are cut', async () => {
    const { files, root } = await openTestWorkspace({ 'big.txt': 'start' });
    writeFileSync(join(root, 'big.txt'), 'y'.repeat(52_500_000));
    expect(await files.readPage('big.txt', { firstLine: 1, maxLines: 1, maxBytes: 100 })).toMatchObject({ lines: ['y'.repeat(100)], cut: true });
    truncateSync(join(root, 'big.txt'), 0);
    truncateSync(join(root, 'big.txt'), 60_000_000);
    expect(await codeOf(files.readPage('big.txt', { firstLine: 1, maxLines: 1, maxBytes: 100 }))).toBe('binary');
  });
});

describe('writes', () => {
  it('keep mode and owner', async () => {
    const { files, root } = await openTestWorkspace({ 'run.sh': '#!/bin/sh\n' });
    chmodSync(join(root, 'run.sh'), 0o750);
    if (process.getuid?.() === 0) execFileSync('chown', ['12345:23456', join(root, 'run.sh')]);
    const before = statSync(join(root, 'run.sh'));
    await files.write('run.sh', '#!/bin/sh\nexit 0\n');
    const after = statSync(join(root, 'run.sh'));
    expect([after.mode & 0o7777, after.uid, after.gid]).toEqual([0o750, before.uid, before.gid]);
  });

  it('are seen whole or not at all', async () => {
    const { files, root } = await openTestWorkspace({ 'a.txt': 'a'.repeat(100_000) });
    const over = new AbortController();
    const writer = (async () => {
      for (let round = 0; round < 30; round += 1) await files.write('a.txt', (round % 2 === 0 ? 'b' : 'a').repeat(100_000));
      over.abort();
    })();
    while (!over.signal.aborted) {
      const text = readFileSync(join(root, 'a.txt'), 'utf8');
      expect([text.length, new Set(text).size]).toEqual([100_000, 1]);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await writer;
    expect(readdirSync(root)).toEqual(['a.txt']);
  });

  it('refuse a file that is marked read-only', async () => {
    const { files, root } = await openTestWorkspace({ 'a.txt': 'one' });
    chmodSync(join(root, 'a.txt'), 0o444);
    expect(await codeOf(files.write('a.txt', 'two'))).toBe('read-only');
    expect((await files.read('a.txt')).text).toBe('one');
  });

  it('refuse names that a left-over temporary file would hide, and never list one', async () => {
    const { files, search } = await openTestWorkspace({ '.atelier-12-0.tmp': 'needle', 'a.txt': 'needle' });
    expect(await collect(files.walk())).toEqual(['a.txt']);
    expect((await search.glob('**')).paths).toEqual(['a.txt']);
  });

  it('see another program change the file in between', async () => {
    const { files, root } = await openTestWorkspace({ 'a.txt': 'one' });
    const { hash } = await files.read('a.txt');
    writeFileSync(join(root, 'a.txt'), 'by another program');
    expect((await refusalOf(files.write('a.txt', 'two', { ifHash: hash }))).message).toContain('Read it again');
    expect(readFileSync(join(root, 'a.txt'), 'utf8')).toBe('by another program');
  });
});

describe('a disk in trouble', () => {
  const mountable = (() => {
    try {
      execFileSync('sh', ['-c', 'd=$(mktemp -d) && mount -t tmpfs -o size=64k tmpfs "$d" && umount "$d" && rmdir "$d"'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  })();

  async function openMounted(options: string): Promise<TestWorkspace> {
    const workspace = await openTestWorkspace();
    const disk = join(workspace.root, 'disk');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', disk]);
    onTestFinished(() => {
      execFileSync('umount', [disk]);
    });
    writeFileSync(join(disk, 'a.txt'), 'one');
    return workspace;
  }

  it.skipIf(!mountable)('that is full keeps the old file and leaves nothing behind (needs the right to mount)', async () => {
    const { files, root } = await openMounted('size=64k');
    expect(await codeOf(files.write('disk/a.txt', 'x'.repeat(200_000)))).toBe('disk-full');
    expect(await codeOf(files.write('disk/new.txt', 'x'.repeat(200_000)))).toBe('disk-full');
    expect(readdirSync(join(root, 'disk'))).toEqual(['a.txt']);
    expect(readFileSync(join(root, 'disk/a.txt'), 'utf8')).toBe('one');
  });

  it.skipIf(!mountable)('that is read-only says so (needs the right to mount)', async () => {
    const { files, root } = await openMounted('size=64k');
    execFileSync('mount', ['-o', 'remount,ro', join(root, 'disk')]);
    expect(await codesOf(files.write('disk/a.txt', 'two'), files.write('disk/b/c.txt', 'two'), files.remove('disk/a.txt'), files.move('disk/a.txt', 'disk/b.txt'))).toEqual(['read-only']);
    expect((await files.read('disk/a.txt')).text).toBe('one');
  });

  it.skipIf(process.getuid === undefined)('whose folder may not be changed keeps a file that was to be moved out of it', async () => {
    const { files, root } = await openTestWorkspace({ 'locked/a.txt': 'one' });
    chmodSync(join(root, 'locked'), 0o555);
    onTestFinished(() => chmodSync(join(root, 'locked'), 0o755));
    if (process.getuid?.() === 0) {
      // Permissions do not hold root back: become nobody while it moves.
      for (const place of [dirname(root), root]) chmodSync(place, 0o777);
      process.seteuid?.(65_534);
      onTestFinished(() => process.seteuid?.(0));
    }
    expect(await codeOf(files.move('locked/a.txt', 'a.txt'))).toBe('read-only');
    expect(await collect(files.walk())).toEqual(['locked/a.txt']);
  });

  it('whose workspace is gone says so', async () => {
    const { files, root } = await openTestWorkspace({ 'a.txt': 'one' });
    rmSync(root, { recursive: true });
    expect(await codesOf(files.read('a.txt'), files.write('a.txt', 'x'), files.write('b/c.txt', 'x'), files.list('.'), collect(files.walk()))).toEqual(['unavailable']);
    expect(lstatSync(root, { throwIfNoEntry: false })).toBeUndefined();
  });
});
