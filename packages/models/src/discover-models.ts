import { z } from 'zod';
import { defaultOllama } from './providers/environment-providers.ts';
import type { ProviderSettings } from './providers/provider-settings.ts';

export interface Discovered {
  provider: ProviderSettings;
  models: string[];
}

/** A server on this machine answers in milliseconds; one that does not is not waited for. */
const patienceMs = 1_500;

/**
 * Asks the servers that have models of their own (Ollama, compatible ones) for their names. A server that does not answer
 * in time or in form is left out: it is not there. Ollama is looked for on its default port too.
 */
export async function discoverModels(providers: ProviderSettings[], { fetch, signal }: { fetch: typeof globalThis.fetch; signal: AbortSignal | undefined }): Promise<Discovered[]> {
  const asked = providers.filter((provider) => provider.kind === 'openai-compatible' || provider.kind === 'ollama');
  if (!providers.some((provider) => provider.kind === 'ollama')) asked.push(defaultOllama());
  const limit = AbortSignal.any([AbortSignal.timeout(patienceMs), ...(signal === undefined ? [] : [signal])]);
  const answers = await Promise.allSettled(asked.map(async (provider) => ({ provider, models: await modelNames(provider, fetch, limit) })));
  return answers.flatMap((answer) => (answer.status === 'fulfilled' && answer.value.models.length > 0 ? [answer.value] : []));
}

const openaiList = z.object({ data: z.array(z.object({ id: z.string() })) });
const ollamaList = z.object({ models: z.array(z.object({ name: z.string() })) });

async function modelNames(provider: ProviderSettings, fetch: typeof globalThis.fetch, signal: AbortSignal): Promise<string[]> {
  const { kind, baseUrl, apiKey, headers } = provider;
  const url = kind === 'ollama' ? `${baseUrl}/api/tags` : `${baseUrl}/models`;
  const response = await fetch(url, { headers: { ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }), ...headers }, signal });
  if (!response.ok) return [];
  const body: unknown = await response.json();
  const names = kind === 'ollama' ? ollamaList.parse(body).models.map((model) => model.name) : openaiList.parse(body).data.map((model) => model.id);
  return names.filter((name) => !/embed|whisper|tts|rerank|moderation|dall-e/i.test(name));
}
