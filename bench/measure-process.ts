import { spawn } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';

export interface Measured {
  exitCode: number | null;
  wallMs: number;
  /** User and system time of the process and its finished children. */
  cpuMs: number;
  /** Largest sum of proportional set sizes over the process tree, seen by sampling. */
  peakPssMB: number;
  output: string;
  startedAt: number;
}

/** Runs a command to its end. `startedAt` is just before the spawn, in milliseconds since 1970 with fractions. */
export async function measureProcess(command: string[], options: { cwd: string; env: Record<string, string | undefined>; sampleMemory?: boolean }): Promise<Measured> {
  const startedAt = performance.timeOrigin + performance.now();
  // The shell's `time` keyword gives the processor time of all waited-for children.
  const child = spawn('bash', ['-c', 'TIMEFORMAT="cpu %U %S"; time "$@"', 'bash', ...command], { cwd: options.cwd, env: options.env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (data: Buffer) => { output += data.toString(); });
  child.stderr.on('data', (data: Buffer) => { output += data.toString(); });
  let peakPssMB = 0;
  const sampler = options.sampleMemory === true && child.pid !== undefined ? sampleTree(child.pid, (pss) => { peakPssMB = Math.max(peakPssMB, pss); }) : undefined;
  const exitCode = await new Promise<number | null>((resolve) => child.on('close', resolve));
  sampler?.stop();
  const wallMs = performance.timeOrigin + performance.now() - startedAt;
  const cpu = /cpu ([\d.]+) ([\d.]+)\s*$/.exec(output);
  return { exitCode, wallMs, cpuMs: (Number(cpu?.[1] ?? Number.NaN) + Number(cpu?.[2] ?? Number.NaN)) * 1000, peakPssMB, output, startedAt };
}

function sampleTree(root: number, seen: (megabytes: number) => void): { stop(): void } {
  const timer = setInterval(() => { void treePss(root).then(seen); }, 25);
  return { stop: () => clearInterval(timer) };
}

/** Proportional set size of a process and its descendants, MB; the measuring shell itself is left out. */
async function treePss(root: number): Promise<number> {
  const parents = new Map<number, number>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => undefined); // it may have ended meanwhile
    const parent = stat === undefined ? undefined : Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    if (parent !== undefined) parents.set(Number(name), parent);
  }
  const inTree = (pid: number): boolean => {
    for (let at = parents.get(pid); at !== undefined && at > 1; at = parents.get(at)) if (at === root) return true;
    return false;
  };
  const sizes = await Promise.all([...parents.keys()].filter(inTree).map(async (pid) => {
    const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
    return Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0);
  }));
  return sizes.reduce((sum, kilobytes) => sum + kilobytes, 0) / 1024;
}
