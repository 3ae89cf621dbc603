import type { ProviderKind } from '../models-config.ts';

/**
 * The base URL as the provider's package wants it, from the ways in which people write it: Anthropic's own tools take it
 * without `/v1`, others with it; Gemini with and without `/v1beta`; Ollama as `host`, `host:port` or URL.
 */
export function normalizeBaseUrl(kind: ProviderKind, text: string): string {
  const trimmed = text.trim().replace(/\/+$/, '');
  switch (kind) {
    case 'anthropic':
      return /\/v\d+$/.test(trimmed) ? trimmed : `${trimmed}/v1`;
    case 'google':
      return /\/v\d+(alpha|beta)?$/.test(trimmed) ? trimmed : `${trimmed}/v1beta`;
    case 'ollama':
      return ollamaUrl(trimmed);
    case 'openai':
    case 'openai-responses':
    case 'openai-compatible':
    case 'scripted':
      return trimmed;
  }
}

/** Root of Ollama's server; its OpenAI-compatible API lies under `/v1`. */
function ollamaUrl(text: string): string {
  const host = text.replace(/\/v1$/, '');
  const url = new URL(/^[a-z]+:\/\//i.test(host) ? host : `http://${host.startsWith(':') ? `127.0.0.1${host}` : host}`);
  const explicitPort = /:\d+(\/|$)/.test(host.replace(/^[a-z]+:\/\//i, ''));
  if (!explicitPort && url.protocol === 'http:') url.port = '11434';
  if (url.hostname === '0.0.0.0') url.hostname = '127.0.0.1'; // what a server listens on is nothing to connect to
  return url.href.replace(/\/+$/, '');
}
