/** What only the provider understands and wants back unchanged: signatures, encrypted reasoning, item ids. */
export type ProviderFacts = Record<string, Record<string, unknown>>;

/** One piece of a finished answer, in the order in which the model said them. The same shape as a thread's `StepPart`. */
export type AnswerPart =
  | { type: 'text'; text: string; provider?: ProviderFacts }
  | { type: 'reasoning'; text: string; provider?: ProviderFacts }
  | ToolCallAnswer;

/** `callId` is the provider's. `invalid` says why the input is not usable; then `input` is the text as it came. */
export interface ToolCallAnswer {
  type: 'tool-call';
  callId: string;
  tool: string;
  input: unknown;
  invalid?: string;
  provider?: ProviderFacts;
}

/** Tokens. `input` counts cached tokens too, `output` counts reasoning tokens too. */
export interface Usage {
  input: number;
  cachedInput: number;
  cacheWrite: number;
  output: number;
  reasoning: number;
}

export type FinishReason = 'stop' | 'tool-calls' | 'length' | 'content-filter' | 'other';

/** What `streamStep` yields. Exactly one `done` or `failed` comes, and it comes last. */
export type StepUpdate =
  | { type: 'text-delta'; text: string }
  | { type: 'reasoning-delta'; text: string }
  | { type: 'tool-call-started'; callId: string; tool: string }
  | { type: 'tool-call-delta'; callId: string; text: string }
  /** What was streamed so far is void: the answer broke off and is asked for again in `waitMs`. */
  | { type: 'restart'; attempt: number; reason: string; waitMs: number }
  /** Nothing was streamed yet; asked again in `waitMs`. `attempt` is the number of the attempt to come. */
  | { type: 'waiting'; attempt: number; reason: string; waitMs: number }
  | StepDone
  | { type: 'failed'; error: StepError; attempts: number; durationMs: number };

export interface StepDone {
  type: 'done';
  parts: AnswerPart[];
  finish: FinishReason;
  usage: Usage;
  /** Undefined where the model's prices are not known. */
  costUsd: number | undefined;
  /** The model as the provider named it in its answer. */
  modelId: string;
  attempts: number;
  durationMs: number;
}

export type StepErrorCode =
  | 'auth'
  | 'rate-limited'
  | 'overloaded'
  | 'timeout'
  | 'context-overflow'
  | 'cut'
  | 'bad-request'
  | 'not-found'
  | 'connection'
  | 'aborted'
  | 'empty'
  | 'refused'
  | 'unknown';

/** Why a step failed. `message` says what happened and what to do; secrets are masked in it. */
export interface StepError {
  code: StepErrorCode;
  message: string;
  /** Whether trying again later may help. */
  retryable: boolean;
  status?: number;
}
