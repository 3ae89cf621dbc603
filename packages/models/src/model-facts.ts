import { z } from 'zod';
import type { Catalog } from './catalog.ts';
import type { ProviderSettings } from './providers/provider-settings.ts';

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

/** The facts of a model: defaults, then the catalog, then what configurations say, the last one winning. */
export function modelFacts(catalog: Catalog, { provider, model, overrides }: { provider: ProviderSettings; model: string; overrides: (ModelOverrides | undefined)[] }): ModelFacts {
  const found = catalog.find(provider, model);
  // What Ollama gives a model is its own setting, mostly far below what the model could read.
  const window = found === undefined ? defaultFacts.window : provider.kind === 'ollama' ? Math.min(found.model.window, defaultFacts.window) : found.model.window;
  const facts: ModelFacts = {
    ...defaultFacts,
    ...(found !== undefined && { window, outputLimit: found.model.output, price: found.exact ? found.model.price : undefined, abilities: found.model.abilities, known: true }),
    fim: catalog.fimTemplate(model),
  };
  for (const given of overrides) {
    if (given === undefined) continue;
    const { window, outputLimit, price, abilities, fim } = given;
    Object.assign(facts, without({ window, outputLimit, price, abilities, fim }));
  }
  return facts;
}

function without(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
