import type { LanguageModelV4FunctionTool, LanguageModelV4Prompt } from '@ai-sdk/provider';
import type { ResolvedModel } from '../resolved-model.ts';
import type { RetryLimits } from './retry-limits.ts';

/** What a model is asked in one step, and what asking it needs. */
export interface StepRequest {
  model: ResolvedModel;
  prompt: LanguageModelV4Prompt;
  tools: LanguageModelV4FunctionTool[];
  /** Not sent to compatible servers: they get a limit only where the configuration states one. */
  maxOutputTokens?: number;
  /** Groups requests with the same beginning (a thread's id), so that providers route them to the same cache. */
  cacheKey?: string;
  signal: AbortSignal;
  now: () => number;
  /** Resolves after `ms`; rejects when the signal is aborted. */
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** 0 to 1, for the jitter of waits. */
  random: () => number;
  limits?: Partial<RetryLimits> & { idleMs?: number };
}
