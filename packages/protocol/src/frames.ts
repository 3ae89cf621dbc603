import { Id } from '@atelier/thread';
import type { Delta, Event } from '@atelier/thread';
import { z } from 'zod';
import type { Problem } from './problem.ts';

/** What a client sends on `/api/socket`. */
export const ClientFrame = z.discriminatedUnion('type', [
  z.object({ type: z.literal('subscribe'), threadId: Id, after: z.number().int().min(0) }),
  z.object({ type: z.literal('unsubscribe'), threadId: Id }),
  z.object({ type: z.literal('ping') }),
]);
export type ClientFrame = z.infer<typeof ClientFrame>;

/** What the server sends on `/api/socket`; the same pieces as the server-sent events. */
export type ServerFrame =
  | { type: 'event'; threadId: string; event: Event }
  | { type: 'delta'; threadId: string; delta: Delta }
  /** Everything recorded up to `seq` has been sent; what follows is live. */
  | { type: 'live'; threadId: string; seq: number }
  | { type: 'gone'; threadId: string }
  | { type: 'pong' }
  | { type: 'problem'; threadId?: string; problem: Problem };
