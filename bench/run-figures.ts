import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { startScriptedServer } from '@atelier/models/testing';
import type { RecordedRequest, ScriptedAnswer, ScriptedRequest } from '@atelier/models/testing';
import { median } from './figure.ts';
import type { Figure } from './figure.ts';
import { measureProcess } from './measure-process.ts';
import type { Measured } from './measure-process.ts';

const launcher = join(import.meta.dirname, '../node_modules/.bin/atelier');

/** A small repository with forty files and a failing test. */
export async function makeSmallRepository(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'atelier-bench-'));
  await mkdir(join(folder, 'src'));
  for (let index = 0; index < 40; index += 1) await writeFile(join(folder, `src/file-${index}.js`), `export const value${index} = ${index};\n`.repeat(60));
  await writeFile(join(folder, 'sum.js'), 'exports.sum = (a, b) => a - b;\n');
  await writeFile(join(folder, 'sum.test.js'), "const { sum } = require('./sum.js');\nif (sum(2, 3) !== 5) { console.error('sum(2, 3) is not 5'); process.exit(1); }\n");
  await writeFile(join(folder, 'package.json'), '{ "name": "small", "scripts": { "test": "node sum.test.js" } }\n');
  git(folder, 'init', '-q');
  git(folder, 'add', '-A');
  git(folder, '-c', 'user.name=bench', '-c', 'user.email=bench@localhost', 'commit', '-qm', 'first');
  return folder;
}

export function git(folder: string, ...args: string[]): void {
  execFileSync('git', args, { cwd: folder, stdio: 'ignore' });
}

export interface AtelierRun extends Measured {
  requests: RecordedRequest[];
}

/** Runs `atelier run` once against a scripted HTTP server, with a home of its own. */
export async function runOnce(repository: string, answer: (request: ScriptedRequest) => ScriptedAnswer, options: { home: string; sampleMemory?: boolean; args?: string[] }): Promise<AtelierRun> {
  const server = await startScriptedServer(answer);
  try {
    const measured = await measureProcess([launcher, 'run', ...(options.args ?? ['--yes', '--json']), 'do it'], {
      cwd: repository,
      env: { ...process.env, ATELIER_HOME: options.home, OPENAI_API_KEY: 'none', OPENAI_BASE_URL: `${server.url}/v1`, OPENAI_MODEL: 'scripted' },
      ...(options.sampleMemory !== undefined && { sampleMemory: options.sampleMemory }),
    });
    return { ...measured, requests: [...server.requests] };
  } finally {
    await server.close();
  }
}

export const answerOnly = (): ScriptedAnswer => ({ text: 'Done.' });

/** Forty steps of one read each, then an answer. */
export function fortyReads(request: ScriptedRequest): ScriptedAnswer {
  if (request.step >= 40) return { text: 'Read all.' };
  return { toolCalls: [{ name: 'read_file', input: { path: `src/file-${request.step}.js` } }] };
}

/** Read, edit, run the test, answer. */
export function fourSteps(request: ScriptedRequest): ScriptedAnswer {
  const steps: ScriptedAnswer[] = [
    { toolCalls: [{ name: 'read_file', input: { path: 'sum.js' } }] },
    { toolCalls: [{ name: 'edit_file', input: { path: 'sum.js', edits: [{ old: 'a - b', new: 'a + b' }] } }] },
    { toolCalls: [{ name: 'run_command', input: { command: 'npm test' } }] },
    { text: 'Mended.' },
  ];
  return steps[request.step] ?? { text: 'Done.' };
}

/** Times from one answer's end to the next request, milliseconds. */
export function stepGaps(requests: RecordedRequest[]): number[] {
  return requests.slice(1).map((request, index) => request.receivedAt - (requests[index]?.answeredAt ?? Number.NaN));
}

export async function runFigures({ rounds }: { rounds: number }): Promise<Figure[]> {
  const repository = await makeSmallRepository();
  const home = await mkdtemp(join(tmpdir(), 'atelier-bench-home-'));
  try {
    const version: number[] = [];
    for (let round = 0; round < rounds * 2; round += 1) version.push((await measureProcess([launcher, '--version'], { cwd: repository, env: { ...process.env, ATELIER_HOME: home } })).wallMs);

    await runOnce(repository, answerOnly, { home }); // the first start compiles and caches
    const first: AtelierRun[] = [];
    for (let round = 0; round < rounds; round += 1) first.push(await runOnce(repository, answerOnly, { home }));
    const reads: AtelierRun[] = [];
    for (let round = 0; round < Math.max(3, rounds / 2); round += 1) reads.push(await runOnce(repository, fortyReads, { home, sampleMemory: round === 0 }));
    const timed = reads.slice(1);
    const gaps = timed.map((run) => stepGaps(run.requests));
    const four = await runOnce(repository, fourSteps, { home, sampleMemory: true });
    if (four.exitCode !== 0) throw new Error(`The four-step run ended with ${four.exitCode}:\n${four.output.slice(-3000)}`);

    return [
      { name: '`--version`', value: median(version), unit: 'ms', limit: 60 },
      { name: '`run`: process start to first model request', value: median(first.map((run) => (run.requests[0]?.receivedAt ?? Number.NaN) - run.startedAt)), unit: 'ms', limit: 200 },
      { name: 'own time per step at 40 steps', value: median(gaps.flat()), unit: 'ms', limit: 5, note: 'answer\'s end to next request, tool included, every event durable' },
      { name: 'last ten steps over first ten', value: median(gaps.flatMap((run) => run.slice(-10))) / median(gaps.flatMap((run) => run.slice(0, 10))), unit: 'x', limit: 1.15 },
      { name: 'whole run of forty reads', value: median(timed.map((run) => run.wallMs)), unit: 'ms', limit: 600 },
      { name: 'memory of the process tree (PSS), forty reads', value: reads[0]?.peakPssMB ?? Number.NaN, unit: 'MB', limit: 130 },
      { name: 'memory of the process tree (PSS), read, edit, test, answer', value: four.peakPssMB, unit: 'MB', note: 'with the test that the agent runs' },
      { name: 'processor time of the forty reads', value: median(timed.map((run) => run.cpuMs)), unit: 'ms', limit: 700 },
      { name: 'first request\'s size', value: (first[0]?.requests[0]?.raw.length ?? Number.NaN) / 1024, unit: 'KB', limit: 14 },
    ];
  } finally {
    await rm(repository, { recursive: true, force: true });
    await rm(home, { recursive: true, force: true });
  }
}
