import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, rename, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, test } from 'vitest';
import type { ScriptedAnswer, ScriptedToolCall } from '@atelier/models/testing';
import { goOn, openFaultPlace, wentOn } from './fault-place.ts';
import type { FaultPlace } from './fault-place.ts';

const call = (name: string, input: object): ScriptedToolCall => ({ name, input });
const edit = (path: string, old: string, fresh: string): ScriptedToolCall => call('edit_file', { path, edits: [{ old, new: fresh }] });
const done: ScriptedAnswer = { text: 'Everything is done.' };

const mounted: string[] = [];
afterEach(async () => {
  for (const folder of mounted.splice(0)) {
    execFileSync('umount', ['-l', folder]);
    await rm(folder, { recursive: true });
  }
});

/** A disk of its own of so many KiB. */
async function smallDisk(kilobytes: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'atelier-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'none', folder]);
  mounted.push(folder);
  return folder;
}

/** Takes the room that is left on a disk, but for so many bytes, and gives the path of what takes it. */
async function fill(folder: string, but = 0): Promise<string> {
  const path = join(folder, 'filler');
  await writeFile(path, '');
  for (let size = 1_048_576; size >= 512; size /= 2) {
    for (;;) {
      try {
        await writeFile(path, Buffer.alloc(size), { flag: 'a' });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
        break;
      }
    }
  }
  if (but > 0) await truncate(path, (await stat(path)).size - but);
  return path;
}

function canMount(): boolean {
  try {
    execFileSync('unshare', ['-m', 'true'], { stdio: 'ignore' });
    return process.getuid?.() === 0;
  } catch {
    return false; // not root, or a container that may not mount
  }
}

async function expectToGoOn(place: FaultPlace, ...resume: string[]): Promise<void> {
  const next = await place.start('thread', 'resume', await place.threadId(), ...resume);
  expect(next.exitCode, next.said).toBe(0);
}

const mounts = canMount();
test.runIf(process.env['CI'] === 'true')('this machine can mount small disks, so that nothing below is skipped', () => expect(mounts).toBe(true));

describe.skipIf(!mounts)('a disk of its own (needs root, because only root may mount one)', () => {
  test('disk full when a fact is recorded: the run stands still and says so, what was recorded is whole, and it goes on when there is room', async () => {
    const home = await smallDisk(8192);
    const fillers: string[] = [];
    await using place = await openFaultPlace({
      home,
      async script(request) {
        if (request.step === 0) return { toolCalls: [edit('a.txt', 'alpha', 'beta')] };
        if (fillers.length === 0) fillers.push(await fill(home));
        return request.step === 1 ? { toolCalls: [call('read_file', { path: 'a.txt' })] } : done;
      },
    });
    const run = await place.start('run', '--yes', '--json', 'change alpha to beta');
    expect(run.exitCode, run.said).toBe(1);
    expect(run.said).toMatch(/There is no room left on the disk.*Free some space/);
    const acknowledged = run.stdout.split('\n').filter((line) => line.startsWith('{"type":"event"')).map((line) => (JSON.parse(line) as { event: { seq: number } }).event.seq);
    await truncate(fillers[0] ?? '', 0);
    const kept = (await place.events()).map((event) => event.seq);
    expect(kept).toEqual(acknowledged);
    await expectToGoOn(place);
    expect(await place.text('a.txt')).toBe('beta\n');
    expect((await place.events()).filter((event) => event.type === 'tool.started' && event.data['tool'] === 'edit_file')).toHaveLength(1);
  });

  test('disk full when a long output is kept: told as well, and the call is made again when there is room', async () => {
    const home = await smallDisk(8192);
    const fillers: string[] = [];
    await using place = await openFaultPlace({
      home,
      files: { 'a.txt': 'alpha\n', 'long.txt': 'a line that stands here many times\n'.repeat(1500) },
      async script(request) {
        if (request.step > 0) return done;
        if (fillers.length === 0) fillers.push(await fill(home, 30_000));
        return { toolCalls: [call('read_file', { path: 'long.txt' })] };
      },
    });
    const run = await place.start('run', '--yes', 'read the long file');
    expect(run.exitCode, run.said).toBe(1);
    expect(run.said).toMatch(/There is no room left on the disk.*Free some space/);
    await truncate(fillers[0] ?? '', 0);
    await expectToGoOn(place);
    expect(place.told()).toContain('a line that stands here many times');
  });

  test('a data folder that cannot be written: told with the folder, nothing is begun', async () => {
    const home = await smallDisk(8192);
    await using place = await openFaultPlace({ home, script: [done] });
    execFileSync('mount', ['-o', 'remount,ro', home]);
    const run = await place.start('run', '--yes', 'anything');
    expect(run.exitCode, run.said).toBe(1);
    expect(run.said).toContain(home);
    expect(run.said).toMatch(/cannot be written.*Check its owner and permissions/);
    expect(place.asked).toHaveLength(0);
  });

  test('disk full before the first fact: nothing is begun, and the command says so', async () => {
    const home = await smallDisk(8192);
    await using place = await openFaultPlace({ home, script: [done] });
    expect((await place.start('thread', 'list', '--all')).exitCode).toBe(0); // the database is made
    const filler = await fill(home);
    const run = await place.start('run', '--yes', 'anything');
    expect(run.exitCode, run.said).toBe(1);
    expect(run.said).toMatch(/no room left on the disk.*Free some space/i);
    await truncate(filler, 0);
    expect((await place.start('run', '--yes', 'anything')).exitCode).toBe(0);
  });

  test('disk full when a file is written: the file is as it was, and the model is told', async () => {
    const under = await smallDisk(2048);
    await using place = await openFaultPlace({ under, script: [{ toolCalls: [call('write_file', { path: 'a.txt', content: 'x'.repeat(3_000_000) })] }, done] });
    const run = await place.start('run', '--yes', 'write much');
    expect(run.exitCode, run.said).toBe(0);
    expect(place.told()).toMatch(/The disk is full: "a\.txt" was not written, what was there is unchanged\. Free some space/);
    expect(await place.text('a.txt')).toBe('alpha\n');
    expect((await readdir(place.repository)).toSorted()).toEqual(['.git', 'a.txt']);
  });

  test('a read-only tree: edits and commands change nothing, and the model is told', async () => {
    const under = await smallDisk(2048);
    await using place = await openFaultPlace({ under, script: [{ toolCalls: [edit('a.txt', 'alpha', 'beta')] }, { toolCalls: [call('run_command', { command: 'echo x > b.txt' })] }, done] });
    execFileSync('mount', ['-o', 'remount,ro', under]);
    const run = await place.start('run', '--yes', 'change alpha to beta');
    execFileSync('mount', ['-o', 'remount,rw', under]);
    expect(run.exitCode, run.said).toBe(0);
    expect(run.said).toMatch(/"a\.txt" was not changed: its file system is read-only/);
    expect(place.told()).toMatch(/[Rr]ead-only/);
    expect(await place.text('a.txt')).toBe('alpha\n');
  });
});

describe('the database', () => {
  const lock = (home: string): DatabaseSync => {
    const other = new DatabaseSync(join(home, 'atelier.db'));
    other.exec('begin immediate');
    return other;
  };

  test('locked by another process for too long: the run stands still and says so, and goes on afterwards', async () => {
    let other: DatabaseSync | undefined;
    await using place = await openFaultPlace({
      script(request) {
        if (request.step === 0) return { toolCalls: [edit('a.txt', 'alpha', 'beta')] };
        other ??= lock(place.home);
        return done;
      },
    });
    const run = await place.start('run', '--yes', 'change alpha to beta');
    other?.close();
    expect(run.exitCode, run.said).toBe(1);
    expect(run.said).toMatch(/Another program holds the database .* locked.*Close it or wait/);
    await expectToGoOn(place);
    expect(await place.text('a.txt')).toBe('beta\n');
  });

  test('locked by another process at the start: told, and nothing is begun', async () => {
    await using place = await openFaultPlace({ script: [done] });
    await place.start('thread', 'list', '--all'); // the database is made
    const other = lock(place.home);
    const run = await place.start('run', '--yes', 'anything');
    other.close();
    expect(run.exitCode, run.said).toBe(1);
    expect(run.said).toMatch(/Another program holds the database .* locked.*Close it or wait/);
    expect(place.asked).toHaveLength(0);
  });

  test('locked by another process for a second: waited for', async () => {
    await using place = await openFaultPlace({
      script(request) {
        if (request.step > 0) return done;
        const other = lock(place.home);
        setTimeout(() => other.close(), 1000);
        return { toolCalls: [edit('a.txt', 'alpha', 'beta')] };
      },
    });
    const run = await place.start('run', '--yes', 'change alpha to beta');
    expect(run.exitCode, run.said).toBe(0);
    expect(await place.text('a.txt')).toBe('beta\n');
  });

  test('used by four runs at once: each is done', async () => {
    await using place = await openFaultPlace({ script: (request) => (request.step < 3 ? { toolCalls: [call('read_file', { path: 'a.txt' }), call('write_file', { path: `${request.lastUserText}.txt`, content: `${request.step}\n` }), call('run_command', { command: `echo ${request.lastUserText} >> marks.txt` })] } : done) });
    const runs = await Promise.all(['one', 'two', 'three', 'four'].map((name) => place.start('run', '--yes', name)));
    for (const run of runs) expect(run.exitCode, run.said).toBe(0);
    for (const name of ['one', 'two', 'three', 'four']) expect(await place.text(`${name}.txt`)).toBe('2\n');
    expect((await place.text('marks.txt')).split('\n').toSorted().join(' ').trim()).toBe('four four four one one one three three three two two two');
  });

  test('damaged: told in a sentence, and left as it is', async () => {
    await using place = await openFaultPlace({ script: [done] });
    await writeFile(join(place.home, 'atelier.db'), 'this is no database, '.repeat(500));
    const run = await place.start('run', '--yes', 'anything');
    expect(run.exitCode, run.said).toBe(1);
    expect(run.said).toMatch(/The database .*atelier\.db cannot be read or written.*Check the disk/);
    expect(await readFile(join(place.home, 'atelier.db'), 'utf8')).toContain('this is no database');
  });
});

describe('the workspace', () => {
  test('a file changed by somebody between approval and write: the change stays, the call is refused', async () => {
    await using place = await openFaultPlace({ script: [{ toolCalls: [edit('a.txt', 'alpha', 'beta')] }, done] });
    const run = await place.start('run', 'change alpha to beta');
    expect(run.exitCode, run.said).toBe(3);
    await writeFile(join(place.repository, 'a.txt'), 'alpha, and a line of somebody\n');
    await expectToGoOn(place, '--approve');
    expect(await place.text('a.txt')).toBe('alpha, and a line of somebody\n');
    expect(place.told()).toMatch(/files changed in between\. Read them again and redo the call/);
  });

  test('the workspace deleted under a run: the run ends with a sentence, and goes on when it is back', async () => {
    const aside: string[] = [];
    await using place = await openFaultPlace({
      async script(request) {
        if (request.step > 0) return done;
        const away = `${place.repository}.away`;
        if (aside.push(away) === 1) await rename(place.repository, away);
        return { toolCalls: [edit('a.txt', 'alpha', 'beta'), call('run_command', { command: 'ls' })] };
      },
    });
    const run = await place.start('run', '--yes', 'change alpha to beta');
    expect(run.said).toMatch(/is not there any more|There is nothing at|is gone/);
    expect(existsSync(place.repository)).toBe(false);
    await rename(aside[0] ?? '', place.repository);
    await expectToGoOn(place, goOn);
    expect(await place.text('a.txt')).toBe('alpha\n');
  });

  test('hostile names (line break, quote, emoji, 255 bytes, leading dash): edited, run, and undone', async () => {
    const names = ['line\nbreak.txt', 'quo"te\'s.txt', '🎉 party.txt', `${'n'.repeat(251)}.txt`, '-rf', 'back\\slash.txt', ' blank .txt', '$(touch hacked).txt'];
    const files = Object.fromEntries(names.map((name) => [name, 'alpha\n']));
    await using place = await openFaultPlace({
      files,
      script: [
        { toolCalls: names.map((name) => edit(name, 'alpha', 'beta')) },
        { toolCalls: names.map((name) => call('write_file', { path: `new/${name}`, content: 'made\n' })) },
        { toolCalls: [call('move_file', { from: '-rf', to: '--force' }), call('grep', { pattern: 'beta' }), call('run_command', { command: 'ls -1b' })] },
        done,
      ],
    });
    const run = await place.start('run', '--yes', 'change alpha to beta everywhere');
    expect(run.exitCode, run.said).toBe(0);
    for (const name of names.filter((name) => name !== '-rf')) expect(await place.text(name), name).toBe('beta\n');
    for (const name of names) expect(await place.text(`new/${name}`), name).toBe('made\n');
    expect(await place.text('--force')).toBe('beta\n');
    const undo = await place.start('thread', 'undo', await place.threadId());
    expect(undo.exitCode, undo.said).toBe(0);
    expect((await readdir(place.repository)).toSorted()).toEqual(['.git', ...names].toSorted());
    for (const name of names) expect(await place.text(name), name).toBe('alpha\n');
  });

  test('a symbolic link out of the tree: neither read, written nor moved through', async () => {
    await using place = await openFaultPlace({
      script: [
        { toolCalls: [call('read_file', { path: 'out/private.txt' }), call('write_file', { path: 'out/planted.txt', content: 'x' }), edit('leak.txt', 'private', 'public'), call('write_file', { path: '../planted.txt', content: 'x' })] },
        done,
      ],
    });
    const outside = await mkdtemp(join(tmpdir(), 'atelier-outside-'));
    await writeFile(join(outside, 'private.txt'), 'private words\n');
    await symlink(outside, join(place.repository, 'out'));
    await symlink(join(outside, 'private.txt'), join(place.repository, 'leak.txt'));
    const run = await place.start('run', '--yes', 'read what is out there');
    expect(run.exitCode, run.said).toBe(0);
    expect(place.told().match(/outside the workspace/g)?.length, place.told()).toBe(4);
    expect(await readdir(outside)).toEqual(['private.txt']);
    expect(await readFile(join(outside, 'private.txt'), 'utf8')).toBe('private words\n');
    expect(JSON.stringify(place.model.requests)).not.toContain('private words');
    await rm(outside, { recursive: true });
  });

  test('secrets (.env, keys): invisible to read_file, grep, and a command in the sandbox', async () => {
    await using place = await openFaultPlace({
      files: { 'a.txt': 'alpha\n', '.env': 'TOKEN=hush-hush-1234\n', 'keys/server.key': 'hush-hush-1234\n' },
      script: [
        { toolCalls: [call('read_file', { path: '.env' }), call('grep', { pattern: 'hush' }), call('run_command', { command: 'cat .env; cat keys/server.key; grep -r hush-hush . ; git show HEAD:a.txt' })] },
        done,
      ],
    });
    const asks = await place.start('run', '--yes', 'find the secret');
    expect(asks.exitCode, asks.said).toBe(3); // a command that names a secret asks; allowed, it still sees none
    const run = await place.start('thread', 'resume', await place.threadId(), '--approve');
    expect(run.exitCode, run.said).toBe(0);
    expect(run.said).not.toContain('hush-hush-1234');
    expect(JSON.stringify(place.model.requests)).not.toContain('hush-hush-1234');
    expect(await readFile(join(place.home, 'atelier.db'), 'latin1')).not.toContain('hush-hush-1234');
    expect(place.told()).toMatch(/\.env/);
    expect(await place.text('.env')).toBe('TOKEN=hush-hush-1234\n');
  });

  test('a broken atelier.json: the run says which file and line', async () => {
    await using place = await openFaultPlace({ files: { 'a.txt': 'alpha\n', 'atelier.json': '{ "checks": \n' }, script: [done] });
    const run = await place.start('run', '--yes', 'anything');
    expect(run.exitCode, run.said).toBe(1);
    expect(run.said).toMatch(/atelier\.json.*Mend the file, then try again/);
    await mkdir(join(place.repository, 'x'), { recursive: true });
    await rm(join(place.repository, 'atelier.json'));
    const next = await place.start('run', '--continue', '--yes', goOn);
    expect(next.said).toContain(wentOn);
  });
});
