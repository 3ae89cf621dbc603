import { execFile, spawnSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';
import type { SandboxFacts } from '../port.ts';

export interface DetectOptions {
  platform: NodeJS.Platform;
  /** Only `PATH` is read. */
  environment: Readonly<Record<string, string | undefined>>;
}

/** What `detectSandbox` found: the facts of the port and the program to start. */
export interface DetectedSandbox extends SandboxFacts {
  /** Absolute path of `bwrap` or `sandbox-exec`; undefined when `kind` is `none`. */
  program: string | undefined;
}

/**
 * Looks for a sandbox by really running `true` in one, because an installed bubblewrap is often forbidden (containers,
 * disabled user namespaces, AppArmor). Takes about 8 ms on Linux; keep the answer (see `lazySandbox`).
 */
export function detectSandbox(options: DetectOptions): DetectedSandbox {
  if (options.platform === 'linux') return detectBubblewrap(options.environment);
  if (options.platform === 'darwin') return detectSeatbelt();
  return none(`Atelier has no sandbox for ${options.platform}. Use Linux, macOS or WSL 2 to run commands without being asked.`);
}

/** Facts that are found out once: when they are first read, or before that by `startProbe`. */
export interface LazySandbox extends DetectedSandbox {
  /** Finds them out beside whatever the caller does next. Never rejects; an answer that comes after they were read changes nothing. */
  startProbe(): Promise<void>;
}

/** The same facts, probed when `kind`, `missing` or `program` is first read, and once. */
export function lazySandbox(options: DetectOptions): LazySandbox {
  let found: DetectedSandbox | undefined;
  const look = () => (found ??= detectSandbox(options));
  return {
    get kind() {
      return look().kind;
    },
    get missing() {
      return look().missing;
    },
    get program() {
      return look().program;
    },
    async startProbe() {
      const program = found === undefined && options.platform === 'linux' ? findBubblewrap(options.environment) : undefined;
      if (program === undefined) return; // there is no process to wait for
      const answer = await new Promise<DetectedSandbox>((resolve) => {
        const probe = execFile(program, probeArguments, { timeout: PROBE_MS, env: {} }, (error, _stdout, stderr) => {
          resolve(error === null ? { kind: 'bubblewrap', missing: undefined, program } : none(explainFailure(program, stderr.trim() || error.message)));
        });
        probe.unref(); // a process that has nothing else to do ends without the answer
      });
      found ??= answer;
    },
  };
}

const probeArguments = ['--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc', '--unshare-all', '--die-with-parent', '--new-session', '--cap-drop', 'ALL', '--', '/bin/sh', '-c', ':'];
const PROBE_MS = 5_000;

function findBubblewrap(environment: DetectOptions['environment']): string | undefined {
  return findProgram('bwrap', environment['PATH'], ['/usr/bin', '/usr/local/bin', '/bin']);
}

function detectBubblewrap(environment: DetectOptions['environment']): DetectedSandbox {
  const program = findBubblewrap(environment);
  if (program === undefined) {
    return none('bubblewrap is not installed. Install it: `apt install bubblewrap`, `dnf install bubblewrap`, `pacman -S bubblewrap` or `apk add bubblewrap`.');
  }
  const probe = spawnSync(program, probeArguments, { stdio: ['ignore', 'ignore', 'pipe'], timeout: PROBE_MS, env: {} });
  if (probe.status === 0) return { kind: 'bubblewrap', missing: undefined, program };
  return none(explainFailure(program, probe.stderr?.toString('utf8').trim() || probe.error?.message || `exit code ${probe.status}`));
}

/** Turns what bubblewrap said into what a person can do about it. */
export function explainFailure(program: string, said: string): string {
  const start = `bubblewrap (${program}) is installed but may not make a sandbox here: "${said.split('\n')[0]}".`;
  if (/setting up uid map|No permissions to creat\w* new namespace|Creating new namespace failed|Operation not permitted|No space left/i.test(said)) {
    return (
      `${start} Allow user namespaces: on Ubuntu 24.04 or newer \`sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0\` ` +
      'or an AppArmor profile for bwrap; on older systems `sudo sysctl kernel.unprivileged_userns_clone=1` or ' +
      '`sudo sysctl user.max_user_namespaces=15000`; in a container start it with `--security-opt seccomp=unconfined --security-opt apparmor=unconfined`.'
    );
  }
  return `${start} Run \`bwrap --ro-bind / / --unshare-all true\` in a terminal to see why.`;
}

function detectSeatbelt(): DetectedSandbox {
  const program = '/usr/bin/sandbox-exec';
  return isExecutable(program)
    ? { kind: 'seatbelt', missing: undefined, program }
    : none('/usr/bin/sandbox-exec is missing; it is part of macOS. Check that the system is complete.');
}

/** First executable file of that name in the search path, then in the usual folders. */
export function findProgram(name: string, searchPath: string | undefined, usualFolders: readonly string[]): string | undefined {
  for (const folder of [...(searchPath ?? '').split(path.delimiter), ...usualFolders]) {
    if (!path.isAbsolute(folder)) continue;
    const candidate = path.join(folder, name);
    if (isExecutable(candidate)) return candidate;
  }
  return undefined;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function none(missing: string): DetectedSandbox {
  return { kind: 'none', missing, program: undefined };
}
