import type { LanguageModelV4FinishReason, LanguageModelV4StreamPart, LanguageModelV4ToolCall, LanguageModelV4Usage } from '@ai-sdk/provider';
import type { AnswerPart, FinishReason, ProviderFacts, StepUpdate, ToolCallAnswer, Usage } from './step-update.ts';

/** Why a stream that came to its end is not an answer. */
export class IncompleteAnswer extends Error {
  override readonly name = 'IncompleteAnswer';
  readonly kind: 'cut' | 'empty' | 'refused';
  constructor(kind: 'cut' | 'empty' | 'refused') {
    super(kind);
    this.kind = kind;
  }
}

interface Answer {
  parts: AnswerPart[];
  finish: FinishReason;
  usage: Usage;
  modelId: string | undefined;
}

/** Puts the parts of a stream together. */
export class AnswerCollector {
  readonly #parts: AnswerPart[] = [];
  readonly #open = new Map<string, Extract<AnswerPart, { text: string }>>();
  readonly #calls: LanguageModelV4ToolCall[] = [];
  #finish: LanguageModelV4FinishReason | undefined;
  #usage: LanguageModelV4Usage | undefined;
  #modelId: string | undefined;

  /** Takes one part; returns what a reader may be shown of it. */
  add(part: LanguageModelV4StreamPart): StepUpdate | undefined {
    switch (part.type) {
      case 'text-start':
      case 'reasoning-start':
        this.#start(part.type === 'text-start' ? 'text' : 'reasoning', part.id, part.providerMetadata);
        return undefined;
      case 'text-delta':
      case 'reasoning-delta': {
        const type = part.type === 'text-delta' ? 'text' : 'reasoning';
        const open = this.#open.get(type + part.id) ?? this.#start(type, part.id, undefined);
        open.text += part.delta;
        learn(open, part.providerMetadata);
        return part.delta === '' ? undefined : { type: part.type, text: part.delta };
      }
      case 'text-end':
      case 'reasoning-end': {
        const key = (part.type === 'text-end' ? 'text' : 'reasoning') + part.id;
        const open = this.#open.get(key);
        if (open !== undefined) learn(open, part.providerMetadata);
        this.#open.delete(key);
        return undefined;
      }
      case 'tool-input-start':
        return { type: 'tool-call-started', callId: part.id, tool: part.toolName };
      case 'tool-input-delta':
        return { type: 'tool-call-delta', callId: part.id, text: part.delta };
      case 'tool-call':
        if (part.providerExecuted !== true) this.#calls.push(part);
        return undefined;
      case 'response-metadata':
        this.#modelId = part.modelId ?? this.#modelId;
        return undefined;
      case 'finish':
        this.#finish = part.finishReason;
        this.#usage = part.usage;
        return undefined;
      case 'tool-input-end':
      case 'tool-approval-request':
      case 'tool-result':
      case 'custom':
      case 'file':
      case 'reasoning-file':
      case 'source':
      case 'stream-start':
      case 'ping':
      case 'raw':
      case 'error':
        return undefined;
    }
  }

  /** The whole answer; or why what came is none. */
  answer(): Answer | { failure: IncompleteAnswer } {
    const finish = this.#finish;
    // Without its last words a stream was cut, also when the connection was closed in good order.
    if (finish === undefined || finish.unified === 'error' || finish.unified === 'interrupted' || (finish.unified === 'other' && finish.raw === undefined)) return { failure: new IncompleteAnswer('cut') };
    const atLimit = finish.unified === 'length';
    const parts = [...this.#parts, ...this.#calls.map((call) => readCall(call, atLimit))].filter((part) => part.type === 'tool-call' || part.text !== '' || part.provider !== undefined);
    const says = parts.some((part) => part.type === 'tool-call' || (part.type === 'text' && part.text.trim() !== ''));
    if (!says && finish.unified === 'content-filter') return { failure: new IncompleteAnswer('refused') };
    if (!says && !atLimit) return { failure: new IncompleteAnswer('empty') };
    const calls = this.#calls.length > 0 && finish.unified !== 'length';
    return { parts, finish: calls ? 'tool-calls' : finish.unified, usage: readUsage(this.#usage), modelId: this.#modelId };
  }

  #start(type: 'text' | 'reasoning', id: string, facts: ProviderFacts | undefined): Extract<AnswerPart, { text: string }> {
    const part: Extract<AnswerPart, { text: string }> = { type, text: '' };
    learn(part, facts);
    this.#parts.push(part);
    this.#open.set(type + id, part);
    return part;
  }
}

/** Later facts complete earlier ones: a signature comes at the end of the thinking that it signs. */
function learn(part: { provider?: ProviderFacts }, facts: ProviderFacts | undefined): void {
  if (facts === undefined) return;
  part.provider ??= {};
  for (const [provider, values] of Object.entries(facts)) part.provider[provider] = { ...part.provider[provider], ...values };
}

function readCall(call: LanguageModelV4ToolCall, atLimit: boolean): ToolCallAnswer {
  const { toolCallId: callId, toolName: tool, providerMetadata: provider } = call;
  const facts = provider === undefined ? {} : { provider };
  const input = parseInput(call.input, atLimit);
  return 'invalid' in input ? { type: 'tool-call', callId, tool, input: call.input, invalid: input.invalid, ...facts } : { type: 'tool-call', callId, tool, input: input.value, ...facts };
}

function parseInput(text: string, atLimit: boolean): { value: object } | { invalid: string } {
  if (text.trim() === '') return { value: {} };
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { value };
    return { invalid: 'The input is not a JSON object. Call the tool again with an object that has the named fields.' };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    if (atLimit) return { invalid: 'The answer reached its length limit inside this call, so its input is not complete. Call the tool again with less text, in several calls.' };
    return { invalid: `The input is not valid JSON (${error.message}). Call the tool again with valid JSON.` };
  }
}

function readUsage(usage: LanguageModelV4Usage | undefined): Usage {
  const { inputTokens, outputTokens } = usage ?? {};
  const cachedInput = inputTokens?.cacheRead ?? 0;
  const cacheWrite = inputTokens?.cacheWrite ?? 0;
  return {
    input: inputTokens?.total ?? (inputTokens?.noCache ?? 0) + cachedInput + cacheWrite,
    cachedInput,
    cacheWrite,
    output: outputTokens?.total ?? (outputTokens?.text ?? 0) + (outputTokens?.reasoning ?? 0),
    reasoning: outputTokens?.reasoning ?? 0,
  };
}
