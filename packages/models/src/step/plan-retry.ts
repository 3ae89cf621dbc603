import type { Failure } from './classify-failure.ts';
import type { RetryLimits } from './retry-limits.ts';
import type { StepErrorCode } from './step-update.ts';

/**
 * Failures that are tried less often: a model with nothing to say will not say it eight times, a server that is not
 * running is told to the person soon, and each attempt at a silent one takes the whole idle time.
 */
const fewerAttempts: Partial<Record<StepErrorCode, number>> = { empty: 3, connection: 5, timeout: 5 };

/**
 * Whether to try again after attempt number `attempt`, and when: exponential back-off with equal jitter (half fixed, half
 * random), or what the provider asked for. Undefined: give up.
 */
export function planRetry(failure: Failure, attempt: number, { limits, random }: { limits: RetryLimits; random: () => number }): { waitMs: number; reason: string } | undefined {
  if (!failure.error.retryable) return undefined;
  if (attempt >= Math.min(limits.attempts, fewerAttempts[failure.error.code] ?? limits.attempts)) return undefined;
  const { retryAfterMs } = failure;
  if (retryAfterMs !== undefined && retryAfterMs > limits.maxRetryAfterMs) return undefined;
  const wait = Math.min(limits.maxWaitMs, limits.baseWaitMs * 2 ** (attempt - 1));
  return { waitMs: Math.round(retryAfterMs ?? wait / 2 + (wait / 2) * random()), reason: failure.reason };
}
