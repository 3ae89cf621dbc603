import type { Catalog } from './catalog.ts';
import { defaultFacts, type ModelFacts, type ModelOverrides } from './model-facts.ts';
import type { ProviderSettings } from './providers/provider-settings.ts';

/** The facts of a model: defaults, then the catalog, then what configurations say, the last one winning. */
export function findFacts(catalog: Catalog, { provider, model, overrides }: { provider: ProviderSettings; model: string; overrides: (ModelOverrides | undefined)[] }): ModelFacts {
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
