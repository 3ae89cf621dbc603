import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { startScriptedServer } from '@atelier/models/testing';
import type { ScriptedAnswer, ScriptedServer } from '@atelier/models/testing';
import { atelier, cleanEnvironment, makeHome, makeRepository, remove, startAtelier } from './atelier-command.ts';

let server: ScriptedServer | undefined;
const folders: string[] = [];
afterEach(async () => {
  await server?.close();
  server = undefined;
  await remove(...folders.splice(0));
});

/** A repository, a home and a model that gives these answers one after the other. */
async function setUp(steps: ScriptedAnswer[], files: Record<string, string> = { 'a.txt': 'hello\n' }): Promise<{ cwd: string; env: Record<string, string> }> {
  server = await startScriptedServer((request) => steps[request.step] ?? { text: 'Done.' });
  const cwd = await makeRepository(files);
  const home = await makeHome();
  folders.push(cwd, home);
  return { cwd, env: cleanEnvironment({ ATELIER_HOME: home, OPENAI_API_KEY: 'k', OPENAI_BASE_URL: `${server.url}/v1`, OPENAI_MODEL: 'm' }) };
}

const edit: ScriptedAnswer = { toolCalls: [{ name: 'edit_file', input: { path: 'a.txt', edits: [{ old: 'hello', new: 'hi' }] } }] };
const threadOf = (result: { lines: Record<string, unknown>[] }): string => String(result.lines.at(-1)?.['threadId']);

describe('atelier run', () => {
  test('prints the answer, what was done and how to undo, without colours when nobody looks', async () => {
    const place = await setUp([edit, { text: 'It says **hi** now.' }]);
    const run = await atelier(['run', '--yes', 'greet shorter'], place);
    expect(run.exitCode, run.stderr).toBe(0);
    expect(run.stdout).toContain('It says **hi** now.');
    expect(run.stdout).toContain('+hi');
    expect(run.stdout).toMatch(/M a\.txt {2}\+1 -1/);
    expect(run.stdout).toMatch(/atelier thread undo [\w-]+/);
    expect(run.stdout).not.toContain('\u001B');
  });

  test('reads the prompt from stdin, alone and in the place of “-”', async () => {
    const place = await setUp([{ text: 'Read.' }]);
    expect((await atelier(['run'], { ...place, stdin: 'from stdin' })).exitCode).toBe(0);
    expect((await atelier(['run', 'look at this:', '-'], { ...place, stdin: 'a diff' })).exitCode).toBe(0);
    const asked = server?.requests.map((request) => JSON.stringify(request.body)) ?? [];
    expect(asked[0]).toContain('from stdin');
    expect(asked[1]).toMatch(/look at this:[\s\S]*a diff/);
  });

  test('waits for an approval with exit code 3, and goes on when it is given', async () => {
    const place = await setUp([edit, { text: 'Edited.' }]);
    const waiting = await atelier(['run', '--json', 'greet shorter'], place);
    expect(waiting.exitCode, waiting.stderr).toBe(3);
    expect(waiting.lines.at(-1)).toMatchObject({ type: 'result', outcome: 'waiting', exitCode: 3, waiting: [{ tool: 'edit_file' }] });
    expect(await readFile(join(place.cwd, 'a.txt'), 'utf8')).toBe('hello\n');
    const resumed = await atelier(['thread', 'resume', threadOf(waiting), '--approve', '--json'], place);
    expect(resumed.exitCode, resumed.stderr).toBe(0);
    expect(await readFile(join(place.cwd, 'a.txt'), 'utf8')).toBe('hi\n');
  });

  test('tells the agent why something was denied', async () => {
    const place = await setUp([edit, { text: 'Understood.' }]);
    const waiting = await atelier(['run', '--json', 'greet shorter'], place);
    const resumed = await atelier(['thread', 'resume', threadOf(waiting), '--deny', 'keep it long'], place);
    expect(resumed.exitCode, resumed.stderr).toBe(0);
    expect(JSON.stringify(server?.requests.at(-1)?.body)).toContain('keep it long');
    expect(await readFile(join(place.cwd, 'a.txt'), 'utf8')).toBe('hello\n');
  });

  test('answers the agent\'s question by a message', async () => {
    const place = await setUp([{ toolCalls: [{ name: 'ask_person', input: { question: 'Which?', options: ['red', 'blue'] } }] }, { text: 'Blue it is.' }]);
    const waiting = await atelier(['run', '--json', 'paint'], place);
    expect(waiting.exitCode).toBe(3);
    expect(waiting.lines.at(-1)).toMatchObject({ waiting: [{ question: 'Which?' }] });
    const resumed = await atelier(['thread', 'resume', 'last', 'blue'], place);
    expect(resumed.exitCode, resumed.stderr).toBe(0);
    expect(resumed.stdout).toContain('Blue it is.');
  });

  test('goes on with the last thread of the folder', async () => {
    const place = await setUp([{ text: 'First.' }, { text: 'Second.' }]);
    const first = await atelier(['run', '--json', 'one'], place);
    const second = await atelier(['run', '--json', '--continue', 'two'], place);
    expect(second.exitCode, second.stderr).toBe(0);
    expect(threadOf(second)).toBe(threadOf(first));
    expect(second.lines.filter((line) => line['type'] === 'event' && (line['event'] as { type: string }).type === 'run.started')).toHaveLength(1);
  });

  test('ends with 4 when the checks do not pass', async () => {
    const place = await setUp([edit], { 'a.txt': 'hello\n', 'package.json': '{ "scripts": { "test": "exit 1" } }\n' });
    const run = await atelier(['run', '--yes', '--json', 'greet shorter'], place);
    expect(run.exitCode, run.stderr).toBe(4);
    expect(run.lines.at(-1)).toMatchObject({ outcome: 'not-passing', verified: 'failed' });
  });

  test('ends with 1 when the steps are used up', async () => {
    const place = await setUp([{ toolCalls: [{ name: 'read_file', input: { path: 'a.txt' } }] }, { toolCalls: [{ name: 'list_directory', input: { path: '.' } }] }]);
    const run = await atelier(['run', '--json', '--max-steps', '1', 'look around'], place);
    expect(run.exitCode, run.stderr).toBe(1);
    expect(run.lines.at(-1)).toMatchObject({ outcome: 'out-of-steps', steps: 1 });
  });

  test('goes on by `thread resume` after the process was killed, and says that the command was interrupted', async () => {
    const place = await setUp([{ toolCalls: [{ name: 'run_command', input: { command: 'echo begun > begun; sleep 60' } }] }, { text: 'Went on.' }]);
    const run = startAtelier(['run', '--yes', '--json', 'wait'], place);
    await expect.poll(() => readFile(join(place.cwd, 'begun'), 'utf8').catch(() => ''), { timeout: 20_000 }).toContain('begun');
    run.kill('SIGKILL');
    await run.result;
    const resumed = await atelier(['thread', 'resume', 'last', '--json'], place);
    expect(resumed.exitCode, resumed.stderr).toBe(0);
    const completed = resumed.lines.map((line) => line['event'] as { type: string; data: { status: string } } | undefined).find((event) => event?.type === 'tool.completed');
    expect(completed?.data.status).toBe('interrupted');
    expect(JSON.stringify(resumed.lines)).toContain('Went on.');
  });

  test('cancels at Ctrl+C: the command\'s processes are gone, the run is recorded as cancelled, exit code 130', async () => {
    const place = await setUp([{ toolCalls: [{ name: 'run_command', input: { command: 'echo begun > begun; exec sleep 4321.5' } }] }]);
    const run = startAtelier(['run', '--yes', '--json', 'wait'], place);
    await expect.poll(() => readFile(join(place.cwd, 'begun'), 'utf8').catch(() => ''), { timeout: 20_000 }).toContain('begun');
    run.kill('SIGINT');
    const result = await run.result;
    expect(result.exitCode, result.stderr).toBe(130);
    expect(result.lines.at(-1)).toMatchObject({ outcome: 'cancelled' });
    expect(execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })).not.toContain('sleep 4321.5');
  });
});

describe('atelier thread', () => {
  test('lists, shows, searches, renames, forks, exports, imports, archives and deletes', async () => {
    const place = await setUp([{ text: 'The answer mentions a xylophone.' }]);
    const id = threadOf(await atelier(['run', '--json', 'make music'], place));
    expect((await atelier(['thread', 'rename', id, 'Music', 'lesson'], place)).exitCode).toBe(0);
    const list = await atelier(['thread', 'list', '--json'], place);
    expect(JSON.parse(list.stdout)).toMatchObject({ threads: [{ threadId: id, title: 'Music lesson', outcome: 'done' }] });
    expect((await atelier(['thread', 'show', id.slice(-8)], place)).stdout).toMatch(/Music lesson[\s\S]*› make music[\s\S]*xylophone/);
    expect(JSON.parse((await atelier(['thread', 'search', 'xylophone', '--json'], place)).stdout)).toMatchObject({ hits: [{ threadId: id }] });
    const fork = JSON.parse((await atelier(['thread', 'fork', id, '--json'], place)).stdout) as { thread: { threadId: string } };
    expect(fork.thread.threadId).not.toBe(id);
    const file = join(place.cwd, 'out.jsonl');
    expect((await atelier(['thread', 'export', id, '-o', file], place)).exitCode).toBe(0);
    expect((await atelier(['thread', 'delete', id], place)).exitCode).toBe(2);
    expect((await atelier(['thread', 'delete', id, '--yes'], place)).exitCode).toBe(0);
    expect((await atelier(['thread', 'show', id], place)).exitCode).toBe(1);
    const imported = await atelier(['thread', 'import', file, '--json'], place);
    expect(imported.exitCode, imported.stderr).toBe(0);
    expect((await atelier(['thread', 'archive', fork.thread.threadId], place)).exitCode).toBe(0);
    expect((await atelier(['thread', 'list'], place)).stdout).not.toContain(fork.thread.threadId);
  });
});

describe('atelier config, models and doctor', () => {
  test('keeps a key without ever showing it, and suggests what was meant', async () => {
    const place = await setUp([]);
    expect((await atelier(['config', 'set', 'providers.myproxy.apiKey'], { ...place, stdin: 'sk-secret-123\n' })).stdout).not.toContain('sk-secret');
    expect((await atelier(['config', 'list', '--json'], place)).stdout).toContain('••••');
    const wrong = await atelier(['config', 'set', 'modle', 'x'], place);
    expect(wrong.exitCode).toBe(2);
    expect(wrong.stderr).toContain('Did you mean model?');
    expect(JSON.parse((await atelier(['models', '--json'], place)).stdout)).toMatchObject({ models: [{ id: 'openai/m', default: true }, { id: 'openai/scripted', default: false }] });
    expect(JSON.parse((await atelier(['doctor', '--json'], place)).stdout)).toHaveProperty('findings');
  });
});

describe('atelier serve', () => {
  test('is used by other commands while it runs, survives a stale file, and leaves no trace when stopped', async () => {
    const place = await setUp([{ text: 'Served.' }]);
    const home = place.env['ATELIER_HOME'] ?? '';
    await writeFile(join(home, 'server.json'), JSON.stringify({ url: 'http://127.0.0.1:1', pid: 999_999_999, token: 'x' }));
    const serving = startAtelier(['serve', '--port', '0'], place);
    await expect.poll(async () => (await readFile(join(home, 'server.json'), 'utf8').catch(() => '')).includes(`"pid":${serving.pid}`), { timeout: 20_000 }).toBe(true);
    const run = await atelier(['run', '--json', 'hello'], place);
    expect(run.exitCode, run.stderr).toBe(0);
    serving.kill('SIGTERM');
    const served = await serving.result;
    expect(served.exitCode, served.stderr).toBe(0);
    expect(served.stdout).toMatch(/http:\/\/127\.0\.0\.1:\d+\/sign-in\?token=/);
    await expect(readFile(join(home, 'server.json'), 'utf8')).rejects.toThrow('ENOENT');
    expect(JSON.parse((await atelier(['thread', 'list', '--json'], place)).stdout)).toMatchObject({ threads: [{ threadId: threadOf(run) }] });
  });
});

describe('atelier demo', () => {
  test('does the whole job without a key, and says that the model is scripted', async () => {
    const place = await setUp([]);
    const demo = await atelier(['demo', '--json'], { ...place, env: cleanEnvironment({ ATELIER_HOME: place.env['ATELIER_HOME'] ?? '' }) });
    expect(demo.exitCode, demo.stderr).toBe(0);
    expect(demo.lines.at(-1)).toMatchObject({ type: 'result', outcome: 'done', verified: 'passed', scripted: true });
  });
});
