import type { LanguageModelV4 } from '@ai-sdk/provider';
import { type Catalog, bundledCatalog } from './catalog.ts';
import { chooseDefault, findModel, type Problem } from './choose-model.ts';
import { discoverModels } from './discover-models.ts';
import { ModelsConfig, ProjectModelsConfig, type ReasoningEffort } from './models-config.ts';
import { findFacts } from './find-facts.ts';
import type { ModelEntry } from './model-entry.ts';
import type { ModelFacts } from './model-facts.ts';
import { createRedactor } from './redact.ts';
import type { CallOptions, ResolvedModel } from './resolved-model.ts';
import type { Environment, Keys } from './providers/environment-providers.ts';
import { collectProviders } from './providers/collect-providers.ts';
import { createHttpFetch } from './providers/http-fetch.ts';
import { openLanguageModel } from './providers/open-language-model.ts';
import type { ProviderSettings } from './providers/provider-settings.ts';
import type { Script } from './scripted/script.ts';
import { defaultLimits } from './step/retry-limits.ts';

export interface LoadModelsOptions {
  environment: Environment;
  /** The person's own configuration, merged from its files; parsed with `ModelsConfig`. */
  config?: unknown;
  /** What a project's `atelier.json` says about models; not trusted with keys or hosts. */
  projectConfig?: unknown;
  /** The kept keys, by provider. */
  keys?: Keys;
  /** Default: the one that is shipped. */
  catalog?: Catalog;
  /** Default: Node's HTTP client with keep-alive, proxies from the environment and no time limits of its own. */
  fetch?: typeof globalThis.fetch;
  /** Scripts by name, for models `scripted/<name>`. */
  scripts?: Readonly<Record<string, Script>>;
}

/** The models that can be called from here. */
export interface Models {
  /** Those known without asking anybody. */
  list(): ModelEntry[];
  /** Where models can come from: names and addresses, never keys. */
  providers(): { name: string; kind: string; baseUrl: string; source: string; keyHint: string }[];
  /** What was left out of the configuration, in sentences. */
  readonly notes: readonly string[];
  /** Asks local and compatible servers for their models (Ollama on its default port too) and adds them to the list. */
  discover(signal?: AbortSignal): Promise<ModelEntry[]>;
  /** Finds a model by `provider/model` or by a bare name; without a name, the default one. Uses no network. */
  resolve(name?: string): ResolvedModel | Problem;
  /** As `resolve`, and asks the servers first where the answer depends on them. */
  choose(name: string | undefined, signal?: AbortSignal): Promise<ResolvedModel | Problem>;
  /** Masks all known secrets in a text. */
  redact(text: string): string;
}

/** Puts the models together from environment, configuration and kept keys. Throws a ZodError for a wrong configuration. */
export function loadModels(options: LoadModelsOptions): Models {
  const { environment, keys = {}, catalog = bundledCatalog(), scripts = {} } = options;
  const config: ModelsConfig = options.config === undefined ? {} : ModelsConfig.parse(options.config);
  const projectConfig: ProjectModelsConfig = options.projectConfig === undefined ? {} : ProjectModelsConfig.parse(options.projectConfig);
  const { providers, notes } = collectProviders({ environment, config, projectConfig, keys });
  if (Object.keys(scripts).length > 0 && !providers.some((provider) => provider.name === 'scripted')) providers.push(scriptedProvider());
  const redact = createRedactor(providers.flatMap(secretsOf));
  const limits = { ...defaultLimits, ...config.retries, idleMs: config.timeouts?.idleMs ?? defaultLimits.idleMs };
  const watchers = new WeakMap<AbortSignal, () => void>();
  const onByte = (signal: AbortSignal): void => watchers.get(signal)?.();
  const fetch = options.fetch === undefined ? createHttpFetch({ environment, connectMs: config.timeouts?.connectMs ?? 15_000, onByte }) : watchFetch(options.fetch, onByte);
  const found = new Map<string, ModelEntry>();
  // Opening a model builds its schemas, so each is opened once; a script goes on where it was.
  const opened = new Map<string, Promise<LanguageModelV4>>();

  function entry(provider: ProviderSettings, model: string, source: ModelEntry['source']): ModelEntry {
    const id = `${provider.name}/${model}`;
    const facts = findFacts(catalog, { provider, model, overrides: [config.models?.[id], provider.models[model], projectConfig.models?.[id]] });
    return { id, provider: provider.name, model, facts, source };
  }

  function list(): ModelEntry[] {
    const entries = providers.flatMap((provider) => [
      ...(provider.chosenModel === undefined ? [] : [entry(provider, provider.chosenModel, 'environment')]),
      ...Object.keys(provider.models).map((model) => entry(provider, model, 'configuration')),
      ...(provider.kind === 'scripted' ? Object.keys(scripts).map((name) => entry(provider, name, 'script')) : []),
      ...[...found.values()].filter((entry) => entry.provider === provider.name),
      ...catalog.modelsOf(provider).map((model) => entry(provider, model, 'catalog')),
    ]);
    return [...new Map(entries.toReversed().map((entry) => [entry.id, entry])).values()].toReversed();
  }

  function open(provider: ProviderSettings, model: string, reason: string): ResolvedModel {
    const { id, facts } = entry(provider, model, 'configuration');
    const overrides = { ...config.models?.[id], ...provider.models[model], ...projectConfig.models?.[id] };
    return {
      id,
      provider: provider.name,
      model,
      kind: provider.kind,
      baseUrl: provider.baseUrl,
      facts,
      reason,
      scripted: provider.kind === 'scripted',
      keyHint: provider.keyHint,
      limits,
      redact,
      callOptions: (cacheKey) =>
        callOptions(provider, {
          temperature: overrides.temperature ?? projectConfig.temperature ?? config.temperature,
          reasoningEffort: overrides.reasoningEffort ?? projectConfig.reasoningEffort ?? config.reasoningEffort,
          outputLimit: overrides.outputLimit,
          facts,
          cacheKey,
        }),
      watch: (signal, onByte) => void watchers.set(signal, onByte),
      languageModel() {
        const known = opened.get(id) ?? openLanguageModel({ provider, model, fetch, scripts });
        opened.set(id, known);
        return known;
      },
    };
  }

  const choice = { providers, catalog, list, open, wanted: projectConfig.model ?? config.model, wantedBy: projectConfig.model === undefined ? 'the configuration' : 'atelier.json' };
  const resolve = (name?: string): ResolvedModel | Problem => (name === undefined || name === '' ? chooseDefault(choice) : findModel(name, choice, 'it was asked for'));
  const discover = async (signal?: AbortSignal): Promise<ModelEntry[]> => {
    const discovered = await discoverModels(providers, { fetch, signal });
    for (const { provider, models } of discovered) {
      if (!providers.some((known) => known.name === provider.name)) providers.push(provider);
      for (const model of models) found.set(`${provider.name}/${model}`, entry(provider, model, 'found'));
    }
    return list();
  };
  return {
    list,
    providers: () => providers.map(({ name, kind, baseUrl, source, keyHint }) => ({ name, kind, baseUrl: redact(baseUrl), source, keyHint })),
    notes,
    discover,
    resolve,
    async choose(name, signal) {
      const first = resolve(name);
      if (!('problem' in first) || first.final) return first;
      await discover(signal);
      return resolve(name);
    },
    redact,
  };
}

function scriptedProvider(): ProviderSettings {
  return { name: 'scripted', kind: 'scripted', baseUrl: 'scripted:', apiKey: undefined, headers: {}, models: {}, source: 'a script', keyHint: 'a script needs none', chosenModel: undefined, script: undefined };
}

function secretsOf(provider: ProviderSettings): string[] {
  const url = URL.canParse(provider.baseUrl) ? new URL(provider.baseUrl).password : '';
  return [provider.apiKey ?? '', url, ...Object.values(provider.headers).map((value) => value.replace(/^Bearer\s+/i, ''))];
}

interface Settings {
  temperature: number | undefined;
  reasoningEffort: ReasoningEffort | undefined;
  outputLimit: number | undefined;
  facts: ModelFacts;
  cacheKey: string | undefined;
}

function callOptions({ kind }: ProviderSettings, { temperature, reasoningEffort, outputLimit, facts, cacheKey }: Settings): CallOptions {
  const cannotReason = facts.known && !facts.abilities.includes('reasoning');
  const options: CallOptions = {
    ...(temperature !== undefined && { temperature }),
    ...(outputLimit !== undefined && { maxOutputTokens: outputLimit }),
    ...(reasoningEffort !== undefined && !cannotReason && { reasoning: reasoningEffort }),
  };
  // Nothing of a conversation is kept at the provider; reasoning comes back encrypted and is sent along instead.
  if (kind === 'openai-responses') options.providerOptions = { openai: { store: false, ...(cacheKey !== undefined && { promptCacheKey: cacheKey }) } };
  if (kind === 'openai' && cacheKey !== undefined) options.providerOptions = { openai: { promptCacheKey: cacheKey } };
  if (kind === 'google' && facts.abilities.includes('reasoning')) options.providerOptions = { google: { thinkingConfig: { includeThoughts: true } } };
  return options;
}

/** A `fetch` of the caller's, made to report what comes. */
function watchFetch(fetch: typeof globalThis.fetch, report: (signal: AbortSignal) => void): typeof globalThis.fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    const { signal } = init ?? {};
    if (response.body === null || signal === undefined || signal === null) return response;
    report(signal);
    const watched = response.body.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          report(signal);
          controller.enqueue(chunk);
        },
      }),
    );
    return new Response(watched, { status: response.status, statusText: response.statusText, headers: response.headers });
  };
}
