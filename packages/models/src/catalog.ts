import bundled from './catalog.json' with { type: 'json' };
import type { Ability, FimTemplate, Price } from './model-facts.ts';
import type { ProviderSettings } from './providers/provider-settings.ts';

/** What the file says of a model. */
export interface CatalogModel {
  window: number;
  output: number;
  price?: Price;
  abilities: Ability[];
}

/** The file: models by vendor and name, the usual choice of each vendor, and how fill-in-the-middle is prompted. */
export interface CatalogFile {
  updated: string;
  source: string;
  /** The model that is used where only a key is given. */
  defaults: Record<string, string>;
  models: Record<string, Record<string, CatalogModel>>;
  fim: { match: string; template: FimTemplate }[];
}

/** What is known about models in general. */
export interface Catalog {
  readonly updated: string;
  modelsOf(provider: ProviderSettings): string[];
  defaultModel(provider: ProviderSettings): string | undefined;
  /** `exact`: served by its own vendor, so that the prices hold. */
  find(provider: ProviderSettings, model: string): { model: CatalogModel; exact: boolean } | undefined;
  fimTemplate(model: string): FimTemplate | undefined;
}

export function createCatalog(file: CatalogFile): Catalog {
  const vendorOf = (provider: ProviderSettings): string | undefined => {
    switch (provider.kind) {
      case 'openai':
      case 'openai-responses':
        return 'openai';
      case 'anthropic':
      case 'google':
        return provider.kind;
      case 'openai-compatible':
        return hosts.find(([host]) => new URL(provider.baseUrl).hostname === host)?.[1];
      case 'ollama':
      case 'scripted':
        return undefined;
    }
  };
  const templates = file.fim.map(({ match, template }) => ({ match: new RegExp(match, 'i'), template }));
  return {
    updated: file.updated,
    modelsOf: (provider) => Object.keys(file.models[vendorOf(provider) ?? ''] ?? {}),
    defaultModel: (provider) => file.defaults[vendorOf(provider) ?? ''],
    find(provider, model) {
      const vendor = vendorOf(provider);
      const own = vendor === undefined ? undefined : lookUp(file.models[vendor] ?? {}, model);
      if (own !== undefined) return { model: own, exact: true };
      if (provider.kind === 'scripted') return undefined;
      for (const models of Object.values(file.models)) {
        const other = lookUp(models, model);
        if (other !== undefined) return { model: other, exact: false };
      }
      return undefined;
    },
    fimTemplate: (model) => templates.find(({ match }) => match.test(model))?.template,
  };
}

/** Vendors whose own API is a compatible one. */
const hosts: [host: string, vendor: string][] = [
  ['api.mistral.ai', 'mistral'],
  ['codestral.mistral.ai', 'mistral'],
  ['api.deepseek.com', 'deepseek'],
  ['api.x.ai', 'xai'],
  ['dashscope-intl.aliyuncs.com', 'qwen'],
  ['dashscope.aliyuncs.com', 'qwen'],
];

/** By its name; without a gateway's prefix (`anthropic/claude-…`), a date (`-2025-08-07`, `-20250929`) or `-latest`. */
function lookUp(models: Record<string, CatalogModel>, name: string): CatalogModel | undefined {
  const base = name.slice(name.lastIndexOf('/') + 1).toLowerCase();
  const plain = base.replace(/[:@].*$/, '').replace(/-(\d{4}-\d{2}-\d{2}|\d{8}|latest)$/, '');
  return models[name] ?? models[base] ?? models[plain];
}

/** The catalog that is shipped. Its form is checked by a test, not at every start. */
export function bundledCatalog(): Catalog {
  return createCatalog(bundled as CatalogFile);
}
