import { Id, Mode, Usage } from '@atelier/thread';
import { z } from 'zod';

/** A row of the thread list. */
export const ThreadSummary = z.object({
  threadId: Id,
  projectId: Id,
  root: z.string(),
  title: z.string(),
  status: z.enum(['idle', 'queued', 'running', 'waiting']),
  archived: z.boolean(),
  mode: Mode,
  model: z.string().optional(),
  seq: z.number().int(),
  steps: z.number().int(),
  usage: Usage,
  costUsd: z.number(),
  outcome: z.string().optional().describe('How the last run ended.'),
  forkedFrom: z.object({ threadId: Id, seq: z.number().int() }).optional(),
  createdAt: z.string(),
  updatedAt: z.string(),
});
export type ThreadSummary = z.infer<typeof ThreadSummary>;

export const SearchHit = z.object({
  threadId: Id,
  title: z.string(),
  seq: z.number().int(),
  at: z.string(),
  kind: z.enum(['message', 'answer', 'output', 'file', 'title']),
  /** The text around the match; matches stand between U+0002 and U+0003. */
  excerpt: z.string(),
});
export type SearchHit = z.infer<typeof SearchHit>;

export const ModelSummary = z.object({
  id: z.string().describe('provider/model'),
  provider: z.string(),
  known: z.boolean().describe('Whether the catalog knows it; otherwise its figures are conservative defaults.'),
  window: z.number().int(),
  outputLimit: z.number().int(),
  pricePerMillion: z.object({ input: z.number(), output: z.number(), cachedInput: z.number().optional() }).optional(),
  abilities: z.array(z.string()),
  default: z.boolean(),
  scripted: z.boolean(),
});
export type ModelSummary = z.infer<typeof ModelSummary>;

export const ServerFacts = z.object({
  version: z.string(),
  pid: z.number().int(),
  startedAt: z.string(),
  database: z.enum(['sqlite', 'postgres']),
  sandbox: z.object({ kind: z.enum(['bubblewrap', 'seatbelt', 'none']), missing: z.string().optional() }),
  model: z.object({ id: z.string().optional(), reason: z.string(), scripted: z.boolean() }),
  threads: z.number().int(),
  activeRuns: z.number().int(),
  memoryBytes: z.number().int(),
});
export type ServerFacts = z.infer<typeof ServerFacts>;

/** One line of `doctor`: what was looked at, how it is, and what to do. */
export const Finding = z.object({ name: z.string(), status: z.enum(['ok', 'warning', 'problem']), found: z.string(), advice: z.string().optional() });
export type Finding = z.infer<typeof Finding>;
