import { expect, test } from 'vitest';
import { openTestFolder } from './open-test-folder.ts';
import { runCommand } from './run-command.ts';

test('streams the output and ends it with the exit code', async () => {
  await using folder = await openTestFolder({ 'src/a.txt': 'hello\n' });
  expect(await folder.call(runCommand, { command: 'cat a.txt', directory: 'src' })).toEqual({ status: 'ok', output: 'hello\nexit code 0', exitCode: 0 });
  expect(folder.streamed.join('')).toBe('hello\n');
  expect(await folder.call(runCommand, { command: 'echo bad >&2; exit 3' })).toEqual({ status: 'failed', output: 'bad\nexit code 3', exitCode: 3 });
});

test('declares what it would run', async () => {
  await using folder = await openTestFolder();
  const input = runCommand.input.parse({ command: 'npm ci', needs_network: 'registry.example', background: 'true', unsandboxed: true, reason: 'needs the host' });
  expect(await runCommand.prepare(input, folder.scope())).toMatchObject({
    effects: [{ kind: 'run', command: 'npm ci', directory: '.', background: true, unsandboxed: true, allowedHosts: ['registry.example'] }],
    summary: 'Start npm ci',
    preview: 'npm ci\nmay reach registry.example\noutside the sandbox, because: needs the host',
  });
  expect(await runCommand.prepare(runCommand.input.parse({ command: 'x', unsandboxed: true }), folder.scope())).toMatchObject({ kind: 'refused', reason: expect.stringContaining('`reason`') });
});

test('says what to do after a time-out and a cancellation', async () => {
  await using folder = await openTestFolder();
  const late = await folder.call(runCommand, { command: 'exec sleep 30', timeout_seconds: 1 });
  expect(late).toMatchObject({ status: 'failed', output: expect.stringMatching(/stopped after 1 second\. Give a longer timeout_seconds/) });
  const abort = new AbortController();
  const scope = { ...folder.scope(abort.signal), onOutput: () => abort.abort() };
  const prepared = await runCommand.prepare(runCommand.input.parse({ command: 'echo started; exec sleep 30' }), scope);
  if (prepared.kind === 'refused') throw new Error(prepared.reason);
  expect(await runCommand.run(prepared, scope)).toMatchObject({ status: 'failed', output: expect.stringContaining('The command was cancelled') });
});

test('starts in the background and says how to read and end it', async () => {
  await using folder = await openTestFolder();
  expect(await folder.call(runCommand, { command: 'exec sleep 30', background: true })).toEqual({
    status: 'ok',
    output: 'Started in the background as p1. Read its output with read_output (id "p1"); end it with stop_command.',
  });
});

test('passes a shortened output on and tells notes of the sandbox', async () => {
  await using folder = await openTestFolder();
  const scope = folder.scope();
  const run = async () => ({ ending: { kind: 'exited' as const, exitCode: 1 }, output: 'head\n…\ntail\n', wholeOutputPath: 'whole.txt', outputBytes: 2_000_000, durationMs: 5, sandboxed: true, notes: ['The host example.org was not reached: it is not allowed.'] });
  const workspace = { ...scope.workspace, processes: { ...scope.workspace.processes, run } };
  const prepared = await runCommand.prepare(runCommand.input.parse({ command: 'x' }), scope);
  if (prepared.kind === 'refused') throw new Error(prepared.reason);
  expect(await runCommand.run(prepared, { ...scope, workspace })).toEqual({
    status: 'failed',
    output: 'head\n…\ntail\n(shortened from 1.9 MB; read_output with id "call" reads and searches the whole)\nThe host example.org was not reached: it is not allowed.\nexit code 1',
    wholeOutputPath: 'whole.txt',
    exitCode: 1,
  });
});

test('runs what a person allowed where there is no sandbox', async () => {
  await using folder = await openTestFolder();
  const scope = folder.scope();
  const asked: unknown[] = [];
  const run: typeof scope.workspace.processes.run = (options) => {
    asked.push(options.unsandboxed);
    return scope.workspace.processes.run(options);
  };
  const prepared = await runCommand.prepare(runCommand.input.parse({ command: 'echo here' }), scope);
  if (prepared.kind === 'refused') throw new Error(prepared.reason);
  for (const kind of ['none', 'bubblewrap'] as const) {
    const workspace = { ...scope.workspace, sandbox: { kind, missing: undefined }, processes: { ...scope.workspace.processes, run } };
    expect(await runCommand.run(prepared, { ...scope, workspace })).toMatchObject({ status: 'ok' });
  }
  expect(asked).toEqual([true, undefined]);
});
