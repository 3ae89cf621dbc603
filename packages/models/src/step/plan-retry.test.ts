import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Failure } from './classify-failure.ts';
import { planRetry } from './plan-retry.ts';
import { defaultLimits } from './retry-limits.ts';
import { retryAfterMs } from './retry-after.ts';
import type { StepErrorCode } from './step-update.ts';

function failure(code: StepErrorCode, more: { retryable?: boolean; retryAfterMs?: number } = {}): Failure {
  return { error: { code, message: '', retryable: more.retryable ?? true }, reason: 'why', retryAfterMs: more.retryAfterMs };
}

test('waits grow, stay within their limit, and are never shorter than half of it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 7 }), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, chance) => {
      const full = Math.min(defaultLimits.maxWaitMs, defaultLimits.baseWaitMs * 2 ** (attempt - 1));
      const waitMs = planRetry(failure('cut'), attempt, { limits: defaultLimits, random: () => chance })?.waitMs ?? -1;
      expect(waitMs).toBeGreaterThanOrEqual(Math.floor(full / 2));
      expect(waitMs).toBeLessThanOrEqual(full);
    }),
  );
});

test.each<[StepErrorCode, number]>([
  ['cut', 8],
  ['rate-limited', 8],
  ['overloaded', 8],
  ['connection', 5],
  ['timeout', 5],
  ['empty', 3],
])('%s is tried %i times', (code, attempts) => {
  const plan = (attempt: number): unknown => planRetry(failure(code), attempt, { limits: defaultLimits, random: () => 0 });
  expect(plan(attempts - 1)).toBeDefined();
  expect(plan(attempts)).toBeUndefined();
});

test('what cannot be helped is not tried again, nor what would take too long', () => {
  const given = { limits: defaultLimits, random: () => 0 };
  expect(planRetry(failure('auth', { retryable: false }), 1, given)).toBeUndefined();
  expect(planRetry(failure('rate-limited', { retryAfterMs: 120_001 }), 1, given)).toBeUndefined();
  expect(planRetry(failure('rate-limited', { retryAfterMs: 0 }), 1, given)).toEqual({ waitMs: 0, reason: 'why' });
});

describe('what a provider asks to wait', () => {
  const now = Date.parse('2026-11-20T10:00:00Z');
  test.each<[string, Record<string, string>, string, number | undefined]>([
    ['seconds', { 'retry-after': '2.5' }, '', 2500],
    ['milliseconds win', { 'retry-after': '9', 'retry-after-ms': '100' }, '', 100],
    ['a date', { 'retry-after': 'Fri, 20 Nov 2026 10:00:30 GMT' }, '', 30_000],
    ['a date that is past', { 'retry-after': 'Fri, 20 Nov 2026 09:00:00 GMT' }, '', 0],
    ['in the body', {}, '{"details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay": "25.5s"}]}', 25_500],
    ['nothing', {}, '', undefined],
    ['something else', { 'retry-after': 'soon' }, '', undefined],
    ['a negative number', { 'retry-after-ms': '-5' }, '', undefined],
  ])('%s', (_what, headers, body, expected) => {
    expect(retryAfterMs({ headers, body }, now)).toBe(expected);
  });
});
