import { type ChildProcess, spawn } from 'node:child_process';
import type { Ending } from '../port.ts';
import type { CapturedOutput } from './captured-output.ts';
import type { ControlGroup } from './control-group.ts';
import { descendants, processesWith, sendSignal } from './process-tree.ts';
import { startWatchdog } from './watchdog.ts';

export interface SuperviseOptions {
  file: string;
  argv: string[];
  environment: Record<string, string>;
  /** Where the program is started; a sandbox changes to the command's directory itself. */
  directory: string;
  /** Whether killing the first process ends all others (a PID namespace that dies with its parent). */
  contained: boolean;
  /** `NAME=value` in the environment by which processes that went away are found; for commands that are not contained. */
  mark: string;
  control: ControlGroup | undefined;
  limits: { timeoutMs: number | undefined; memoryBytes: number; maxProcesses: number };
  output: CapturedOutput;
  onOutput: ((text: string) => void) | undefined;
}

export interface Supervised {
  pid: number | undefined;
  ended: Promise<{ ending: Ending; notes: string[] }>;
  /** Asks the whole tree to end, and kills it after the grace. The first reason given is the one reported. */
  end(reason: Ending, graceMs: number): void;
}

/** How long a command may clean up after its time is over, in milliseconds. */
const timeoutGraceMs = 300;
/** After the command has ended its pipe may be held by a process that was just killed; longer we do not wait. */
const drainMs = 200;

/**
 * Starts a program and looks after it until it and all it started are gone: limits, output, the kill of the whole tree.
 * `ended` never rejects; a program that cannot be started is an ending too.
 */
export function supervise(options: SuperviseOptions): Supervised {
  const notes: string[] = [];
  let reason: Ending | undefined;
  let killTimer: NodeJS.Timeout | undefined;
  const joined = joinGroup(options);
  const child = spawn(joined.file, joined.argv, {
    cwd: options.directory,
    env: options.environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: Ctrl+C in our terminal is ours to handle, and the group can be killed as one.
    detached: true,
  });

  const kill = () => {
    options.control?.kill();
    killTree(child, options);
  };
  const end = (why: Ending, graceMs: number) => {
    if (reason !== undefined || child.exitCode !== null || child.signalCode !== null) return;
    reason = why;
    if (graceMs === 0) return kill();
    askTree(child, options);
    killTimer = setTimeout(kill, graceMs);
  };

  const decoder = new TextDecoder();
  child.stdout.on('data', (piece: Buffer) => {
    const within = options.output.write(piece);
    const text = decoder.decode(piece, { stream: true });
    if (within && text !== '') options.onOutput?.(text);
    if (!within) end({ kind: 'too-much-output' }, 0);
  });
  let complaint = '';
  child.stderr.on('data', (piece: Buffer) => {
    if (complaint.length < 4_096) complaint += piece.toString('utf8');
  });

  const timer = options.limits.timeoutMs === undefined ? undefined : setTimeout(() => end({ kind: 'timed-out' }, timeoutGraceMs), options.limits.timeoutMs);
  const stopWatching = child.pid === undefined ? undefined : startWatchdog({
    pid: child.pid,
    control: options.control,
    ...options.limits,
    onLimit: (limit) => {
      if (limit === 'processes') notes.push(`The command had more than ${options.limits.maxProcesses} processes and was stopped.`);
      end(limit === 'memory' ? { kind: 'out-of-memory' } : { kind: 'signalled', signal: 'SIGKILL' }, 0);
    },
  });

  const ended = finished(child, () => {
    clearTimeout(timer);
    clearTimeout(killTimer);
    stopWatching?.();
    if (child.pid !== undefined && !options.contained) killTree(child, options);
  }).then((exit) => {
    const rest = decoder.decode();
    if (rest !== '') options.onOutput?.(rest);
    const events = options.control?.events();
    if (events !== undefined && events.refusedProcesses > 0 && notes.length === 0) notes.push(`The command reached the limit of ${options.limits.maxProcesses} processes; it could not start more.`);
    const natural = endingOf(exit, complaint.trim(), options.contained);
    const forMemory = (events?.killedForMemory ?? 0) > 0 && !(natural.kind === 'exited' && natural.exitCode === 0);
    const ending = reason ?? (forMemory ? { kind: 'out-of-memory' as const } : natural);
    // A part of the command may have been killed for it while the whole went on.
    if (ending.kind === 'out-of-memory' || (events?.killedForMemory ?? 0) > 0) notes.push(`The command needed more than ${Math.round(options.limits.memoryBytes / 1_048_576)} MiB of memory.`);
    return { ending, notes };
  });
  return { pid: child.pid, ended, end };
}

interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
  error: Error | undefined;
}

/** Resolves when the program has ended and its output is read, or could not be read to the end in time. */
function finished(child: ChildProcess, onExit: () => void): Promise<Exit> {
  return new Promise((resolve) => {
    let exit: Exit = { code: null, signal: null, error: undefined };
    let drain: NodeJS.Timeout | undefined;
    child.once('error', (error) => {
      if (child.pid !== undefined) return;
      onExit();
      resolve({ ...exit, error });
    });
    child.once('exit', (code, signal) => {
      exit = { code, signal, error: undefined };
      onExit();
      drain = setTimeout(() => {
        child.stdout?.destroy();
        child.stderr?.destroy();
      }, drainMs);
    });
    child.once('close', () => {
      clearTimeout(drain);
      resolve(exit);
    });
  });
}

const fatalSignals: Record<number, string> = { 1: 'SIGHUP', 2: 'SIGINT', 3: 'SIGQUIT', 4: 'SIGILL', 5: 'SIGTRAP', 6: 'SIGABRT', 7: 'SIGBUS', 8: 'SIGFPE', 9: 'SIGKILL', 11: 'SIGSEGV', 13: 'SIGPIPE', 15: 'SIGTERM', 24: 'SIGXCPU', 25: 'SIGXFSZ', 31: 'SIGSYS' };

/** Bubblewrap tells of a signal as 128 + its number, as a shell does; what it says on its own standard error is that it failed. */
function endingOf(exit: Exit, complaint: string, contained: boolean): Ending {
  if (exit.error !== undefined) return { kind: 'not-started', reason: `The command could not be started: ${exit.error.message}.` };
  if (exit.signal !== null) return { kind: 'signalled', signal: exit.signal };
  const exitCode = exit.code ?? 1;
  if (contained && /^(bwrap|sandbox-exec): /m.test(complaint) && exitCode !== 0) {
    return { kind: 'not-started', reason: `The sandbox could not be made: ${complaint.split('\n')[0]}. Run \`atelier doctor\` to see whether this machine allows it.` };
  }
  const signal = contained ? fatalSignals[exitCode - 128] : undefined;
  return signal === undefined ? { kind: 'exited', exitCode } : { kind: 'signalled', signal };
}

/** A process joins a control group by itself, before it becomes the program: else a fast one would fork outside. */
function joinGroup(options: SuperviseOptions): { file: string; argv: string[] } {
  if (options.control === undefined) return { file: options.file, argv: options.argv };
  const script = 'while [ "$1" != -- ]; do echo 0 >"$1"; shift; done; shift; exec "$@"';
  return { file: '/bin/sh', argv: ['-c', script, 'sh', ...options.control.joinFiles, '--', options.file, ...options.argv] };
}

function askTree(child: ChildProcess, options: SuperviseOptions): void {
  if (child.pid === undefined) return;
  const below = descendants(child.pid);
  // Bubblewrap itself would die of SIGTERM, and everything in it at once by SIGKILL: the others are asked, not it.
  if (!options.contained) sendSignal(-child.pid, 'SIGTERM');
  for (const pid of below) sendSignal(pid, 'SIGTERM');
}

function killTree(child: ChildProcess, options: SuperviseOptions): void {
  if (child.pid === undefined) return;
  const below = descendants(child.pid);
  sendSignal(-child.pid, 'SIGKILL');
  for (const pid of below) sendSignal(pid, 'SIGKILL');
  if (options.contained) return;
  // What left the group and its parent still carries the mark; twice, for what was being forked.
  for (let round = 0; round < 2; round += 1) for (const pid of processesWith(options.mark)) sendSignal(pid, 'SIGKILL');
}
