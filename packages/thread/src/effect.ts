import { z } from 'zod';

/** SHA-256, hex. */
export const Hash = z.string().regex(/^[0-9a-f]{64}$/);

/**
 * What a prepared call would do. Policy judges effects, not tools, so it works for tools it has never seen; two calls
 * conflict when one writes what the other reads or writes.
 */
export const Effect = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('read'), path: z.string() }),
  /** `before` is the hash that the file must still have (`null`: it must not exist); `after` the hash that it will have. */
  z.object({ kind: z.literal('write'), path: z.string(), before: Hash.nullable(), after: Hash }),
  z.object({ kind: z.literal('delete'), path: z.string(), before: Hash.nullable() }),
  z.object({
    kind: z.literal('run'),
    command: z.string(),
    directory: z.string(),
    background: z.boolean().optional(),
    unsandboxed: z.boolean().optional(),
    allowedHosts: z.array(z.string()).optional(),
  }),
  z.object({ kind: z.literal('reach'), host: z.string() }),
  z.object({ kind: z.literal('stop'), processId: z.string() }),
  /** Changes the thread's plan; touches nothing else. */
  z.object({ kind: z.literal('plan') }),
  /** Asks a person; the answer becomes the call's output. */
  z.object({ kind: z.literal('ask'), question: z.string(), options: z.array(z.string()) }),
]);
export type Effect = z.infer<typeof Effect>;
