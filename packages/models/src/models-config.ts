import { z } from 'zod';
import { ModelOverrides } from './model-facts.ts';

export const ProviderKind = z.enum(['openai', 'openai-responses', 'anthropic', 'google', 'openai-compatible', 'ollama', 'scripted']);
export type ProviderKind = z.infer<typeof ProviderKind>;

export const ReasoningEffort = z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']);
export type ReasoningEffort = z.infer<typeof ReasoningEffort>;

const secret = z
  .union([z.string(), z.strictObject({ env: z.string() })])
  .describe('The key, or the environment variable that holds it: "$NAME" or {"env": "NAME"}. Better kept with "atelier config set".');

export const ProviderConfig = z.strictObject({
  kind: ProviderKind.describe('Which API it speaks.'),
  baseUrl: z.url().describe('For example http://localhost:8000/v1.').optional(),
  apiKey: secret.optional(),
  headers: z.record(z.string(), z.string()).describe('Sent with every request.').optional(),
  models: z.record(z.string(), ModelOverrides).describe('Models that it serves, with what is to be known about them.').optional(),
  script: z.string().describe('For kind "scripted": the name of the script.').optional(),
});
export type ProviderConfig = z.infer<typeof ProviderConfig>;

const timeouts = z.strictObject({
  idleMs: z.number().int().positive().default(60_000).describe('A model that sends no byte for so long is asked again.'),
  connectMs: z.number().int().positive().default(15_000).describe('How long opening a connection may take.'),
});

const retries = z.strictObject({
  attempts: z.number().int().min(1).max(50).default(8).describe('How often a step is tried in all.'),
  maxRetryAfterMs: z.number().int().nonnegative().default(120_000).describe('The longest wait that a provider may ask for.'),
});

/** The part of the configuration that is about models. */
export const ModelsConfig = z.strictObject({
  model: z.string().describe('The model to use where none is named: "provider/model".').optional(),
  temperature: z.number().min(0).max(2).optional(),
  reasoningEffort: ReasoningEffort.describe('How much a reasoning model thinks.').optional(),
  providers: z.record(z.string().regex(/^[a-z0-9][a-z0-9._-]*$/, 'lower-case letters, digits, ".", "_" and "-"'), ProviderConfig).optional(),
  models: z.record(z.string(), ModelOverrides).describe('By "provider/model": what wins over the catalog.').optional(),
  timeouts: timeouts.optional(),
  retries: retries.optional(),
});
export type ModelsConfig = z.infer<typeof ModelsConfig>;

/**
 * What a project's own file may say. It comes with the code that is worked on and so is not trusted with keys: no keys,
 * no headers, and providers only on this machine.
 */
export const ProjectModelsConfig = ModelsConfig.pick({ model: true, temperature: true, reasoningEffort: true, models: true, providers: true });
export type ProjectModelsConfig = z.infer<typeof ProjectModelsConfig>;
