import type { LanguageModelV4CallOptions, LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { costOf } from './cost.ts';
import { AnswerCollector } from './answer-collector.ts';
import { classifyFailure, type Failure } from './classify-failure.ts';
import { preparePrompt } from './prepare-prompt.ts';
import type { StepRequest } from './step-request.ts';
import type { StepDone, StepUpdate } from './step-update.ts';

export type Attempt = { kind: 'done'; answer: Omit<StepDone, 'type' | 'attempts' | 'durationMs'> } | { kind: 'failed'; failure: Failure; emitted: boolean };

/** One call of the model: streams its deltas and returns the whole answer or why there is none. */
export async function* runAttempt(request: StepRequest, idleMs: number): AsyncGenerator<StepUpdate, Attempt, undefined> {
  const { model } = request;
  const watch = watchIdle(request.signal, idleMs);
  const collector = new AnswerCollector();
  let emitted = false;
  const failed = (thrown: unknown): Attempt => {
    const cause = watch.idle ? { idleMs } : request.signal.aborted ? { aborted: true } : { thrown };
    return { kind: 'failed', failure: classifyFailure({ ...cause, model, now: request.now() }), emitted };
  };
  let reader: ReadableStreamDefaultReader<LanguageModelV4StreamPart> | undefined;
  try {
    model.watch(watch.signal, watch.onByte);
    const languageModel = await model.languageModel();
    const { stream } = await watch.race(languageModel.doStream(callOptions(request, watch.signal)));
    reader = stream.getReader();
    const opened = reader;
    // Cancelling answers a pending read at once; what the transport then says is of no interest any more.
    watch.signal.addEventListener('abort', () => void opened.cancel(watch.signal.reason).catch(() => undefined), { once: true });
    for (;;) {
      const { done, value } = await reader.read();
      if (watch.signal.aborted) return failed(watch.signal.reason);
      if (done) break;
      watch.onByte();
      if (value.type === 'error') return failed(value.error);
      const update = collector.add(value);
      if (update === undefined) continue;
      emitted = true;
      yield update;
    }
    const answer = collector.answer();
    if ('failure' in answer) return failed(answer.failure);
    return { kind: 'done', answer: { ...answer, modelId: answer.modelId ?? model.model, costUsd: costOf(answer.usage, model.facts.price) } };
  } catch (error) {
    return failed(error);
  } finally {
    watch.stop();
    // Also when the consumer leaves early: the connection must not stay open. The stream may be broken already.
    void reader?.cancel().catch(() => undefined);
  }
}

function callOptions(request: StepRequest, signal: AbortSignal): LanguageModelV4CallOptions {
  const { model, tools, cacheKey } = request;
  const { temperature, reasoning, providerOptions, headers, maxOutputTokens } = model.callOptions(cacheKey);
  return {
    prompt: preparePrompt(request.prompt, model.kind),
    ...(tools.length > 0 && { tools, toolChoice: { type: 'auto' } }),
    ...outputLimit(request, maxOutputTokens),
    ...(temperature !== undefined && { temperature }),
    ...(reasoning !== undefined && { reasoning }),
    ...(providerOptions !== undefined && { providerOptions }),
    ...(headers !== undefined && { headers }),
    abortSignal: signal,
  };
}

/**
 * Anthropic wants a limit in every request, and its SDK would send 128,000 for a model that it does not know. A server of
 * one's own refuses a limit that does not fit into the window it was started with, so it gets only a configured one.
 */
function outputLimit({ model, maxOutputTokens: asked }: StepRequest, configured: number | undefined): { maxOutputTokens?: number } {
  const ownServer = model.kind === 'openai-compatible' || model.kind === 'ollama';
  const limit = ownServer ? configured : (asked ?? configured ?? (model.kind === 'anthropic' ? Math.min(model.facts.outputLimit, 64_000) : undefined));
  return limit === undefined ? {} : { maxOutputTokens: limit };
}

interface IdleWatch {
  /** Aborted by the caller's signal or after `idleMs` without `onByte`. */
  readonly signal: AbortSignal;
  readonly idle: boolean;
  onByte(): void;
  race<Value>(work: PromiseLike<Value>): Promise<Value>;
  stop(): void;
}

function watchIdle(caller: AbortSignal, idleMs: number): IdleWatch {
  const controller = new AbortController();
  let idle = false;
  const timer = setTimeout(() => {
    idle = true;
    controller.abort(new Error('idle'));
  }, idleMs);
  const onAbort = (): void => controller.abort(caller.reason);
  if (caller.aborted) onAbort();
  else caller.addEventListener('abort', onAbort, { once: true });
  return {
    signal: controller.signal,
    get idle() {
      return idle;
    },
    onByte: () => void timer.refresh(),
    race: (work) =>
      new Promise((resolve, reject) => {
        const stop = (): void => reject(controller.signal.reason as Error);
        if (controller.signal.aborted) stop();
        else controller.signal.addEventListener('abort', stop, { once: true });
        work.then(resolve, reject);
      }),
    stop() {
      clearTimeout(timer);
      caller.removeEventListener('abort', onAbort);
    },
  };
}
