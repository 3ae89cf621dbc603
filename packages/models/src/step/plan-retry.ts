import type { Failure } from './classify-failure.ts';

export interface RetryLimits {
  /** How often a step is tried in all. */
  attempts: number;
  /** First wait; it doubles with every attempt. */
  baseWaitMs: number;
  /** Longest wait of our own making. */
  maxWaitMs: number;
  /** Longest `Retry-After` that is waited for; a provider that wants more is reported instead. */
  maxRetryAfterMs: number;
  /** Time without a byte after which an attempt is given up. */
  idleMs: number;
}

export const defaultLimits: RetryLimits = { attempts: 8, baseWaitMs: 500, maxWaitMs: 30_000, maxRetryAfterMs: 120_000, idleMs: 60_000 };

/** An empty answer is asked for again, but a model that has nothing to say will not say it eight times. */
const emptyAttempts = 3;

/**
 * Whether to try again after attempt number `attempt`, and when: exponential back-off with equal jitter (half fixed, half
 * random), or what the provider asked for. Undefined: give up.
 */
export function planRetry(failure: Failure, attempt: number, { limits, random }: { limits: RetryLimits; random: () => number }): { waitMs: number; reason: string } | undefined {
  if (!failure.error.retryable) return undefined;
  if (attempt >= (failure.error.code === 'empty' ? Math.min(emptyAttempts, limits.attempts) : limits.attempts)) return undefined;
  const { retryAfterMs } = failure;
  if (retryAfterMs !== undefined && retryAfterMs > limits.maxRetryAfterMs) return undefined;
  const wait = Math.min(limits.maxWaitMs, limits.baseWaitMs * 2 ** (attempt - 1));
  return { waitMs: Math.round(retryAfterMs ?? wait / 2 + (wait / 2) * random()), reason: failure.reason };
}
