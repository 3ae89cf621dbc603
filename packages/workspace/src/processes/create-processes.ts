import { existsSync, realpathSync, statSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { BackgroundProcess, Ending, Processes, RunOptions, RunResult } from '../port.ts';
import { WorkspaceError } from '../port.ts';
import { createSandbox } from '../sandbox/create-sandbox.ts';
import type { DetectedSandbox } from '../sandbox/detect-sandbox.ts';
import { isInside } from '../sandbox/path-inside.ts';
import { outsideEnvironment, type Environment } from '../sandbox/scrub-environment.ts';
import { createCapturedOutput, wholeCharacters, type CapturedOutput } from './captured-output.ts';
import { findControlGroups, groupName, type ControlGroup, type ControlGroups } from './control-group.ts';
import { createOrphanReaper } from './orphan-reaper.ts';
import { openTemporaryFolder } from './temporary-folder.ts';
import { supervise, type Supervised } from './supervise.ts';

export interface ProcessLimits {
  /** Time of a command that names none; background processes have none. */
  timeoutMs: number;
  memoryBytes: number;
  maxProcesses: number;
  /** Output up to this is returned whole. */
  shownOutputBytes: number;
  /** A command that prints more is stopped. */
  maxOutputBytes: number;
}

export interface ProcessesOptions {
  root: string;
  /** A private folder: whole outputs, and the sandbox's home and temporary folders. */
  scratchDirectory: string;
  sandbox: DetectedSandbox;
  environment: Environment;
  homeDirectory: string;
  /** Atelier's own folders, which no command may see. */
  hiddenPaths: readonly string[];
  isSecret: (relativePath: string) => boolean;
  now: () => number;
  newId: () => string;
  limits?: Partial<ProcessLimits>;
  /** For tests: leaves control groups unused, as on a machine that allows none. */
  withoutControlGroups?: boolean;
}

/** The port's processes, and their end: `close` stops what runs and removes private temporary files. */
export interface LocalProcesses extends Processes {
  close(): Promise<void>;
}

interface Background {
  facts: Omit<BackgroundProcess, 'outputBytes' | 'ending'>;
  ending: Ending | undefined;
  output: CapturedOutput;
  file: string;
  supervised: Supervised;
  ended: Promise<unknown>;
}

/** A cancelled command is killed this long after it was asked to end; cancel as a whole takes less than 200 ms. */
const cancelGraceMs = 100;
/** A background process (a database, a server) may use this long to end in order. */
const stopGraceMs = 1_000;

/** V8 and the JVM reserve this much and more without using it. */
const reservedSpareBytes = 1_073_741_824;

/** Runs commands of one workspace on this machine, in the sandbox unless a person allowed otherwise. */
export function createProcesses(options: ProcessesOptions): LocalProcesses {
  const limits = { ...defaultLimits(), ...options.limits };
  const userId = process.getuid?.();
  const temporary = openTemporaryFolder(path.join(options.scratchDirectory, 'sandbox', 'tmp'), options.newId());
  const sandbox = createSandbox({ ...options, temporaryName: temporary.name, detected: options.sandbox, executable: process.execPath, userId });
  const reaper = createOrphanReaper({ id: options.newId() });
  const shell = existsSync('/bin/bash') ? '/bin/bash' : '/bin/sh';
  const outputs = path.join(options.scratchDirectory, 'output');
  const running = new Set<Supervised>();
  const dying = new Set<ControlGroup>();
  const background = new Map<string, Background>();
  let groups: ControlGroups | undefined | 'unknown' = options.withoutControlGroups === true ? undefined : 'unknown';

  function findGroups(): ControlGroups | undefined {
    if (groups === 'unknown') groups = process.platform === 'linux' ? findControlGroups() : undefined;
    return groups;
  }

  function controlGroup(id: string, run: RunOptions): ControlGroup | undefined {
    return findGroups()?.create(groupName(id), { memoryBytes: run.memoryBytes ?? limits.memoryBytes, maxProcesses: run.maxProcesses ?? limits.maxProcesses });
  }

  /** The kernel needs a moment to end the last processes of a group; what cannot be removed yet is tried again later. */
  function buryGroups(): void {
    for (const group of dying) if (group.remove()) dying.delete(group);
  }

  /** Starts a command; a reason in words where that is refused. */
  async function launch(run: RunOptions, id: string, output: CapturedOutput, timeoutMs: number | undefined): Promise<{ supervised: Supervised; ended: Promise<{ ending: Ending; notes: string[] }>; sandboxed: boolean } | string> {
    const directory = directoryOf(options.root, run.directory ?? '.');
    if (directory === undefined) return `The directory ${run.directory ?? '.'} is not a folder of the workspace. Name a folder inside it, relative to its root.`;
    const sandboxed = run.unsandboxed !== true;
    if (sandboxed && options.sandbox.kind === 'none') return `There is no sandbox for this command. ${options.sandbox.missing ?? ''}`;
    const memoryBytes = run.memoryBytes ?? limits.memoryBytes;
    const maxProcesses = run.maxProcesses ?? limits.maxProcesses;
    const contained = sandboxed && options.sandbox.kind === 'bubblewrap';
    const prefix = ['exec 2>&1'];
    if (findGroups() === undefined) {
      // Counts what is reserved, used or not, so it has room to spare; the watchdog counts what is used.
      prefix.push(`ulimit -d ${Math.ceil((memoryBytes + reservedSpareBytes) / 1_024)} 2>/dev/null`);
      // In a user namespace of its own a command's processes are counted apart (Linux 5.14); outside, all of the user's would be.
      if (contained && userId !== 0 && countsPerNamespace()) prefix.push(`ulimit -u ${maxProcesses} 2>/dev/null`);
    }
    const argv = [shell, '-c', `${prefix.join('; ')}\n${run.command}`];
    const marks = { [markOf(reaper.mark).name]: markOf(reaper.mark).value, ATELIER_COMMAND: id };
    const wrapped = sandboxed
      ? await sandbox.wrap(argv, { directory, allowedHosts: run.allowedHosts ?? [], environment: run.environment ?? {} })
      : { file: shell, argv: argv.slice(1), environment: { ...outsideEnvironment(options.environment), ...run.environment }, release: async () => [] };
    const control = controlGroup(id, run);
    if (!contained) reaper.ensure();
    const supervised = supervise({
      file: wrapped.file,
      argv: wrapped.argv,
      environment: contained ? wrapped.environment : { ...wrapped.environment, ...marks },
      directory: contained ? '/' : directory,
      contained,
      mark: `ATELIER_COMMAND=${id}`,
      control,
      limits: { timeoutMs, memoryBytes, maxProcesses },
      output,
      onOutput: run.onOutput,
    });
    running.add(supervised);
    const pid = supervised.pid;
    if (!contained && pid !== undefined) reaper.watch(pid);
    const ended = supervised.ended.then(async (end) => {
      running.delete(supervised);
      if (!contained && pid !== undefined) reaper.forget(pid);
      if (control !== undefined) dying.add(control);
      buryGroups();
      const denied = await wrapped.release();
      return { ending: end.ending, notes: [...end.notes, ...denied] };
    });
    return { supervised, ended, sandboxed };
  }

  async function run(request: RunOptions): Promise<RunResult> {
    const startedAt = performance.now();
    const id = options.newId();
    const output = createCapturedOutput({ shownBytes: limits.shownOutputBytes, maxBytes: limits.maxOutputBytes, spillPath: path.join(outputs, `${id}.txt`) });
    const result = (ending: Ending, notes: string[], sandboxed: boolean): RunResult => {
      const { text, wholePath, note } = output.finish();
      return { ending, output: text, wholeOutputPath: wholePath, outputBytes: output.bytes, durationMs: performance.now() - startedAt, sandboxed, notes: note === undefined ? notes : [...notes, note] };
    };
    if (isAborted(request.signal)) return result({ kind: 'cancelled' }, [], request.unsandboxed !== true);
    const launched = await launch(request, id, output, request.timeoutMs ?? limits.timeoutMs);
    if (typeof launched === 'string') return result({ kind: 'not-started', reason: launched }, [], false);
    const cancel = () => launched.supervised.end({ kind: 'cancelled' }, cancelGraceMs);
    if (isAborted(request.signal)) cancel();
    request.signal?.addEventListener('abort', cancel, { once: true });
    const { ending, notes } = await launched.ended;
    request.signal?.removeEventListener('abort', cancel);
    return result(ending, notes, launched.sandboxed);
  }

  async function start(request: RunOptions): Promise<BackgroundProcess> {
    const id = options.newId();
    const file = path.join(outputs, `${id}.txt`);
    const output = createCapturedOutput({ shownBytes: 4_096, maxBytes: limits.maxOutputBytes, spillPath: file, spillAlways: true });
    const launched = await launch(request, id, output, request.timeoutMs);
    if (typeof launched === 'string') {
      output.finish();
      throw new WorkspaceError('unavailable', launched);
    }
    const entry: Background = {
      facts: { processId: id, command: request.command, startedAtMs: options.now() },
      ending: undefined,
      output,
      file,
      supervised: launched.supervised,
      ended: launched.ended.then(({ ending }) => {
        entry.ending = ending;
        output.finish();
      }),
    };
    background.set(id, entry);
    const cancel = () => launched.supervised.end({ kind: 'cancelled' }, cancelGraceMs);
    if (isAborted(request.signal)) cancel();
    request.signal?.addEventListener('abort', cancel, { once: true });
    return factsOf(entry);
  }

  function requireBackground(processId: string): Background {
    const entry = background.get(processId);
    if (entry === undefined) throw new WorkspaceError('not-found', `There is no background process ${processId}. List them to see which there are.`);
    return entry;
  }

  return {
    run,
    start,
    list: () => [...background.values()].map(factsOf),
    async readOutput(processId, { from = 0, maxBytes = 65_536 } = {}) {
      const entry = requireBackground(processId);
      const { ending } = entry;
      const bytes = await readPart(entry.file, from, maxBytes);
      // A character that is still being written is left for the next call, except at the very end.
      const whole = wholeCharacters(bytes);
      const isEnd = ending !== undefined && from + bytes.length >= entry.output.bytes;
      const used = isEnd || whole === 0 ? bytes.length : whole;
      return { text: bytes.toString('utf8', 0, used), nextOffset: from + used, ending };
    },
    async stop(processId) {
      const entry = requireBackground(processId);
      entry.supervised.end({ kind: 'cancelled' }, stopGraceMs);
      await entry.ended;
      return factsOf(entry);
    },
    async close() {
      const ends = [...running].map((one) => one.ended);
      for (const one of running) one.end({ kind: 'cancelled' }, cancelGraceMs);
      await Promise.all([...ends, ...[...background.values()].map((entry) => entry.ended)]);
      reaper.close();
      for (let tries = 0; dying.size > 0 && tries < 20; tries += 1) {
        buryGroups();
        if (dying.size > 0) await new Promise((resolve) => setTimeout(resolve, 10));
      }
      await Promise.all([...[...background.values()].map((entry) => rm(entry.file, { force: true })), temporary.remove()]);
      background.clear();
    },
  };
}

function defaultLimits(): ProcessLimits {
  return {
    timeoutMs: 120_000,
    memoryBytes: Math.max(536_870_912, Math.min(8_589_934_592, Math.floor(os.totalmem() / 2))),
    maxProcesses: 1_000,
    shownOutputBytes: 49_152,
    maxOutputBytes: 67_108_864,
  };
}

/** A function, so that the compiler does not take an earlier answer for the present one. */
function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

function directoryOf(root: string, directory: string): string | undefined {
  try {
    const realRoot = realpathSync(root);
    const real = realpathSync(path.resolve(realRoot, directory));
    return isInside(real, realRoot) && statSync(real).isDirectory() ? real : undefined;
  } catch {
    // It does not exist: the caller says so.
    return undefined;
  }
}

function factsOf(entry: Background): BackgroundProcess {
  return { ...entry.facts, ending: entry.ending, outputBytes: entry.output.bytes };
}

function markOf(mark: string): { name: string; value: string } {
  const at = mark.indexOf('=');
  return { name: mark.slice(0, at), value: mark.slice(at + 1) };
}

/** Since Linux 5.14 RLIMIT_NPROC counts the processes of a user namespace, not all of the user's. */
function countsPerNamespace(): boolean {
  const [major = 0, minor = 0] = os.release().split('.').map(Number);
  return major > 5 || (major === 5 && minor >= 14);
}

async function readPart(file: string, from: number, maxBytes: number): Promise<Buffer> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(maxBytes), position: from });
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
