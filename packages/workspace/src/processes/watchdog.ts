import type { ControlGroup } from './control-group.ts';
import { descendants, privateMemory } from './process-tree.ts';

export interface WatchdogOptions {
  pid: number;
  control: ControlGroup | undefined;
  memoryBytes: number;
  maxProcesses: number;
  onLimit: (limit: 'memory' | 'processes') => void;
}

const intervalMs = 200;
/** Looks at the limit in a row (about a second) after which a command is taken for one that forks without end. */
const patience = 5;

/**
 * Watches a running command. With a control group the kernel keeps the limits, and this only ends a command that goes on
 * forking against them. Without one it adds up the tree's private memory and its processes itself. Returns how to stop.
 */
export function startWatchdog(options: WatchdogOptions): () => void {
  let strikes = 0;
  let refusedBefore = 0;
  const timer = setInterval(() => {
    const seen = options.control === undefined ? seeTree(options) : seeGroup(options.control);
    if (seen.memoryBytes > options.memoryBytes) return options.onLimit('memory');
    if (seen.processes > options.maxProcesses) return options.onLimit('processes');
    const pressed = seen.refused > refusedBefore || seen.processes >= options.maxProcesses * 0.95;
    refusedBefore = seen.refused;
    if (pressed) strikes += 1;
    else if (seen.processes < options.maxProcesses / 2) strikes = 0;
    if (strikes >= patience) options.onLimit('processes');
  }, intervalMs);
  timer.unref();
  return () => clearInterval(timer);
}

function seeGroup(control: ControlGroup) {
  const events = control.events();
  return { memoryBytes: 0, processes: events.processes, refused: events.refusedProcesses };
}

function seeTree(options: WatchdogOptions) {
  const pids = descendants(options.pid, options.maxProcesses * 2);
  return { memoryBytes: pids.reduce((sum, pid) => sum + privateMemory(pid), 0), processes: pids.length, refused: 0 };
}
