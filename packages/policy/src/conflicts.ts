import type { Effect } from '@atelier/thread';
import { classifyCommand } from './classify-command.ts';
import { overlaps } from './project-path.ts';

/**
 * Whether two calls must not run at the same time: one writes what the other reads or writes, or a command might. A read
 * of a folder covers everything below it. Symmetric.
 */
export function conflicts(left: Effect[], right: Effect[]): boolean {
  return left.some((one) => right.some((other) => clash(one, other) || clash(other, one)));
}

function clash(one: Effect, other: Effect): boolean {
  switch (one.kind) {
    case 'ask':
      return false;
    case 'plan':
      return other.kind === 'plan';
    case 'run':
      if (other.kind === 'ask' || other.kind === 'plan') return false;
      if (!onlyReads(one)) return true;
      return other.kind === 'write' || other.kind === 'delete' || (other.kind === 'run' && !onlyReads(other));
    case 'write':
    case 'delete':
      return (other.kind === 'read' || other.kind === 'write' || other.kind === 'delete') && overlaps(one.path, other.path);
    case 'stop':
      return other.kind === 'stop' && other.processId === one.processId;
    case 'read':
    case 'reach':
      return false;
  }
}

function onlyReads(effect: Extract<Effect, { kind: 'run' }>): boolean {
  return classifyCommand(effect.command, { root: '/', isSecret: () => false }).readOnly;
}
