import { z } from 'zod';
import type { ScriptedFile } from './script.ts';

const usage = z.strictObject({ input: z.number(), cachedInput: z.number(), cacheWrite: z.number(), output: z.number(), reasoning: z.number() }).partial();
const toolCall = z.strictObject({ name: z.string(), input: z.unknown(), rawInput: z.string().optional(), id: z.string().optional() });
const answer = z.strictObject({
  reasoning: z.string().optional(),
  text: z.string().optional(),
  toolCalls: z.array(toolCall).optional(),
  usage: usage.optional(),
  finish: z.enum(['stop', 'tool-calls', 'length', 'content-filter']).optional(),
  delayMs: z.number().optional(),
  deltaDelayMs: z.number().optional(),
  deltaSize: z.number().int().positive().optional(),
  chunkBytes: z.union([z.number().int().positive(), z.array(z.number().int().positive()).min(1)]).optional(),
  status: z.number().int().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  message: z.string().optional(),
  body: z.string().optional(),
  cutAfter: z.union([z.number().int(), z.literal('tool-call')]).optional(),
  cutAfterBytes: z.number().int().optional(),
  endAfter: z.number().int().optional(),
  hang: z.union([z.literal(true), z.number().int()]).optional(),
  streamError: z.strictObject({ after: z.number(), kind: z.string(), message: z.string() }).partial().optional(),
});
const step = answer.extend({ when: z.string().optional(), repeat: z.boolean().optional(), faults: z.array(answer).optional() });
const file = z.strictObject({ steps: z.array(step), order: z.enum(['sequence', 'conversation']).optional(), models: z.array(z.string()).optional() });

/** Reads a script in its JSON form: a list of steps, or an object with `steps`. Throws an Error that names the field. */
export function parseScript(text: string): ScriptedFile {
  const parsed = z.union([z.array(step).transform((steps) => ({ steps })), file]).safeParse(JSON.parse(text));
  if (!parsed.success) throw new Error(`The script is not usable. ${z.prettifyError(parsed.error)}`);
  return parsed.data as ScriptedFile; // zod types absent fields as `undefined`, the script's types leave them out
}
