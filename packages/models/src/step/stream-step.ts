import { runAttempt, type Attempt } from './run-attempt.ts';
import { planRetry } from './plan-retry.ts';
import type { StepRequest } from './step-request.ts';
import type { StepUpdate } from './step-update.ts';

/**
 * Asks a model once and streams what it says. Never throws for what a provider or the network does: an answer that
 * breaks off, a 429, a silent server are tried again with back-off, and what cannot be helped is the last update,
 * `failed`. After a `restart` what was streamed before is void. An abort ends it within milliseconds.
 */
export async function* streamStep(request: StepRequest): AsyncGenerator<StepUpdate, void, undefined> {
  const { model, signal, now } = request;
  const startedAt = now();
  const limits = { ...model.limits, ...request.limits };
  for (let attempt = 1; ; attempt++) {
    const outcome: Attempt = yield* runAttempt(request, limits.idleMs);
    const durationMs = now() - startedAt;
    if (outcome.kind === 'done') {
      yield { type: 'done', ...outcome.answer, attempts: attempt, durationMs };
      return;
    }
    const retry = planRetry(outcome.failure, attempt, { limits, random: request.random });
    const aborted = signal.aborted || (retry !== undefined && !(yield* waitForRetry(request, { ...retry, attempt: attempt + 1, emitted: outcome.emitted })));
    if (aborted || retry === undefined) {
      const error = aborted ? { code: 'aborted' as const, message: 'The request was cancelled.', retryable: false } : outcome.failure.error;
      yield { type: 'failed', error: { ...error, message: model.redact(error.message) }, attempts: attempt, durationMs: now() - startedAt };
      return;
    }
  }
}

/** Announces the next attempt and waits for its time. False when aborted meanwhile. */
async function* waitForRetry(request: StepRequest, next: { attempt: number; reason: string; waitMs: number; emitted: boolean }): AsyncGenerator<StepUpdate, boolean, undefined> {
  yield { type: next.emitted ? 'restart' : 'waiting', attempt: next.attempt, reason: request.model.redact(next.reason), waitMs: next.waitMs };
  try {
    await request.sleep(next.waitMs, request.signal);
  } catch (error) {
    if (!request.signal.aborted) throw error;
  }
  return !request.signal.aborted;
}
