import type { LanguageModelV4 } from '@ai-sdk/provider';
import type { Script } from '../scripted/script.ts';
import type { ProviderSettings } from './provider-settings.ts';

export interface OpenOptions {
  provider: ProviderSettings;
  model: string;
  fetch: typeof globalThis.fetch;
  scripts: Readonly<Record<string, Script>>;
}

/** Sent where a server wants no key: the packages refuse to be without one. */
const noKey = 'none';

/** Opens a model. Each provider's package is loaded when it is first used: together they cost a third of a second. */
export async function openLanguageModel({ provider, model, fetch, scripts }: OpenOptions): Promise<LanguageModelV4> {
  const { kind, baseUrl: baseURL, apiKey, headers, name } = provider;
  switch (kind) {
    case 'openai':
    case 'openai-responses': {
      const { createOpenAI } = await import('@ai-sdk/openai');
      const openai = createOpenAI({ baseURL, apiKey: apiKey ?? noKey, headers, fetch });
      return kind === 'openai' ? openai.chat(model) : openai.responses(model);
    }
    case 'anthropic': {
      const { createAnthropic } = await import('@ai-sdk/anthropic');
      const token = apiKey === undefined ? headers['authorization']?.replace(/^Bearer\s+/i, '') : undefined;
      return createAnthropic({ baseURL, ...(token === undefined ? { apiKey: apiKey ?? noKey } : { authToken: token }), headers, fetch })(model);
    }
    case 'google': {
      const { createGoogle } = await import('@ai-sdk/google');
      return createGoogle({ baseURL, apiKey: apiKey ?? noKey, headers, fetch })(model);
    }
    case 'openai-compatible':
    case 'ollama': {
      const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible');
      const url = kind === 'ollama' ? `${baseURL}/v1` : baseURL;
      return createOpenAICompatible({ name, baseURL: url, ...(apiKey !== undefined && { apiKey }), headers, fetch, includeUsage: true })(model);
    }
    case 'scripted': {
      const script = scripts[provider.script ?? model];
      if (script === undefined) throw new Error(`There is no script named "${provider.script ?? model}".`);
      const { createScriptedModel } = await import('../scripted/scripted-model.ts');
      return createScriptedModel(script, { modelId: model, provider: name });
    }
  }
}
