import { existsSync, mkdirSync, readFileSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** A control group made for one command. */
export interface ControlGroup {
  /** Files to which a process writes `0` to join (one for each hierarchy). */
  joinFiles: string[];
  /** What happened in it so far. */
  events(): { killedForMemory: number; refusedProcesses: number; processes: number };
  /** Kills everything in it, where the kernel can (version 2). */
  kill(): void;
  /** Removes it; false while processes of it are still ending. */
  remove(): boolean;
}

export interface ControlGroups {
  create(name: string, limits: { memoryBytes: number; maxProcesses: number }): ControlGroup | undefined;
}

/**
 * Finds out whether this process may make control groups that limit memory and processes: version 2 where a parent
 * folder is delegated to us (a systemd user session), version 1 where its hierarchies are writable (root). Undefined
 * where neither is; limits are then kept by `ulimit` and the watchdog.
 */
export function findControlGroups(): ControlGroups | undefined {
  const lines = readText('/proc/self/cgroup').split('\n');
  return versionTwo(lines) ?? versionOne(lines);
}

/** The name of a group: with the process id of its maker, by which groups are found that a killed maker left. */
export function groupName(id: string): string {
  return `atelier-${process.pid}-${id}`;
}

/** Removes the empty groups of makers that are gone. */
function sweep(parent: string): void {
  for (const name of readdirSync(parent)) {
    const maker = /^atelier-(\d+)-/.exec(name)?.[1];
    if (maker !== undefined && !existsSync(`/proc/${maker}`)) attempt(() => rmdirSync(path.join(parent, name)));
  }
}

function versionTwo(lines: string[]): ControlGroups | undefined {
  const own = lines.find((line) => line.startsWith('0::'))?.slice(3);
  if (own === undefined || !existsSync('/sys/fs/cgroup/cgroup.controllers')) return undefined;
  for (let folder = path.join('/sys/fs/cgroup', own); folder.startsWith('/sys/fs/cgroup'); folder = path.dirname(folder)) {
    const controllers = readText(path.join(folder, 'cgroup.subtree_control')).split(/\s+/);
    if (!controllers.includes('memory') || !controllers.includes('pids')) continue;
    // The joining process needs the right to write here too; a folder that we may not make groups in ends the search.
    const parent = folder;
    return mayMake(parent) ? { create: (name, limits) => createVersionTwo(path.join(parent, name), limits) } : undefined;
  }
  return undefined;
}

function createVersionTwo(folder: string, limits: { memoryBytes: number; maxProcesses: number }): ControlGroup | undefined {
  const made = attempt(() => {
    mkdirSync(folder);
    writeFileSync(path.join(folder, 'memory.max'), String(limits.memoryBytes));
    writeFileSync(path.join(folder, 'pids.max'), String(limits.maxProcesses));
    // Absent without swap: then there is nothing to limit.
    if (existsSync(path.join(folder, 'memory.swap.max'))) writeFileSync(path.join(folder, 'memory.swap.max'), '0');
  });
  if (!made) {
    attempt(() => rmdirSync(folder));
    return undefined;
  }
  return {
    joinFiles: [path.join(folder, 'cgroup.procs')],
    events: () => ({
      killedForMemory: counter(path.join(folder, 'memory.events'), 'oom_kill'),
      refusedProcesses: counter(path.join(folder, 'pids.events'), 'max'),
      processes: Number(readText(path.join(folder, 'pids.current'))),
    }),
    kill: () => void attempt(() => writeFileSync(path.join(folder, 'cgroup.kill'), '1')),
    remove: () => attempt(() => rmdirSync(folder)) || !existsSync(folder),
  };
}

function versionOne(lines: string[]): ControlGroups | undefined {
  const memory = hierarchy('memory', lines);
  const processes = hierarchy('pids', lines);
  if (memory === undefined || processes === undefined) return undefined;
  return { create: (name, limits) => createVersionOne(path.join(memory, name), path.join(processes, name), limits) };
}

function hierarchy(controller: string, lines: string[]): string | undefined {
  const own = lines.map((line) => line.split(':')).find((parts) => parts[1]?.split(',').includes(controller))?.[2];
  if (own === undefined) return undefined;
  const mount = path.join('/sys/fs/cgroup', controller);
  return [path.join(mount, own), mount].find(mayMake);
}

function createVersionOne(memory: string, processes: string, limits: { memoryBytes: number; maxProcesses: number }): ControlGroup | undefined {
  const folders = [memory, processes];
  const made = attempt(() => {
    for (const folder of folders) mkdirSync(folder);
    writeFileSync(path.join(memory, 'memory.limit_in_bytes'), String(limits.memoryBytes));
    attempt(() => writeFileSync(path.join(memory, 'memory.memsw.limit_in_bytes'), String(limits.memoryBytes)));
    writeFileSync(path.join(processes, 'pids.max'), String(limits.maxProcesses));
  });
  const remove = () => folders.map((folder) => attempt(() => rmdirSync(folder)) || !existsSync(folder)).every(Boolean);
  if (!made) {
    remove();
    return undefined;
  }
  return {
    joinFiles: folders.map((folder) => path.join(folder, 'cgroup.procs')),
    events: () => ({
      killedForMemory: counter(path.join(memory, 'memory.oom_control'), 'oom_kill'),
      refusedProcesses: counter(path.join(processes, 'pids.events'), 'max'),
      processes: Number(readText(path.join(processes, 'pids.current'))),
    }),
    kill: () => undefined,
    remove,
  };
}

function mayMake(parent: string): boolean {
  const trial = path.join(parent, `atelier-trial-${process.pid}`);
  if (!existsSync(parent) || !attempt(() => mkdirSync(trial)) || !attempt(() => rmdirSync(trial))) return false;
  sweep(parent);
  return true;
}

function counter(file: string, name: string): number {
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(readText(file))?.[1] ?? 0);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // This kernel or container has no such file.
    return '';
  }
}

function attempt(action: () => void): boolean {
  try {
    action();
    return true;
  } catch {
    // Not permitted here; the caller takes the next best way.
    return false;
  }
}
