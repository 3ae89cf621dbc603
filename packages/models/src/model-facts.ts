import { z } from 'zod';

/** US dollars for a million tokens. */
export const Price = z.strictObject({
  input: z.number().nonnegative(),
  cachedInput: z.number().nonnegative().optional(),
  cacheWrite: z.number().nonnegative().optional(),
  output: z.number().nonnegative(),
});
export type Price = z.infer<typeof Price>;

export const Ability = z.enum(['tools', 'images', 'reasoning']);
export type Ability = z.infer<typeof Ability>;

/** How a prompt for fill-in-the-middle is written; `{prefix}` and `{suffix}` stand for the code around the cursor. */
export const FimTemplate = z.strictObject({ prompt: z.string(), stop: z.array(z.string()) });
export type FimTemplate = z.infer<typeof FimTemplate>;

/** What a configuration may say about a model; it wins over the catalog. */
export const ModelOverrides = z.strictObject({
  window: z.number().int().positive().describe('Tokens that the model can read and write in one request.').optional(),
  outputLimit: z.number().int().positive().describe('Tokens that one answer may have.').optional(),
  price: Price.describe('US dollars for a million tokens.').optional(),
  abilities: z.array(Ability).optional(),
  fim: FimTemplate.describe('How a fill-in-the-middle prompt is written.').optional(),
  temperature: z.number().min(0).max(2).optional(),
  reasoningEffort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']).optional(),
});
export type ModelOverrides = z.infer<typeof ModelOverrides>;

/** What is known about a model. */
export interface ModelFacts {
  /** Tokens that it can read and write in one request. */
  window: number;
  /** Tokens that one answer may have. */
  outputLimit: number;
  price: Price | undefined;
  abilities: Ability[];
  fim: FimTemplate | undefined;
  /** False: not in the catalog, so window and output limit are the conservative defaults or the configuration's. */
  known: boolean;
}

/** Stated for every model that the catalog does not know, and kept small so that a request is not refused. */
export const defaultFacts: ModelFacts = { window: 32_768, outputLimit: 4_096, price: undefined, abilities: ['tools'], fim: undefined, known: false };
