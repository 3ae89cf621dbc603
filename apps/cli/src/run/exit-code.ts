import type { Outcome, Verified } from '@atelier/thread';

/** What `atelier run` ends with; 2 (bad usage) comes from `main`. */
export const exitCodes = { done: 0, failed: 1, waiting: 3, notPassing: 4, cancelled: 130 } as const;

export function exitCodeOf(outcome: Outcome, verified: Verified): number {
  switch (outcome) {
    case 'done': return verified === 'failed' ? exitCodes.notPassing : exitCodes.done;
    case 'not-passing': return exitCodes.notPassing;
    case 'cancelled': return exitCodes.cancelled;
    case 'failed':
    case 'out-of-steps': return exitCodes.failed;
  }
}
