import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { startScriptedServer } from '@atelier/models/testing';
import type { ScriptedServer } from '@atelier/models/testing';
import { atelier, cleanEnvironment, makeHome, makeRepository, remove, startAtelier } from './atelier-command.ts';

let server: ScriptedServer | undefined;
const folders: string[] = [];
afterEach(async () => {
  await server?.close();
  server = undefined;
  await remove(...folders.splice(0));
});

async function setUp(script: Parameters<typeof startScriptedServer>[0], files: Record<string, string>, environment: (url: string) => Record<string, string>): Promise<{ cwd: string; env: Record<string, string> }> {
  server = await startScriptedServer(script, { models: ['qwen3:8b', 'llama3'] });
  const cwd = await makeRepository(files);
  const home = await makeHome();
  folders.push(cwd, home);
  return { cwd, env: cleanEnvironment({ ATELIER_HOME: home, ...environment(server.url) }) };
}

const openai = (url: string): Record<string, string> => ({ OPENAI_API_KEY: 'sk-test-1234567890abcdef', OPENAI_BASE_URL: `${url}/v1`, OPENAI_MODEL: 'm' });

test('lists the models that an Ollama has, the default among them', async () => {
  const place = await setUp([], { 'a.txt': 'a' }, (url) => ({ OLLAMA_HOST: url }));
  const { models } = JSON.parse((await atelier(['models', '--json'], place)).stdout) as { models: unknown[] };
  expect(models).toMatchObject([{ id: 'ollama/qwen3:8b', default: true }, { id: 'ollama/llama3', default: false }]);
});

test("lists the model that the project's atelier.json names as the default", async () => {
  const place = await setUp([], { 'atelier.json': '{ "model": "openai/m9" }' }, openai);
  const { models } = JSON.parse((await atelier(['models', '--json'], place)).stdout) as { models: unknown[] };
  expect(models[0]).toMatchObject({ id: 'openai/m9', default: true });
});

test('tells the model how to ask when the sandbox keeps Git from writing, and names what undo leaves', async () => {
  const place = await setUp(
    [{ toolCalls: [{ name: 'run_command', input: { command: 'echo b > a.txt; echo b > built/x; git commit -qam b' } }] }, { text: 'Could not.' }],
    { 'a.txt': 'a', '.gitignore': 'built/\n', 'built/x': 'a' }, openai,
  );
  const run = await atelier(['run', '--yes', '--json', 'commit'], place);
  expect(run.exitCode, run.stderr).toBe(0);
  expect(JSON.stringify(server?.requests[1]?.body)).toContain('.git is read-only. If the task needs Git');
  const undo = await atelier(['thread', 'undo', 'last'], place);
  expect(undo.stdout).toContain('a.txt');
  expect(undo.stdout).toMatch(/Not saved for undo, so as they are now: built.* \(ignored\)/);
});

test('a message with --queue is read after the run that is under way, in a run of its own', async () => {
  const place = await setUp(({ step, lastUserText }) => (step === 0 ? { toolCalls: [{ name: 'run_command', input: { command: 'until [ -e go ]; do sleep 0.05; done' } }] } : { text: `Heard ${lastUserText}` }), { 'a.txt': 'a' }, openai);
  const running = startAtelier(['run', '--yes', '--json', 'first'], place);
  await new Promise<void>((resolve) => { running.stdout?.on('data', (data: Buffer) => { if (data.includes('tool.started')) resolve(); }); });
  const queued = startAtelier(['thread', 'resume', 'last', '--queue', '--json', 'second'], place);
  await new Promise<void>((resolve) => { queued.stdout?.on('data', (data: Buffer) => { if (data.includes('message.sent')) resolve(); }); });
  await writeFile(join(place.cwd, 'go'), '');
  const [first, second] = await Promise.all([running.result, queued.result]);
  expect(first.lines.at(-1)).toMatchObject({ exitCode: 0, summary: 'Heard first' });
  expect(second.lines.at(-1)).toMatchObject({ exitCode: 0, summary: 'Heard second' });
});

test('an answer that is cut in the middle and asked for again is shown once', async () => {
  const text = 'Hello world, this is a longer answer.';
  const place = await setUp([{ text, deltaSize: 5, cutAfter: 15 }, { text, deltaSize: 5, cutAfter: 10 }, { text, deltaSize: 5 }], { 'a.txt': 'a' }, openai);
  const run = await atelier(['run', '--yes', 'hello'], place);
  expect(run.exitCode, run.stderr).toBe(0);
  expect(run.stdout.match(/Hello/g)).toHaveLength(1);
  expect(run.stdout.match(/longer/g)).toHaveLength(1);
});

test('where there is no sandbox every command asks, in auto mode too, and runs when it was allowed', async () => {
  const place = await setUp([{ toolCalls: [{ name: 'run_command', input: { command: 'echo b > b.txt; cat b.txt' } }] }, { text: 'Done.' }], { 'a.txt': 'a' }, openai);
  const bin = join(place.env['ATELIER_HOME'] ?? '', 'bin');
  await mkdir(bin);
  await writeFile(join(bin, 'bwrap'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  const env = { ...place.env, PATH: `${bin}:${place.env['PATH'] ?? ''}` };
  expect((await atelier(['run', '--yes', 'go'], { ...place, env })).exitCode).toBe(3);
  const resumed = await atelier(['thread', 'resume', 'last', '--approve', '--json'], { ...place, env });
  expect(resumed.exitCode, resumed.stdout).toBe(0);
  expect(resumed.stdout).toContain('b\\nexit code 0');
});

test('says what of a project\'s atelier.json is not taken when that leaves no model', async () => {
  const place = await setUp([], { 'atelier.json': '{ "model": "own/big", "providers": { "own": { "kind": "openai-responses", "baseUrl": "https://models.example/v1", "apiKey": "sk-1" } } }' }, () => ({ ANTHROPIC_API_KEY: 'sk-ant-1234567890' }));
  const run = await atelier(['run', '--json', 'go'], place);
  expect(run.exitCode).toBe(1);
  expect(run.stdout).toContain('a project may not bring keys or headers');
});
