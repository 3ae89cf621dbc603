import { z } from 'zod';
import { Id } from './ids.ts';
import { LongText } from './long-text.ts';

/** What a person attached or wrote. */
export const MessagePart = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: LongText }),
  z.object({ type: z.literal('file'), path: z.string(), text: LongText.optional() }),
  z.object({ type: z.literal('selection'), path: z.string(), startLine: z.number().int(), endLine: z.number().int(), text: LongText }),
  z.object({ type: z.literal('image'), mediaType: z.string(), blob: z.string(), name: z.string().optional() }),
]);
export type MessagePart = z.infer<typeof MessagePart>;

/** What only the provider understands and wants back unchanged: signatures, encrypted reasoning, item ids. */
export const ProviderFacts = z.record(z.string(), z.record(z.string(), z.unknown()));
export type ProviderFacts = z.infer<typeof ProviderFacts>;

/** One tool call that a model asked for. `callId` is ours, unique in the thread. */
export const ToolCallPart = z.object({
  type: z.literal('tool-call'),
  callId: Id,
  tool: z.string(),
  /** The input as JSON; for a malformed call the text as it came. */
  input: z.unknown(),
  /** Why the call cannot be made: input that is not JSON. */
  invalid: z.string().optional(),
  provider: ProviderFacts.optional(),
});
export type ToolCallPart = z.infer<typeof ToolCallPart>;

/** What a model said in one step. */
export const StepPart = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: LongText, provider: ProviderFacts.optional() }),
  z.object({ type: z.literal('reasoning'), text: LongText, provider: ProviderFacts.optional() }),
  ToolCallPart,
]);
export type StepPart = z.infer<typeof StepPart>;

/** Tokens of one or more model calls. `input` counts cached tokens too, `output` counts reasoning tokens too. */
export const Usage = z.object({
  input: z.number().nonnegative(),
  cachedInput: z.number().nonnegative(),
  cacheWrite: z.number().nonnegative().optional(),
  output: z.number().nonnegative(),
  reasoning: z.number().nonnegative(),
});
export type Usage = z.infer<typeof Usage>;

export const PlanItem = z.object({ text: z.string(), status: z.enum(['open', 'active', 'done', 'dropped']) });
export type PlanItem = z.infer<typeof PlanItem>;
