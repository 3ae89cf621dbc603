/** How long and how often a step is tried. */
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
