import { spawn } from 'node:child_process';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startScriptedServer } from '@atelier/models/testing';
import type { ScriptedAnswer, ScriptedRequest, ScriptedServer } from '@atelier/models/testing';
import type { Event } from '@atelier/thread';
import { cleanEnvironment, makeHome, makeRepository, remove } from './atelier-command.ts';

const files = {
  'a.txt': 'alpha\n', 'b.txt': 'beta\n', 'c.txt': 'gamma\n', 'old-name.txt': 'to be moved\n', 'gone.txt': 'to be deleted\n',
  'atelier.json': '{ "checks": { "test": false, "types": false, "lint": false } }\n',
};

/** Ten steps with every kind of effect; the command leaves a mark each time it runs. */
function tenSteps(request: ScriptedRequest): ScriptedAnswer {
  const steps: ScriptedAnswer[] = [
    { toolCalls: [{ name: 'update_plan', input: { items: [{ text: 'change things', status: 'active' }] } }] },
    { toolCalls: [{ name: 'read_file', input: { path: 'a.txt' } }, { name: 'read_file', input: { path: 'b.txt' } }] },
    { toolCalls: [{ name: 'edit_file', input: { path: 'a.txt', edits: [{ old: 'alpha', new: 'ALPHA' }] } }, { name: 'edit_file', input: { path: 'b.txt', edits: [{ old: 'beta', new: 'BETA' }] } }] },
    { toolCalls: [{ name: 'write_file', input: { path: 'new/file.txt', content: 'made\n' } }] },
    { toolCalls: [{ name: 'move_file', input: { from: 'old-name.txt', to: 'new/name.txt' } }] },
    { toolCalls: [{ name: 'run_command', input: { command: 'echo ran >> marks.txt' } }] },
    { toolCalls: [{ name: 'delete_file', input: { path: 'gone.txt' } }] },
    { toolCalls: [{ name: 'edit_file', input: { path: 'c.txt', edits: [{ old: 'gamma', new: 'gamma gamma' }] } }] },
    { toolCalls: [{ name: 'edit_file', input: { path: 'c.txt', edits: [{ old: 'gamma gamma', new: 'gamma gamma gamma' }] } }] },
    { text: 'All ten steps are done.' },
  ];
  return steps[request.step] ?? { text: 'Done.' };
}

let model: ScriptedServer;
let expected: { files: Record<string, string>; log: string[] };
/** The last event of each commit: between two of them nothing is recorded, so there is nothing to stop after. */
let commits: number[];
const folders: string[] = [];

async function place(): Promise<{ repository: string; home: string }> {
  const [repository, home] = await Promise.all([makeRepository(files), makeHome()]);
  folders.push(repository, home);
  return { repository, home };
}

/** Runs the thread in a process of its own until the run is over, or until the process kills itself after event `dieAfter`. */
function work(place: { repository: string; home: string }, dieAfter: number | undefined): Promise<{ signal: string | null; output: string }> {
  const env = cleanEnvironment({
    ATELIER_HOME: place.home, OPENAI_API_KEY: 'none', OPENAI_BASE_URL: `${model.url}/v1`, OPENAI_MODEL: 'scripted', NODE_COMPILE_CACHE: join(folders[0] ?? '', 'compile-cache'),
  });
  const child = spawn(process.execPath, [join(import.meta.dirname, 'crash-child.ts'), place.repository, String(dieAfter ?? 0)], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (data: Buffer) => { output += data.toString(); });
  child.stderr.on('data', (data: Buffer) => { output += data.toString(); });
  return new Promise((resolve) => child.on('close', (_, signal) => resolve({ signal, output })));
}

async function readTree(folder: string): Promise<Record<string, string>> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const tree: Record<string, string> = {};
  for (const entry of names) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !path.includes('/.git/')) tree[path.slice(folder.length + 1)] = await readFile(path, 'utf8');
  }
  return tree;
}

/** The log without what differs between two runs of the same thing: ids, times, folders. */
function essence(events: Event[]): string[] {
  return inOrder(events.flatMap((event) => {
    switch (event.type) {
      case 'step.started': return []; // a step whose process died is begun again
      case 'step.completed': return [`step ${event.data.parts.map((part) => (part.type === 'tool-call' ? part.tool : part.type)).join(' ')}`];
      case 'tool.started': return [`started ${event.data.tool} ${event.data.summary}`];
      case 'tool.completed': return [`completed ${event.data.tool} ${event.data.status} ${typeof event.data.output === 'string' ? event.data.output : event.data.output.blob}`];
      case 'checkpoint.created': return []; // saved again before a wave that is done again
      case 'run.finished': return [`finished ${event.data.outcome} ${event.data.steps} ${(event.data.files ?? []).map((file) => `${file.kind} ${file.path}`).join(', ')}`];
      default: return [event.type];
    }
  }));
}

/** Calls that run at once may end in any order. */
function inOrder(lines: string[]): string[] {
  const runs: string[][] = [];
  for (const line of lines) {
    const last = runs.at(-1);
    if (line.startsWith('completed') && last?.[0]?.startsWith('completed') === true) last.push(line);
    else runs.push([line]);
  }
  return runs.flatMap((run) => run.sort());
}

async function readLog(home: string): Promise<Event[]> {
  const { DatabaseSync } = await import('node:sqlite');
  const database = new DatabaseSync(join(home, 'atelier.db'), { readOnly: true });
  const rows = database.prepare('select type, data from events order by seq').all() as { type: string; data: string }[];
  database.close();
  return rows.map((row) => ({ type: row.type, data: JSON.parse(row.data) as unknown }) as Event);
}

beforeAll(async () => {
  model = await startScriptedServer(tenSteps);
  folders.push(await makeHome());
  const reference = await place();
  const ended = await work(reference, undefined);
  const log = await readLog(reference.home);
  expect(log.at(-1)?.type, ended.output).toBe('run.finished');
  expected = { files: await readTree(reference.repository), log: essence(log) };
  commits = ended.output.split('\n').map(Number).filter((seq) => seq > 2 && seq < log.length); // the first two create the thread and send the message
  await mkdir(join(folders[0] ?? '', 'compile-cache'), { recursive: true });
  await writeFile(join(folders[0] ?? '', 'marker'), '');
});

afterAll(async () => {
  await model?.close();
  await remove(...folders);
});

describe('a process that is killed after each recorded event of a ten-step run', () => {
  test('is gone on with by the next: the same files, the same log, nothing done twice, an interrupted command said to be so', async () => {
    const waiting = [...commits];
    expect(waiting.length).toBeGreaterThan(20);
    const problems: string[] = [];
    const next = async (): Promise<void> => {
      for (let seq = waiting.shift(); seq !== undefined; seq = waiting.shift()) {
        const here = await place();
        const killed = await work(here, seq);
        if (killed.signal !== 'SIGKILL') { problems.push(`${seq}: was not killed: ${killed.output}`); continue; }
        const before = await readLog(here.home);
        const resumed = await work(here, undefined);
        const log = await readLog(here.home);
        const interrupted = log.some((event) => event.type === 'tool.completed' && event.data.tool === 'run_command' && event.data.status === 'interrupted');
        const tree = await readTree(here.repository);
        const marks = tree['marks.txt'] ?? '';
        if (log.length < before.length || JSON.stringify(log.slice(0, before.length)) !== JSON.stringify(before)) problems.push(`${seq}: recorded events were lost or changed`);
        if (marks.length > 'ran\n'.length) problems.push(`${seq}: the command ran twice`);
        if (interrupted) {
          const started = before.at(-1)?.type === 'tool.started';
          if (!started) problems.push(`${seq}: a command that was not running is called interrupted`);
          continue;
        }
        if (JSON.stringify(tree) !== JSON.stringify(expected.files)) problems.push(`${seq}: other files: ${JSON.stringify(tree)}`);
        if (JSON.stringify(essence(log)) !== JSON.stringify(expected.log)) problems.push(`${seq}: another log:\n${essence(log).join('\n')}\n${resumed.output}`);
        await rm(here.repository, { recursive: true, force: true });
        await rm(here.home, { recursive: true, force: true });
      }
    };
    await Promise.all([next(), next()]);
    expect(problems).toEqual([]);
  }, 300_000);
});
