import { z } from 'zod';
import type { CatalogFile, CatalogModel } from './catalog.ts';
import { Ability, FimTemplate, Price } from './model-facts.ts';

/** What is read of models.dev's `api.json`: providers, and in each the models that it serves itself. */
export type PublicModels = Record<string, { models: Record<string, PublicModel> }>;

interface PublicModel {
  tool_call?: boolean | undefined;
  reasoning?: boolean | undefined;
  status?: string | undefined;
  modalities?: { input: string[]; output: string[] } | undefined;
  cost?: { input: number; output: number; cache_read?: number | undefined; cache_write?: number | undefined } | undefined;
  limit: { context: number; output: number };
}

/** Reads `api.json`. Throws a ZodError that names what is not as expected. */
export function parsePublicModels(text: string): PublicModels {
  const model = z.object({
    tool_call: z.boolean().optional(),
    reasoning: z.boolean().optional(),
    status: z.string().optional(),
    modalities: z.object({ input: z.array(z.string()), output: z.array(z.string()) }).optional(),
    cost: z.object({ input: z.number(), output: z.number(), cache_read: z.number().optional(), cache_write: z.number().optional() }).optional(),
    limit: z.object({ context: z.number(), output: z.number() }),
  });
  return z.record(z.string(), z.object({ models: z.record(z.string(), model) })).parse(JSON.parse(text));
}

/** Reads a catalog and checks its form. Throws a ZodError that names what is wrong. */
export function parseCatalog(text: string): CatalogFile {
  const model = z.strictObject({ window: z.number().int().positive(), output: z.number().int().positive(), price: Price.optional(), abilities: z.array(Ability) });
  const file = z.strictObject({
    updated: z.string(),
    source: z.string(),
    defaults: z.record(z.string(), z.string()),
    models: z.record(z.string(), z.record(z.string(), model)),
    fim: z.array(z.strictObject({ match: z.string(), template: FimTemplate })),
  });
  return file.parse(JSON.parse(text)) as CatalogFile; // zod types absent fields as `undefined`
}

/** Our vendors by the names that they have there. */
const vendors: Record<string, string> = { openai: 'openai', anthropic: 'anthropic', google: 'google', mistral: 'mistral', deepseek: 'deepseek', xai: 'xai', alibaba: 'qwen', moonshotai: 'moonshot', llama: 'meta', zhipuai: 'zhipu', minimax: 'minimax' };

export interface Refreshed {
  file: CatalogFile;
  added: string[];
  changed: string[];
}

/**
 * The catalog with the public source's facts: models that can call tools and answer in text, without those that only add
 * a date to another's name. What the source does not know stays as it is; the usual choices and the templates are ours.
 */
export function mergeCatalog(file: CatalogFile, source: PublicModels, { updated, from }: { updated: string; from: string }): Refreshed {
  const models: CatalogFile['models'] = Object.fromEntries(Object.entries(file.models).map(([vendor, known]) => [vendor, { ...known }]));
  const added: string[] = [];
  const changed: string[] = [];
  for (const [id, provider] of Object.entries(source)) {
    const vendor = vendors[id];
    if (vendor === undefined) continue;
    const known = (models[vendor] ??= {});
    for (const [name, found] of Object.entries(provider.models)) {
      const plain = name.replace(/-(\d{4}-\d{2}-\d{2}|\d{8}|latest)$/, '');
      const dated = plain !== name && (plain in provider.models || plain in known);
      if (!isUsable(found) || dated) continue;
      const before = known[name];
      const after = readModel(found);
      known[name] = after;
      if (before === undefined) added.push(`${vendor}/${name}`);
      else if (JSON.stringify(before) !== JSON.stringify(after)) changed.push(`${vendor}/${name}`);
    }
  }
  return { file: { ...file, updated, source: from, models }, added, changed };
}

function isUsable(model: PublicModel): boolean {
  const { input = ['text'], output = ['text'] } = model.modalities ?? {};
  return model.tool_call === true && model.status !== 'deprecated' && input.includes('text') && output.length === 1 && output[0] === 'text' && model.limit.context > model.limit.output && model.limit.output > 0;
}

function readModel({ limit, cost, reasoning, modalities }: PublicModel): CatalogModel {
  const abilities: Ability[] = ['tools', ...(modalities?.input.includes('image') === true ? (['images'] as const) : []), ...(reasoning === true ? (['reasoning'] as const) : [])];
  const price = cost === undefined ? undefined : { input: cost.input, ...(cost.cache_read !== undefined && { cachedInput: cost.cache_read }), ...(cost.cache_write !== undefined && { cacheWrite: cost.cache_write }), output: cost.output };
  return { window: limit.context, output: limit.output, ...(price !== undefined && { price }), abilities };
}

/** The file's text: one model a line, so that a refresh is a readable difference. */
export function writeCatalog({ updated, source, defaults, models, fim }: CatalogFile): string {
  const lines = (values: Record<string, unknown>): string => Object.entries(values).map(([name, value]) => `      ${JSON.stringify(name)}: ${JSON.stringify(value)}`).join(',\n');
  const vendors = Object.entries(models).map(([vendor, values]) => `    ${JSON.stringify(vendor)}: {\n${lines(values)}\n    }`);
  return `{
  "updated": ${JSON.stringify(updated)},
  "source": ${JSON.stringify(source)},
  "defaults": ${JSON.stringify(defaults)},
  "models": {
${vendors.join(',\n')}
  },
  "fim": [
${fim.map((entry) => `    ${JSON.stringify(entry)}`).join(',\n')}
  ]
}
`;
}
