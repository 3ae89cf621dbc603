import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startScriptedServer } from '@atelier/models/testing';
import type { ScriptedAnswer, ScriptedRequest, ScriptedServer } from '@atelier/models/testing';
import { cleanEnvironment, launcher, makeHome, makeRepository, remove } from './atelier-command.ts';

/** What a model says in a test of a fault: a list played by the number of requests, or a function. */
export type FaultScript = ScriptedAnswer[] | ((request: ScriptedRequest) => ScriptedAnswer | Promise<ScriptedAnswer>);

export interface FaultPlaceOptions {
  script: FaultScript;
  /** The repository's files; by default `a.txt` alone, so that there is nothing to verify. */
  files?: Record<string, string>;
  /** The person's `config.json`. */
  config?: object;
  environment?: Record<string, string>;
  /** A folder made before, in place of a fresh one. */
  home?: string;
  /** The folder in which the repository is made, in place of the system's temporary one. */
  under?: string;
}

/** A finished `atelier` with everything that it printed. */
export interface FaultRun {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  /** stdout and stderr, in the order in which they came, lines unwrapped to single spaces. */
  said: string;
  stdout: string;
}

/** A repository, a data folder and a scripted model over HTTP: a place where one thing goes wrong. */
export interface FaultPlace extends AsyncDisposable {
  repository: string;
  home: string;
  env: Record<string, string>;
  model: ScriptedServer;
  /** What the model was asked, in order; every retry counts. */
  asked: ScriptedRequest[];
  /** Called when the model is asked, before it answers. */
  onAsked: () => void;
  /** Starts the launcher as the leader of a process group of its own, as a shell does. */
  start(...args: string[]): Promise<FaultRun> & { child: ChildProcess };
  /** The text of a file of the repository. */
  text(path: string): Promise<string>;
  /** The newest thread's id. */
  threadId(): Promise<string>;
  /** The events of the newest thread, as exported. */
  events(): Promise<{ seq: number; type: string; data: Record<string, unknown> }[]>;
  /** What the model read as results of its last calls. */
  told(): string;
}

/** What is sent to go on with a thread after a fault; any script answers it with `wentOn`. */
export const goOn = 'go on now';
export const wentOn = 'I went on.';

/** Shared by all places, so that each start does not compile the bundle anew. */
const compileCache = join(import.meta.dirname, '../../node_modules/.cache/atelier-faults');

export async function openFaultPlace({ script, files = { 'a.txt': 'alpha\n' }, config, environment = {}, home: givenHome, under }: FaultPlaceOptions): Promise<FaultPlace> {
  const repository = await makeRepository(files, under);
  const home = givenHome ?? await makeHome();
  if (config !== undefined) await writeFile(join(home, 'config.json'), JSON.stringify(config));
  const asked: ScriptedRequest[] = [];
  const model = await startScriptedServer(async (request) => {
    asked.push(request);
    place.onAsked();
    const newest = request.messages.at(-1);
    if (newest?.role === 'user' && newest.text.includes(goOn)) return { text: wentOn };
    if (typeof script === 'function') return script(request);
    return script[request.number] ?? { status: 400, message: `The script has no answer for request ${request.number + 1}.` };
  });
  const env = cleanEnvironment({ HOME: home, ATELIER_HOME: home, OPENAI_API_KEY: 'sk-fault-0123456789abcdef', OPENAI_BASE_URL: `${model.url}/v1`, OPENAI_MODEL: 'scripted-model', NODE_COMPILE_CACHE: compileCache, ...environment });

  const start = (...args: string[]): Promise<FaultRun> & { child: ChildProcess } => {
    const child = spawn(launcher, args, { cwd: repository, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    let all = '';
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => { all += text; stdout += text; });
    child.stderr.setEncoding('utf8').on('data', (text: string) => { all += text; });
    const result = new Promise<FaultRun>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (exitCode, signal) => resolve({ exitCode, signal, stdout, said: all.replaceAll(/\s+/g, ' ') }));
    });
    return Object.assign(result, { child });
  };
  const newestThread = async (): Promise<string> => {
    const { stdout, said } = await start('thread', 'list', '--all', '--json');
    const { threads } = JSON.parse(stdout) as { threads: { threadId: string }[] };
    const [newest] = threads;
    if (newest === undefined) throw new Error(`There is no thread: ${said}`);
    return newest.threadId;
  };

  const place: FaultPlace = {
    onAsked: () => undefined,
    repository, home, env, model, asked, start,
    text: (path) => readFile(join(repository, path), 'utf8'),
    threadId: newestThread,
    async events() {
      const { stdout } = await start('thread', 'export', await newestThread(), '--format', 'jsonl');
      return stdout.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as { seq: number; type: string; data: Record<string, unknown> }).filter((line) => line.seq !== undefined);
    },
    told: () => asked.at(-1)?.lastToolResults.map((result) => result.text).join('\n') ?? '',
    async [Symbol.asyncDispose]() {
      await model.close();
      await remove(repository, ...(givenHome === undefined ? [home] : []));
    },
  };
  return place;
}

/** Waits until something is so; fails with `what` after 20 seconds. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 20_000;
  while (!await isSo()) {
    if (performance.now() > end) throw new Error(`It never came to be: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The processes of this machine whose command line has a word, each as `pid command line`. */
export async function processesWith(word: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && name !== String(process.pid))) {
    try {
      const line = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ');
      if (line.includes(word)) found.push(`${pid} ${line}`);
    } catch (error) {
      // It ended while the list was read.
      if (!['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
  return found;
}
