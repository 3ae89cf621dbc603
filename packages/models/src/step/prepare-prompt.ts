import type { LanguageModelV4Message, LanguageModelV4Prompt } from '@ai-sdk/provider';
import type { ProviderKind } from '../models-config.ts';

/**
 * The prompt as a provider takes it: a malformed call's input is wrapped in an object (some providers refuse the whole
 * request otherwise), and for Anthropic the cache markers are set. Depends on the prompt alone, so that the beginning of
 * a conversation goes over the wire in the same bytes at every step.
 */
export function preparePrompt(prompt: LanguageModelV4Prompt, kind: ProviderKind): LanguageModelV4Prompt {
  const usable = prompt.map(withObjectInputs);
  return kind === 'anthropic' ? withCacheMarkers(usable) : usable;
}

function withObjectInputs(message: LanguageModelV4Message): LanguageModelV4Message {
  if (message.role !== 'assistant') return message;
  if (!message.content.some((part) => part.type === 'tool-call' && !isObject(part.input))) return message;
  return { ...message, content: message.content.map((part) => (part.type === 'tool-call' && !isObject(part.input) ? { ...part, input: { malformed_input: part.input } } : part)) };
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Three of the four markers that Anthropic allows: after the instructions (tools lie before them), after the newest
 * message, and where the newest marker was one step ago, so that the last step's cache is found.
 */
function withCacheMarkers(prompt: LanguageModelV4Prompt): LanguageModelV4Prompt {
  const last = prompt.length - 1;
  const lastAnswer = prompt.findLastIndex((message) => message.role === 'assistant');
  const marked = new Set([prompt.findLastIndex((message) => message.role === 'system'), lastAnswer - 1, last]);
  return prompt.map((message, at) => (marked.has(at) ? { ...message, providerOptions: { ...message.providerOptions, anthropic: { ...message.providerOptions?.['anthropic'], cacheControl: { type: 'ephemeral' } } } } : message));
}
