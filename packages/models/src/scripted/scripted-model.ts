import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4Content, LanguageModelV4StreamPart, LanguageModelV4Usage } from '@ai-sdk/provider';
import { createAnswerSource } from './answer-source.ts';
import { readPrompt } from './read-prompt.ts';
import { answerPieces, type Piece } from './pieces.ts';
import { ScriptedFailure } from './scripted-failure.ts';
import type { Script, ScriptedAnswer, ScriptedUsage } from './script.ts';

/** A `LanguageModelV4` that says what a script says, in this process. `calls` holds what it was asked. */
export interface ScriptedModel extends LanguageModelV4 {
  readonly calls: LanguageModelV4CallOptions[];
}

/** Makes a model from a script. Every call takes the script's next answer; delays, cuts and hangs happen as scripted. */
export function createScriptedModel(script: Script, { modelId = 'demo', provider = 'scripted' }: { modelId?: string; provider?: string } = {}): ScriptedModel {
  const source = createAnswerSource(script);
  const calls: LanguageModelV4CallOptions[] = [];

  async function ask(options: LanguageModelV4CallOptions): Promise<{ answer: ScriptedAnswer; pieces: Piece[] }> {
    calls.push(options);
    const request = readPrompt(options, modelId);
    const answer = await source(request);
    if (answer.delayMs) await pause(answer.delayMs, options.abortSignal);
    if (answer.status !== undefined && answer.status >= 400) throw new ScriptedFailure(answer);
    const characters = JSON.stringify(options.prompt).length;
    return { answer, pieces: answerPieces(answer, { step: request.step, characters }) };
  }

  return {
    specificationVersion: 'v4',
    provider,
    modelId,
    supportedUrls: {},
    calls,
    async doGenerate(options) {
      const { pieces } = await ask(options);
      const content: LanguageModelV4Content[] = [];
      for (const piece of pieces) {
        if (piece.type === 'text' || piece.type === 'reasoning') content.push(piece);
        else if (piece.type === 'tool-end') content.push({ type: 'tool-call', toolCallId: piece.callId, toolName: piece.name, input: piece.input });
        else if (piece.type === 'hang') await pause(undefined, options.abortSignal);
        else if (piece.type === 'finish') return { content, finishReason: { unified: piece.reason, raw: piece.reason }, usage: usage(piece.usage), warnings: [] };
      }
      throw new ScriptedFailure({ message: 'The scripted connection was cut.' });
    },
    async doStream(options) {
      const { answer, pieces } = await ask(options);
      const parts = streamParts(pieces, { modelId, signal: options.abortSignal, deltaDelayMs: answer.deltaDelayMs });
      return { stream: ReadableStream.from(parts) };
    },
  };
}

async function* streamParts(pieces: Piece[], { modelId, signal, deltaDelayMs }: { modelId: string; signal: AbortSignal | undefined; deltaDelayMs: number | undefined }): AsyncGenerator<LanguageModelV4StreamPart> {
  yield { type: 'stream-start', warnings: [] };
  yield { type: 'response-metadata', modelId };
  let open: 'text' | 'reasoning' | undefined;
  const callIds = new Map<number, string>();
  for (const piece of pieces) {
    signal?.throwIfAborted();
    if (deltaDelayMs) await pause(deltaDelayMs, signal);
    const block = piece.type === 'text' || piece.type === 'reasoning' ? piece.type : undefined;
    if (open !== undefined && open !== block) yield { type: `${open}-end`, id: open };
    if (block !== undefined && open !== block) yield { type: `${block}-start`, id: block };
    open = block;
    switch (piece.type) {
      case 'text':
      case 'reasoning':
        yield { type: `${piece.type}-delta`, id: piece.type, delta: piece.text };
        break;
      case 'tool-start':
        callIds.set(piece.index, piece.callId);
        yield { type: 'tool-input-start', id: piece.callId, toolName: piece.name };
        break;
      case 'tool-input':
        yield { type: 'tool-input-delta', id: callIds.get(piece.index) ?? '', delta: piece.text };
        break;
      case 'tool-end':
        yield { type: 'tool-input-end', id: piece.callId };
        yield { type: 'tool-call', toolCallId: piece.callId, toolName: piece.name, input: piece.input };
        break;
      case 'finish':
        yield { type: 'finish', finishReason: { unified: piece.reason, raw: piece.reason }, usage: usage(piece.usage) };
        break;
      case 'error':
        yield { type: 'error', error: { type: piece.kind, message: piece.message } };
        break;
      case 'hang':
        await pause(undefined, signal);
        break;
      case 'cut':
        throw new ScriptedFailure({ message: 'The scripted connection was cut.' });
      case 'end':
        return;
    }
  }
}

function usage(tokens: Required<ScriptedUsage>): LanguageModelV4Usage {
  const { input, cachedInput, cacheWrite, output, reasoning } = tokens;
  return {
    inputTokens: { total: input, noCache: input - cachedInput - cacheWrite, cacheRead: cachedInput, cacheWrite },
    outputTokens: { total: output, text: output - reasoning, reasoning },
  };
}

/** Waits; for ever without a time. Rejects with the signal's reason as soon as it is aborted. */
function pause(ms: number | undefined, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = ms === undefined ? undefined : setTimeout(done, ms);
    function done(): void {
      signal?.removeEventListener('abort', aborted);
      resolve();
    }
    function aborted(): void {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    }
    if (signal?.aborted) aborted();
    else signal?.addEventListener('abort', aborted, { once: true });
  });
}
