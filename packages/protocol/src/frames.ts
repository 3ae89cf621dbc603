import { Id } from '@atelier/thread';
import type { Event } from '@atelier/thread';
import { z } from 'zod';
import type { Problem } from './problem.ts';

/** An unstored piece of what is happening: droppable, never in the log. */
export type Delta =
  | { kind: 'text'; stepId: string; text: string }
  | { kind: 'reasoning'; stepId: string; text: string }
  /** A tool call whose input is still streaming. */
  | { kind: 'call'; stepId: string; tool: string; inputBytes: number }
  /** Output of a call that is still running. */
  | { kind: 'output'; callId: string; text: string }
  /** What this step streamed so far is void: the answer is being asked for again. */
  | { kind: 'restart'; stepId: string; attempt: number; reason: string; waitMs: number };

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
