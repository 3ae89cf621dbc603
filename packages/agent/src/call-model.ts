import { streamStep } from '@atelier/models';
import type { AnswerPart, StepUpdate } from '@atelier/models';
import type { EventData, StepPart } from '@atelier/thread';
import type { AgentParts } from './agent-parts.ts';
import { isRepeating } from './is-repeating.ts';
import type { RunRecorder } from './run-recorder.ts';
import { toolDeclarations } from './tool-declarations.ts';

/**
 * One model call: records that it begins (and which messages it takes along), streams deltas to whoever watches, and
 * records what came of it. Retries happen inside `streamStep`; a failure that remains is recorded, not thrown.
 */
export async function callModel(parts: AgentParts, recorder: RunRecorder): Promise<void> {
  const { log, model } = parts;
  const run = recorder.state.run;
  if (run === undefined) return;
  const stepId = parts.newId();
  const steering = recorder.state.queue.filter((message) => message.delivery === 'steer').map((message) => message.messageId);
  await recorder.record([recorder.fact('step.started', { stepId, number: run.steps + 1, model: model.id, messageIds: steering }, { stepId })]);
  fitWindow(parts, recorder, run.overflows);

  const beganAt = parts.now();
  const requestHash = recorder.conversation.requestHash();
  const repetition = new AbortController();
  let said = '';
  let thought = '';
  let end: Extract<StepUpdate, { type: 'done' | 'failed' }> | undefined;
  const callBytes = new Map<string, { tool: string; bytes: number }>();
  const stream = streamStep({
    model,
    prompt: recorder.conversation.prompt(),
    tools: toolDeclarations(parts.tools),
    maxOutputTokens: model.facts.outputLimit,
    cacheKey: log.threadId,
    signal: AbortSignal.any([log.signal, repetition.signal]),
    now: parts.now,
    sleep: parts.sleep,
    random: parts.random,
  });
  for await (const part of stream) {
    switch (part.type) {
      case 'text-delta':
        said += part.text;
        log.publish({ kind: 'text', stepId, text: part.text });
        if (isRepeating(said)) repetition.abort();
        break;
      case 'reasoning-delta':
        thought += part.text;
        log.publish({ kind: 'reasoning', stepId, text: part.text });
        if (isRepeating(thought)) repetition.abort();
        break;
      case 'tool-call-started':
        callBytes.set(part.callId, { tool: part.tool, bytes: 0 });
        log.publish({ kind: 'call', stepId, tool: part.tool, inputBytes: 0 });
        break;
      case 'tool-call-delta': {
        const call = callBytes.get(part.callId);
        if (call !== undefined) log.publish({ kind: 'call', stepId, tool: call.tool, inputBytes: call.bytes += part.text.length });
        break;
      }
      case 'waiting':
      case 'restart':
        said = '';
        thought = '';
        log.publish({ kind: 'restart', stepId, attempt: part.attempt, reason: part.reason, waitMs: part.waitMs });
        break;
      case 'done':
      case 'failed':
        end = part;
        break;
    }
  }
  const durationMs = parts.now() - beganAt;
  if (end?.type === 'done') {
    const data: EventData['step.completed'] = {
      stepId, parts: end.parts.map((part) => ownCallId(part, parts.newId)), model: end.modelId, finish: end.finish, usage: end.usage,
      ...(end.costUsd !== undefined && { costUsd: end.costUsd }), attempts: end.attempts, durationMs, requestHash,
    };
    return recorder.hold([recorder.fact('step.completed', data, { stepId })]);
  }
  if (repetition.signal.aborted) {
    const error = { code: 'repeating', message: 'The model repeated the same words without end, so its answer was stopped. Send the message again, or use another model.' };
    return recorder.record([recorder.fact('step.failed', { stepId, error, attempts: 1, retryable: false }, { stepId })]);
  }
  await recorder.refresh();
  if (log.signal.aborted && recorder.state.run?.cancelRequested !== true) return log.signal.throwIfAborted();
  if (log.signal.aborted) {
    // Cancelled by a person: what was said so far stays in the log.
    const heard: StepPart[] = [...(thought === '' ? [] : [{ type: 'reasoning' as const, text: thought }]), ...(said === '' ? [] : [{ type: 'text' as const, text: said }])];
    const data = { stepId, parts: heard, model: model.id, finish: 'cancelled', usage: { input: 0, cachedInput: 0, output: 0, reasoning: 0 }, attempts: 1, durationMs, requestHash };
    return recorder.record([recorder.fact('step.completed', data, { stepId })]);
  }
  const failure = end ?? { error: { code: 'unknown' as const, message: 'The model ended without an answer. Send the message again.', retryable: true }, attempts: 1 };
  const { code, message, retryable } = failure.error;
  await recorder.record([recorder.fact('step.failed', { stepId, error: { code, message }, attempts: failure.attempts, retryable }, { stepId })]);
}

/** Makes room when the prompt comes near the window, and more of it each time that the provider said it was too long. */
function fitWindow(parts: AgentParts, recorder: RunRecorder, overflows: number): void {
  const { window, outputLimit } = parts.model.facts;
  const room = Math.max(window - Math.min(outputLimit, window / 4), window / 2) * 0.5 ** overflows;
  if (recorder.conversation.estimatedTokens() > room * 0.9) recorder.conversation.trim(room * 0.6);
}

/** Providers number calls in their own ways, some not at all; in a thread each has an id of ours. */
function ownCallId(part: AnswerPart, newId: () => string): StepPart {
  return part.type === 'tool-call' ? { ...part, callId: newId() } : part;
}
