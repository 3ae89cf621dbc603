import { normalizeBaseUrl } from './base-url.ts';
import { defaultBaseUrls, type ProviderSettings } from './provider-settings.ts';

export type Environment = Record<string, string | undefined>;

/** Keys by provider's name, as they are kept by `openCredentials`. */
export type Keys = Readonly<Record<string, string>>;

/**
 * The providers that the usual environment variables and the kept keys give. An `OPENAI_BASE_URL` other than OpenAI's own
 * is a compatible server: chat completions, and a key only if there is one.
 */
export function environmentProviders(environment: Environment, keys: Keys): { providers: ProviderSettings[]; notes: string[] } {
  const notes: string[] = [];
  const read: Read = (name) => {
    const value = environment[name]?.trim() || undefined;
    if (value === undefined || !/_BASE_URL$|_HOST$/.test(name)) return value;
    const url = /^[a-z]+:\/\//i.test(value) || name === 'OLLAMA_HOST' ? value : `http://${value}`;
    if (URL.canParse(/^[a-z]+:\/\//i.test(url) ? url : `http://${url.startsWith(':') ? `h${url}` : url}`)) return url;
    notes.push(`${name} is left out: "${value}" is no URL. Write it like http://localhost:8000/v1.`);
    return undefined;
  };
  const providers = [openai(read, keys), anthropic(read, keys), google(read, keys), ollama(read)].filter((provider) => provider !== undefined);
  return { providers, notes };
}

type Read = (name: string) => string | undefined;

function openai(read: Read, keys: Keys): ProviderSettings | undefined {
  const base = read('OPENAI_BASE_URL');
  const key = keyFrom('openai', ['OPENAI_API_KEY'], read, keys);
  if (base === undefined && key.value === undefined) return undefined;
  const baseUrl = normalizeBaseUrl('openai', base ?? defaultBaseUrls.openai);
  const own = new URL(baseUrl).hostname === 'api.openai.com';
  const source = own ? key.source : 'OPENAI_BASE_URL';
  return settings({ name: 'openai', kind: own ? 'openai-responses' : 'openai-compatible', baseUrl, apiKey: key.value, source, keyHint: key.hint, chosenModel: read('OPENAI_MODEL') });
}

function anthropic(read: Read, keys: Keys): ProviderSettings | undefined {
  const base = read('ANTHROPIC_BASE_URL');
  const key = keyFrom('anthropic', ['ANTHROPIC_API_KEY'], read, keys);
  const token = read('ANTHROPIC_AUTH_TOKEN');
  if (base === undefined && key.value === undefined && token === undefined) return undefined;
  const baseUrl = normalizeBaseUrl('anthropic', base ?? defaultBaseUrls.anthropic);
  const headers: Record<string, string> = key.value === undefined && token !== undefined ? { authorization: `Bearer ${token}` } : {};
  return settings({ name: 'anthropic', kind: 'anthropic', baseUrl, apiKey: key.value, headers, source: base === undefined ? key.source : 'ANTHROPIC_BASE_URL', keyHint: key.hint, chosenModel: read('ANTHROPIC_MODEL') });
}

function google(read: Read, keys: Keys): ProviderSettings | undefined {
  const key = keyFrom('google', ['GOOGLE_GENERATIVE_AI_API_KEY', 'GEMINI_API_KEY'], read, keys);
  const base = read('GOOGLE_GEMINI_BASE_URL');
  if (key.value === undefined && base === undefined) return undefined;
  const baseUrl = normalizeBaseUrl('google', base ?? defaultBaseUrls.google);
  return settings({ name: 'google', kind: 'google', baseUrl, apiKey: key.value, source: base === undefined ? key.source : 'GOOGLE_GEMINI_BASE_URL', keyHint: key.hint, chosenModel: read('GEMINI_MODEL') });
}

function ollama(read: Read): ProviderSettings | undefined {
  const host = read('OLLAMA_HOST');
  if (host === undefined) return undefined;
  return settings({ name: 'ollama', kind: 'ollama', baseUrl: normalizeBaseUrl('ollama', host), source: 'OLLAMA_HOST', keyHint: 'Ollama needs none', chosenModel: read('OLLAMA_MODEL') });
}

/** Ollama where nothing says where it is. Not in the list of providers until it was found there. */
export function defaultOllama(): ProviderSettings {
  return settings({ name: 'ollama', kind: 'ollama', baseUrl: defaultBaseUrls.ollama, source: 'Ollama on its default port', keyHint: 'Ollama needs none' });
}

export function settings(given: Pick<ProviderSettings, 'name' | 'kind' | 'baseUrl' | 'source' | 'keyHint'> & Partial<ProviderSettings>): ProviderSettings {
  return { apiKey: undefined, headers: {}, models: {}, chosenModel: undefined, script: undefined, ...given };
}

/** The environment wins over a kept key: it is nearer to the call. */
export function keyFrom(provider: string, names: string[], read: Read, keys: Keys): { value: string | undefined; source: string; hint: string } {
  for (const name of names) {
    const value = read(name);
    if (value !== undefined) return { value, source: name, hint: `it comes from ${name}` };
  }
  const kept = keys[provider];
  if (kept !== undefined) return { value: kept, source: 'the kept keys', hint: `it was kept with "atelier config set providers.${provider}.apiKey"` };
  const set = names[0] === undefined ? '' : `set ${names[0]} or `;
  return { value: undefined, source: 'no key', hint: `there is none; ${set}run "atelier config set providers.${provider}.apiKey"` };
}
