import type { ModelOverrides } from '../model-facts.ts';
import type { ProviderKind } from '../models-config.ts';

/** A provider that can be called, put together from the configuration, the environment and the kept keys. */
export interface ProviderSettings {
  name: string;
  kind: ProviderKind;
  baseUrl: string;
  apiKey: string | undefined;
  headers: Record<string, string>;
  models: Record<string, ModelOverrides>;
  /** Where it comes from, for people: `OPENAI_API_KEY`, `the configuration`, `Ollama on its default port`. */
  source: string;
  /** Where its key comes from, or what to do to give it one. */
  keyHint: string;
  /** The model that the environment names for it. */
  chosenModel: string | undefined;
  /** For kind `scripted`. */
  script: string | undefined;
}

export const defaultBaseUrls: Record<ProviderKind, string> = {
  openai: 'https://api.openai.com/v1',
  'openai-responses': 'https://api.openai.com/v1',
  anthropic: 'https://api.anthropic.com/v1',
  google: 'https://generativelanguage.googleapis.com/v1beta',
  'openai-compatible': 'http://127.0.0.1:8000/v1',
  ollama: 'http://127.0.0.1:11434',
  scripted: 'scripted:',
};
