import type { ModelsConfig, ProjectModelsConfig, ProviderConfig } from '../models-config.ts';
import { normalizeBaseUrl } from './base-url.ts';
import { environmentProviders, keyFrom, settings, type Environment, type Keys } from './environment-providers.ts';
import { defaultBaseUrls, type ProviderSettings } from './provider-settings.ts';

export interface ProviderSources {
  environment: Environment;
  config: ModelsConfig;
  projectConfig: ProjectModelsConfig;
  keys: Keys;
}

const usualVariables: Record<string, string[]> = {
  openai: ['OPENAI_API_KEY'],
  anthropic: ['ANTHROPIC_API_KEY'],
  google: ['GOOGLE_GENERATIVE_AI_API_KEY', 'GEMINI_API_KEY'],
};

/**
 * All providers that can be called, the configuration's first, and in words what was left out and why. The
 * configuration's settings of a provider win over those of the environment with the same name.
 */
export function collectProviders({ environment, config, projectConfig, keys }: ProviderSources): { providers: ProviderSettings[]; notes: string[] } {
  const providers = new Map<string, ProviderSettings>();
  const { providers: fromEnvironment, notes } = environmentProviders(environment, keys);
  for (const [name, given] of Object.entries(config.providers ?? {})) {
    providers.set(name, configured(name, given, { environment, keys, sibling: fromEnvironment.find((provider) => provider.name === name) }));
  }
  for (const provider of fromEnvironment) if (!providers.has(provider.name)) providers.set(provider.name, provider);
  for (const [name, given] of Object.entries(projectConfig.providers ?? {})) {
    const refusal = refuseProject(name, given, providers);
    if (refusal === undefined) providers.set(name, { ...configured(name, given, { environment: {}, keys: {}, sibling: undefined }), source: 'atelier.json' });
    else notes.push(refusal);
  }
  return { providers: [...providers.values()], notes };
}

function configured(name: string, given: ProviderConfig, { environment, keys, sibling }: { environment: Environment; keys: Keys; sibling: ProviderSettings | undefined }): ProviderSettings {
  const read = (variable: string): string | undefined => environment[variable]?.trim() || undefined;
  const variable = typeof given.apiKey === 'object' ? given.apiKey.env : given.apiKey?.startsWith('$') === true ? given.apiKey.slice(1).replace(/^\{(.*)\}$/, '$1') : undefined;
  // A usual variable's key belongs to the usual host: it is not sent to another one that the configuration names.
  const usual = given.baseUrl === undefined || sibling?.baseUrl === normalizeBaseUrl(given.kind, given.baseUrl) ? (usualVariables[name] ?? []) : [];
  const key =
    variable !== undefined
      ? keyFrom(name, [variable], read, keys)
      : typeof given.apiKey === 'string'
        ? { value: given.apiKey, hint: `it stands in the configuration under providers.${name}.apiKey` }
        : keyFrom(name, usual, read, keys);
  const baseUrl = normalizeBaseUrl(given.kind, given.baseUrl ?? sibling?.baseUrl ?? defaultBaseUrls[given.kind]);
  return settings({
    name,
    kind: given.kind,
    baseUrl,
    apiKey: key.value,
    headers: given.headers ?? {},
    models: given.models ?? {},
    source: 'the configuration',
    keyHint: key.hint,
    chosenModel: sibling?.chosenModel,
    script: given.script,
  });
}

/** A project's file comes with code of others: it may not choose where keys and code are sent. */
function refuseProject(name: string, given: ProviderConfig, known: Map<string, ProviderSettings>): string | undefined {
  const where = `providers.${name} in atelier.json is left out`;
  if (known.has(name)) return `${where}: your own configuration has a provider of that name.`;
  if (given.apiKey !== undefined || given.headers !== undefined) return `${where}: a project may not bring keys or headers. Put it into your own configuration.`;
  if (given.kind !== 'scripted' && !isLoopback(given.baseUrl ?? defaultBaseUrls[given.kind])) return `${where}: a project may name providers on this machine only. Put it into your own configuration.`;
  return undefined;
}

function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
}
