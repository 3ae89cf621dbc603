import { z } from 'zod';
import type { EventData, NewEvent } from './events.ts';
import { Id } from './ids.ts';
import { MessagePart } from './parts.ts';
import { Mode } from './principal.ts';
import type { Principal } from './principal.ts';

/** What a person (or another program for a person) may wish of a thread. These cross the wire. */
export const WireCommand = z.discriminatedUnion('type', [
  z.object({ type: z.literal('send-message'), messageId: Id, parts: z.array(MessagePart).min(1).max(50), delivery: z.enum(['queue', 'steer']).default('queue') }),
  z.object({ type: z.literal('withdraw-message'), messageId: Id }),
  z.object({ type: z.literal('rename-thread'), title: z.string().trim().min(1).max(200) }),
  z.object({ type: z.literal('archive-thread') }),
  z.object({ type: z.literal('unarchive-thread') }),
  z.object({ type: z.literal('change-settings'), mode: Mode.optional(), model: z.string().min(1).max(200).optional(), maxSteps: z.number().int().min(1).max(10_000).optional() }),
  z.object({ type: z.literal('cancel-run'), runId: Id.optional(), reason: z.string().max(500).optional() }),
  z.object({ type: z.literal('decide-approval'), approvalId: Id, answer: z.enum(['allow', 'deny']), always: z.boolean().default(false), reason: z.string().max(2000).optional() }),
  z.object({ type: z.literal('answer-question'), questionId: Id, answer: z.string().min(1).max(100_000) }),
  /** Undo: put the files back as they were before a run (the last one when none is named) or at a checkpoint. */
  z.object({ type: z.literal('request-restore'), restoreId: Id, runId: Id.optional(), checkpointId: z.string().max(200).optional(), paths: z.array(z.string().max(4096)).max(1000).optional() }),
]);
export type WireCommand = z.infer<typeof WireCommand>;

/** What the server itself wishes; never accepted from the wire. */
export type ServerCommand =
  | { type: 'create-thread'; data: EventData['thread.created'] }
  | { type: 'start-run'; data: Omit<EventData['run.started'], 'messageIds'> }
  /** Facts of the active run, in order. Refused as a whole when one of them is not legal now. */
  | { type: 'record-run'; runId: string; facts: RunFact[] }
  | { type: 'complete-restore'; data: EventData['restore.completed'] };

/** A fact that the agent's loop records; `decide` checks that it is legal. */
export type RunFact = NewEvent;

export type CommandBody = WireCommand | ServerCommand;

/** A wish to change a thread, accepted or refused as a whole. The same `commandId` always gets the same answer. */
export interface Command {
  commandId: string;
  principal: Principal;
  body: CommandBody;
}

export const refusalCodes = [
  'thread-not-found', 'thread-exists', 'thread-archived', 'run-active', 'no-run', 'run-over', 'message-not-queued', 'message-known',
  'approval-not-open', 'not-eligible', 'question-not-open', 'nothing-to-undo', 'restore-pending', 'illegal-fact', 'not-allowed',
] as const;
export type RefusalCode = (typeof refusalCodes)[number];

/** Why a command was not accepted: a value, never an exception. `message` says what to do next. */
export interface Refusal {
  code: RefusalCode;
  message: string;
}
