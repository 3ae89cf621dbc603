import { z } from 'zod';

/** Whoever causes something: a user, or an automation that acts for named users. */
export const Principal = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('user'), userId: z.string(), name: z.string().optional() }),
  z.object({ kind: z.literal('automation'), name: z.string(), actsFor: z.array(z.string()) }),
]);
export type Principal = z.infer<typeof Principal>;

export const Right = z.enum(['read', 'edit', 'run', 'approve', 'manage']);
export type Right = z.infer<typeof Right>;

/** The rights one call runs with: the intersection of the rights of every user whose message is in the run. */
export const Authority = z.object({ users: z.array(z.string()), rights: z.array(Right) });
export type Authority = z.infer<typeof Authority>;

/** What may be done with the workspace without asking: `plan` reads only, `ask` asks for writes and unsafe commands, `auto` asks only for what leaves the sandbox. */
export const Mode = z.enum(['plan', 'ask', 'auto']);
export type Mode = z.infer<typeof Mode>;
