import type { LanguageModelV4, SharedV4ProviderOptions } from '@ai-sdk/provider';
import type { ModelFacts } from './model-facts.ts';
import type { ProviderKind, ReasoningEffort } from './models-config.ts';
import type { RetryLimits } from './step/retry-limits.ts';

/** A model that was chosen, with everything that is needed to call it. Choosing it used no network and no provider package. */
export interface ResolvedModel {
  /** `provider/model`. */
  readonly id: string;
  readonly provider: string;
  readonly model: string;
  readonly kind: ProviderKind;
  readonly baseUrl: string;
  readonly facts: ModelFacts;
  /** Why this model: a sentence. */
  readonly reason: string;
  /** It is a script and no model: said on every screen and in every event. */
  readonly scripted: boolean;
  /** Where its key comes from, or what to do to give it one. */
  readonly keyHint: string;
  readonly limits: RetryLimits;
  /** Loads the provider's package and opens the model; the same one every time. */
  languageModel(): Promise<LanguageModelV4>;
  /** Has `onByte` called whenever something comes over the wire for the call with this signal. */
  watch(signal: AbortSignal, onByte: () => void): void;
  callOptions(cacheKey?: string): CallOptions;
  /** Masks the secrets that are known in a text. */
  redact(text: string): string;
}

export interface CallOptions {
  temperature?: number;
  reasoning?: ReasoningEffort;
  providerOptions?: SharedV4ProviderOptions;
  headers?: Record<string, string>;
  /** Only where the configuration states one. */
  maxOutputTokens?: number;
}
