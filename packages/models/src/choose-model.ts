import type { Catalog } from './catalog.ts';
import type { ModelEntry } from './model-entry.ts';
import { nearest } from './nearest.ts';
import type { ResolvedModel } from './resolved-model.ts';
import type { ProviderSettings } from './providers/provider-settings.ts';

/** Why no model was chosen, as a sentence that says what to do. `final`: asking servers for their models would not help. */
export interface Problem {
  problem: string;
  final: boolean;
}

export interface Choice {
  providers: ProviderSettings[];
  catalog: Catalog;
  list(): ModelEntry[];
  open(provider: ProviderSettings, model: string, reason: string): ResolvedModel;
  /** The configuration's `model`, and where it stands. */
  wanted: string | undefined;
  wantedBy: string;
}

/** The configuration's model, then one that the environment names, then the first provider's usual one. */
export function chooseDefault(choice: Choice): ResolvedModel | Problem {
  if (choice.wanted !== undefined) return findModel(choice.wanted, choice, `it is the "model" of ${choice.wantedBy}`);
  for (const provider of choice.providers) {
    if (provider.chosenModel !== undefined) return choice.open(provider, provider.chosenModel, `the environment names it for ${provider.name}`);
  }
  for (const provider of choice.providers) {
    const configured = Object.keys(provider.models)[0];
    if (configured !== undefined) return choice.open(provider, configured, `it is the first model of ${provider.name} in ${provider.source}`);
    const usual = choice.catalog.defaultModel(provider);
    if (usual !== undefined) return choice.open(provider, usual, `${provider.source} gives ${provider.name}, and it is the usual choice there`);
    const first = choice.list().find((entry) => entry.provider === provider.name);
    if (first !== undefined) return choice.open(provider, first.model, `it is the first model that ${provider.name} (${provider.source}) offers`);
  }
  const server = choice.providers.find((provider) => provider.kind !== 'scripted');
  if (server !== undefined) return { problem: `${server.name} at ${server.baseUrl} names no model. Name one with --model ${server.name}/<model>${server.name === 'openai' ? ' or OPENAI_MODEL' : ''}.`, final: false };
  return {
    problem: 'No model is set up. Set OPENAI_API_KEY, ANTHROPIC_API_KEY or GEMINI_API_KEY, or OPENAI_BASE_URL and OPENAI_MODEL for a server of your own, or start Ollama; "atelier demo" shows the work without a model.',
    final: false,
  };
}

/** `provider/model` with a provider that is set up, or a bare name that one provider has. */
export function findModel(name: string, choice: Choice, reason: string): ResolvedModel | Problem {
  const { providers } = choice;
  const slash = name.indexOf('/');
  const named = slash > 0 ? providers.find((provider) => provider.name === name.slice(0, slash)) : undefined;
  if (named !== undefined) {
    const model = name.slice(slash + 1);
    if (model === '') return { problem: `"${name}" names no model. Write ${named.name}/<model>.`, final: true };
    return choice.open(named, model, reason);
  }
  const entries = choice.list();
  const bare = entries.filter((entry) => entry.model === name);
  const only = bare[0];
  if (only !== undefined && bare.length === 1) return open(only, choice, reason);
  if (bare.length > 1) return { problem: `"${name}" is served by ${bare.map((entry) => entry.provider).join(' and ')}. Say which: ${bare.map((entry) => entry.id).join(' or ')}.`, final: true };
  return unknown(name, slash > 0 ? name.slice(0, slash) : undefined, choice, { entries, reason });
}

function open(entry: ModelEntry, choice: Choice, reason: string): ResolvedModel | Problem {
  const provider = choice.providers.find((provider) => provider.name === entry.provider);
  return provider === undefined ? { problem: `${entry.provider} is not set up.`, final: true } : choice.open(provider, entry.model, reason);
}

const variables: Record<string, string> = { openai: 'OPENAI_API_KEY', anthropic: 'ANTHROPIC_API_KEY', google: 'GEMINI_API_KEY', ollama: 'OLLAMA_HOST' };

function unknown(name: string, prefix: string | undefined, choice: Choice, { entries, reason }: { entries: ModelEntry[]; reason: string }): ResolvedModel | Problem {
  const close = nearest(name, [...entries.map((entry) => entry.id), ...entries.map((entry) => entry.model)]);
  const suggestion = close === undefined ? '' : ` Did you mean ${close}?`;
  const variable = prefix === undefined ? undefined : variables[prefix];
  if (prefix !== undefined && variable !== undefined) {
    return { problem: `${prefix} is not set up: set ${variable}${prefix === 'ollama' ? ' or start Ollama' : ` or run "atelier config set providers.${prefix}.apiKey"`}.`, final: prefix !== 'ollama' };
  }
  // A server that is alone and has models of its own takes any name; what it does not have, it will say itself.
  const alone = choice.providers.filter((provider) => provider.kind !== 'scripted');
  const server = alone[0];
  if (server !== undefined && alone.length === 1 && close === undefined && (server.kind === 'openai-compatible' || server.kind === 'ollama')) return choice.open(server, name, reason);
  const prefixes = nearest(prefix ?? '', choice.providers.map((provider) => provider.name));
  const provider = prefix !== undefined && prefixes !== undefined && suggestion === '' ? ` Did you mean the provider ${prefixes}?` : '';
  return { problem: `There is no model "${name}".${suggestion}${provider} "atelier models" lists those that are there.`, final: false };
}
