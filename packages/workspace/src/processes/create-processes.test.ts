import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { machineSandbox, openProcessFixture, type ProcessFixture } from './process-fixture.ts';

const hasSandbox = machineSandbox.kind === 'bubblewrap';

/** Whether a process whose command line holds this text is running. */
function isRunning(marker: string): boolean {
  return execFileSync('ps', ['-eo', 'args']).toString().split('\n').some((line) => line.startsWith(`sleep ${marker}`));
}

describe.each([{ unsandboxed: true }, { unsandboxed: false }])('a command, unsandboxed: $unsandboxed', ({ unsandboxed }) => {
  let fixture: ProcessFixture;
  beforeEach(async () => {
    fixture = await openProcessFixture();
  });
  afterEach(() => fixture.dispose());
  const it = test.skipIf(!unsandboxed && !hasSandbox);

  it('ends with its exit code, its two streams in the order in which they were written, and a closed input', async () => {
    const result = await fixture.processes.run({ command: 'echo one; echo two >&2; echo three; cat; exit 7', unsandboxed });
    expect(result).toMatchObject({ ending: { kind: 'exited', exitCode: 7 }, output: 'one\ntwo\nthree\n', wholeOutputPath: undefined, outputBytes: 14, sandboxed: !unsandboxed, notes: [] });
  });

  it('tells the signal that ended it', async () => {
    expect((await fixture.processes.run({ command: 'kill -9 $$', unsandboxed })).ending).toEqual({ kind: 'signalled', signal: 'SIGKILL' });
  });

  it('streams characters whole, wherever the pieces are cut', async () => {
    const pieces: string[] = [];
    const command = String.raw`printf '\xf0\x9f'; sleep 0.1; printf '\x98\x80\xc3'; sleep 0.1; printf '\xa9'`;
    const result = await fixture.processes.run({ command, unsandboxed, onOutput: (text) => pieces.push(text) });
    expect([pieces.join(''), result.output]).toEqual(['😀é', '😀é']);
  });

  it('runs in the directory named, and refuses one outside', async () => {
    await fixture.processes.run({ command: 'mkdir -p a/b; ln -s / out', unsandboxed });
    expect((await fixture.processes.run({ command: 'pwd', directory: 'a/b', unsandboxed })).output).toBe(`${fixture.root}/a/b\n`);
    for (const directory of ['..', 'out', '/', 'absent']) {
      expect((await fixture.processes.run({ command: 'pwd', directory, unsandboxed })).ending.kind).toBe('not-started');
    }
  });

  it('is killed when its time is over, also when it ignores SIGTERM', async () => {
    const result = await fixture.processes.run({ command: 'trap "" TERM; echo on; sleep 4711.1 & sleep 4711.1', timeoutMs: 300, unsandboxed });
    expect(result).toMatchObject({ ending: { kind: 'timed-out' }, output: 'on\n' });
    expect(result.durationMs).toBeLessThan(1_500);
    await vi.waitFor(() => expect(isRunning('4711.1')).toBe(false));
  });

  it('is gone with its whole tree within 200 ms of a cancel', async () => {
    const cancel = new AbortController();
    let cancelledAt = 0;
    const onOutput = () => {
      cancelledAt = performance.now();
      cancel.abort();
    };
    const result = await fixture.processes.run({ command: '(trap "" TERM; setsid sleep 4712.2 & sleep 4712.2 & echo on; wait)', signal: cancel.signal, onOutput, unsandboxed });
    expect(performance.now() - cancelledAt).toBeLessThan(400);
    expect(result.ending).toEqual({ kind: 'cancelled' });
    await vi.waitFor(() => expect(isRunning('4712.2')).toBe(false));
  });

  it('leaves no process behind when it ends in order', async () => {
    const result = await fixture.processes.run({ command: 'setsid sleep 4713.3 & disown; (sleep 4713.3 &) ; echo done', unsandboxed });
    expect(result.output).toBe('done\n');
    await vi.waitFor(() => expect(isRunning('4713.3')).toBe(false));
  });

  it('keeps long output whole in a file and returns head and tail', async () => {
    const result = await fixture.processes.run({ command: 'seq 1 100000', unsandboxed });
    expect(result.output.length).toBeLessThan(60_000);
    expect(result.output).toMatch(/^1\n2\n[^]*bytes left out[^]*\n99999\n100000\n$/);
    expect(result.wholeOutputPath).toBeDefined();
    const whole = readFileSync(result.wholeOutputPath ?? '', 'utf8').trim().split('\n');
    expect([whole.length, whole.at(-1)]).toEqual([100_000, '100000']);
  });

  it('that prints a gigabyte is stopped; memory and disk stay bounded', async () => {
    const before = process.memoryUsage().rss;
    const result = await fixture.processes.run({ command: 'head -c 1000000000 /dev/zero', unsandboxed });
    expect(result.ending).toEqual({ kind: 'too-much-output' });
    expect(statSync(result.wholeOutputPath ?? '').size).toBe(67_108_864);
    expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000);
  });

  it('in the background is listed, read from an offset, and stopped', async () => {
    const started = await fixture.processes.start({ command: 'echo ready; trap "echo bye; exit 0" TERM; while :; do sleep 0.05; done', unsandboxed });
    expect(started).toMatchObject({ ending: undefined, startedAtMs: 0 });
    await vi.waitFor(async () => expect((await fixture.processes.readOutput(started.processId)).text).toBe('ready\n'));
    expect(fixture.processes.list()).toMatchObject([{ processId: started.processId, ending: undefined, outputBytes: 6 }]);
    expect((await fixture.processes.stop(started.processId)).ending).toEqual({ kind: 'cancelled' });
    const rest = await fixture.processes.readOutput(started.processId, { from: 6 });
    expect(rest).toMatchObject({ text: expect.stringMatching(/bye\n$/), nextOffset: 6 + rest.text.length, ending: { kind: 'cancelled' } });
  });

  it('in the background ends with the workspace', async () => {
    const { processId } = await fixture.processes.start({ command: 'echo on; sleep 4714.4', unsandboxed });
    await vi.waitFor(async () => expect((await fixture.processes.readOutput(processId)).text).toBe('on\n'));
    await fixture.processes.close();
    await vi.waitFor(() => expect(isRunning('4714.4')).toBe(false));
  });

  it('dies with the server, also when that is killed with SIGKILL', async () => {
    const script = path.join(fixture.root, '..', 'server.mjs');
    await writeFile(script, `
      import { createProcesses } from ${JSON.stringify(path.join(import.meta.dirname, 'create-processes.ts'))};
      import { lazySandbox } from ${JSON.stringify(path.join(import.meta.dirname, '../sandbox/detect-sandbox.ts'))};
      const processes = createProcesses({ root: ${JSON.stringify(fixture.root)}, scratchDirectory: ${JSON.stringify(fixture.scratch)}, homeDirectory: '/nonexistent',
        sandbox: lazySandbox({ platform: process.platform, environment: process.env }), environment: process.env, hiddenPaths: [], isSecret: () => false, now: () => 0, newId: () => crypto.randomUUID() });
      await processes.start({ command: '(setsid sleep 4715.5 &) ; sleep 4715.5', unsandboxed: ${unsandboxed} });
    `);
    const server = spawn(process.execPath, [script], { stdio: 'inherit' });
    await vi.waitFor(() => expect(isRunning('4715.5')).toBe(true), { timeout: 5_000 });
    server.kill('SIGKILL');
    await vi.waitFor(() => expect(isRunning('4715.5')).toBe(false), { timeout: 5_000 });
  });
});

describe.skipIf(!hasSandbox).each([{ withoutControlGroups: false }, { withoutControlGroups: true }])('limits, without control groups: $withoutControlGroups', (options) => {
  let fixture: ProcessFixture;
  beforeEach(async () => {
    fixture = await openProcessFixture(options);
  });
  afterEach(() => fixture.dispose());

  test('a command that forks without end is stopped and named', async () => {
    const result = await fixture.processes.run({ command: 'while :; do sleep 100 & done', maxProcesses: 100, timeoutMs: 20_000 });
    expect(result.ending).toEqual({ kind: 'signalled', signal: 'SIGKILL' });
    expect(result.notes.join()).toContain('more than 100 processes');
  });

  test('a fork bomb ends before its time', async () => {
    const result = await fixture.processes.run({ command: 'bomb() { bomb | bomb & }; bomb; sleep 60', maxProcesses: 100, timeoutMs: 30_000 });
    expect(result.ending.kind).not.toBe('timed-out');
    expect((await fixture.processes.run({ command: 'echo alive' })).output).toBe('alive\n');
  });

  test('a command that fills memory is stopped', async () => {
    const command = `node -e 'const kept = []; setInterval(() => kept.push(Buffer.alloc(10_000_000, 1)), 1)'`;
    const result = await fixture.processes.run({ command, memoryBytes: 300_000_000, timeoutMs: 20_000 });
    expect(result.ending).toEqual({ kind: 'out-of-memory' });
    expect(result.notes.join()).toContain('286 MiB');
  });

  // Only a control group says which part was killed.
  if (!options.withoutControlGroups) test('a part of a command that fills memory is named, also when the whole goes on', async () => {
    const command = `node -e 'const kept = []; setInterval(() => kept.push(Buffer.alloc(10_000_000, 1)), 1)' & wait; echo went on`;
    const result = await fixture.processes.run({ command, memoryBytes: 300_000_000, timeoutMs: 20_000 });
    expect(result.ending).toEqual({ kind: 'exited', exitCode: 0 });
    expect(result.notes.join()).toContain('286 MiB');
  });
});

test('without a sandbox a command is not started, and the reason says how to get one', async () => {
  const fixture = await openProcessFixture({ sandbox: { kind: 'none', missing: 'Install bubblewrap.', program: undefined } });
  expect((await fixture.processes.run({ command: 'touch made' })).ending).toEqual({ kind: 'not-started', reason: 'There is no sandbox for this command. Install bubblewrap.' });
  expect(existsSync(path.join(fixture.root, 'made'))).toBe(false);
  await expect(fixture.processes.start({ command: 'touch made' })).rejects.toMatchObject({ code: 'unavailable' });
  await fixture.dispose();
});

test('a cancelled signal starts nothing', async () => {
  const fixture = await openProcessFixture();
  expect((await fixture.processes.run({ command: 'touch made', unsandboxed: true, signal: AbortSignal.abort() })).ending).toEqual({ kind: 'cancelled' });
  expect(existsSync(path.join(fixture.root, 'made'))).toBe(false);
  await fixture.dispose();
});
