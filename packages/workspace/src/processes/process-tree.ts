import { readFileSync, readdirSync } from 'node:fs';

/**
 * Descendants of a process, parents before children, by `/proc/<pid>/task/<tid>/children` (Linux). Empty where there is
 * no such file. A PID namespace is one tree: its orphans belong to its first process.
 */
export function descendants(pid: number, limit = 20_000): number[] {
  const found: number[] = [];
  const queue = [pid];
  for (let at = 0; at < queue.length && found.length < limit; at += 1) {
    for (const child of childrenOf(queue[at] ?? 0)) {
      found.push(child);
      queue.push(child);
    }
  }
  return found;
}

/** Sends a signal; false where the process has gone. */
export function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ESRCH' || error.code === 'EPERM')) return false;
    throw error;
  }
}

/** Processes of this machine whose environment has this variable: how those are found that left their group and parent. */
export function processesWith(variable: string): number[] {
  const wanted = Buffer.from(`\0${variable}\0`);
  return numbersIn('/proc').filter((pid) => {
    try {
      return Buffer.concat([Buffer.from([0]), readFileSync(`/proc/${pid}/environ`), Buffer.from([0])]).includes(wanted);
    } catch {
      // Gone meanwhile, or another user's: not ours then.
      return false;
    }
  });
}

/** Private memory in use, in bytes: resident pages less those shared with files and other processes (`statm`). */
export function privateMemory(pid: number): number {
  try {
    const [, resident, shared] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ').map(Number);
    return Math.max(0, (resident ?? 0) - (shared ?? 0)) * pageBytes;
  } catch {
    // Gone meanwhile.
    return 0;
  }
}

/** The size that `statm` counts in on x86-64 and most arm64 systems; where pages are larger the limit is stricter than asked. */
const pageBytes = 4_096;

function childrenOf(pid: number): number[] {
  const children: number[] = [];
  for (const thread of numbersIn(`/proc/${pid}/task`)) {
    try {
      const text = readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8');
      for (const child of text.split(' ')) if (child !== '') children.push(Number(child));
    } catch {
      // The thread has ended meanwhile.
      continue;
    }
  }
  return children;
}

function numbersIn(folder: string): number[] {
  try {
    return readdirSync(folder).filter((name) => /^\d+$/.test(name)).map(Number);
  } catch {
    // The process has ended, or there is no /proc.
    return [];
  }
}
