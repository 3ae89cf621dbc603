import { z } from 'zod';
import { Effect, Hash } from './effect.ts';
import { Id } from './ids.ts';
import { lazily } from './lazily.ts';
import { LongText } from './long-text.ts';
import { MessagePart, PlanItem, StepPart, Usage } from './parts.ts';
import { Authority, Mode, Principal } from './principal.ts';

/** How a run ended. `not-passing`: the work was done but the project's checks fail. */
export const Outcome = z.enum(['done', 'failed', 'cancelled', 'not-passing', 'out-of-steps']);
export type Outcome = z.infer<typeof Outcome>;

/** Whether the project's checks passed after the run's edits; `nothing`: there was nothing to verify or no check. */
export const Verified = z.enum(['passed', 'failed', 'nothing']);
export type Verified = z.infer<typeof Verified>;

export const RunError = z.object({ code: z.string(), message: z.string() });
export type RunError = z.infer<typeof RunError>;

/** Why policy let a call pass, asked, or refused, and under which rules. */
export const Verdict = z.object({
  verdict: z.enum(['allow', 'ask', 'deny']),
  rule: z.string(),
  reason: z.string(),
  policyVersion: z.string(),
});
export type Verdict = z.infer<typeof Verdict>;

/** An exact shape of command that a person allowed for the rest of the thread. Its meaning belongs to `policy`. */
export const Grant = z.object({ tool: z.string(), shape: z.unknown(), describes: z.string() });
export type Grant = z.infer<typeof Grant>;

export const CallStatus = z.enum(['ok', 'failed', 'refused', 'interrupted', 'cancelled']);
export type CallStatus = z.infer<typeof CallStatus>;

export const FileDifference = z.object({ path: z.string(), kind: z.enum(['added', 'changed', 'deleted']), added: z.number(), removed: z.number() });

/**
 * The facts a thread can hold, by type: `noun.past-verb`. Their schemas are made on first use: most processes only need the
 * types. Adding one means adding it here and where the compiler asks.
 */
export const eventData = lazily({
  'thread.created': () => z.object({
    projectId: Id,
    /** The folder in which its workspace lies on the server's machine. */
    root: z.string(),
    title: z.string(),
    mode: Mode,
    model: z.string().optional(),
    /** Most steps of each run; the server's limit where there is none. */
    maxSteps: z.number().int().optional(),
    forkedFrom: z.object({ threadId: Id, seq: z.number().int() }).optional(),
  }),
  'thread.renamed': () => z.object({ title: z.string() }),
  'thread.archived': () => z.object({}),
  'thread.unarchived': () => z.object({}),
  'thread.forked': () => z.object({ from: z.object({ threadId: Id, seq: z.number().int() }) }),
  'thread.imported': () => z.object({ from: z.string() }),
  'settings.changed': () => z.object({ mode: Mode.optional(), model: z.string().optional(), maxSteps: z.number().int().optional() }),

  'message.sent': () => z.object({ messageId: Id, parts: z.array(MessagePart), delivery: z.enum(['queue', 'steer']) }),
  'message.withdrawn': () => z.object({ messageId: Id }),

  'run.started': () => z.object({
    runId: Id,
    messageIds: z.array(Id),
    mode: Mode,
    model: z.string(),
    scripted: z.boolean(),
    authority: Authority,
    policyVersion: z.string(),
    maxSteps: z.number().int(),
    /** The prompt's unchanging beginning, as it was sent. */
    instructions: LongText,
    toolsHash: Hash,
    sandbox: z.string(),
  }),
  'run.cancel-requested': () => z.object({ runId: Id, reason: z.string().optional() }),
  'run.finished': () => z.object({
    runId: Id,
    outcome: Outcome,
    verified: Verified,
    summary: z.string(),
    error: RunError.optional(),
    usage: Usage,
    costUsd: z.number().optional(),
    steps: z.number().int(),
    files: z.array(FileDifference).optional(),
  }),

  'step.started': () => z.object({ stepId: Id, number: z.number().int(), model: z.string(), messageIds: z.array(Id) }),
  'step.completed': () => z.object({
    stepId: Id,
    parts: z.array(StepPart),
    model: z.string(),
    finish: z.string(),
    usage: Usage,
    costUsd: z.number().optional(),
    attempts: z.number().int(),
    durationMs: z.number(),
    /** Hash of the instructions and messages that the model was sent, so that a replay can tell whether it sends the same. */
    requestHash: Hash,
  }),
  'step.failed': () => z.object({ stepId: Id, error: RunError, attempts: z.number().int(), retryable: z.boolean() }),

  'approval.requested': () => z.object({
    approvalId: Id,
    callId: Id,
    tool: z.string(),
    digest: Hash,
    effects: z.array(Effect),
    summary: z.string(),
    preview: LongText.optional(),
    verdict: Verdict,
    /** Users who may answer; computed by policy, never by who is connected. */
    eligible: z.array(z.string()),
    /** What "always" would allow, in words and as a shape. */
    grant: Grant.optional(),
  }),
  'approval.decided': () => z.object({ approvalId: Id, callId: Id, answer: z.enum(['allow', 'deny']), always: z.boolean(), reason: z.string().optional() }),
  'question.asked': () => z.object({ questionId: Id, callId: Id, question: z.string(), options: z.array(z.string()) }),
  'question.answered': () => z.object({ questionId: Id, callId: Id, answer: z.string() }),

  'tool.started': () => z.object({
    callId: Id,
    tool: z.string(),
    digest: Hash,
    effects: z.array(Effect),
    summary: z.string(),
    preview: LongText.optional(),
    replay: z.enum(['safe', 'never']),
    authority: Authority,
    verdict: Verdict,
    approvalId: Id.optional(),
  }),
  'tool.completed': () => z.object({
    callId: Id,
    tool: z.string(),
    status: CallStatus,
    /** What the model reads. */
    output: LongText,
    /** Blob of the whole output where `output` is a shortened form of it. */
    whole: z.object({ blob: Hash, bytes: z.number().int() }).optional(),
    reads: z.record(z.string(), Hash).optional(),
    writes: z.record(z.string(), Hash.nullable()).optional(),
    exitCode: z.number().int().optional(),
    durationMs: z.number(),
  }),
  'plan.updated': () => z.object({ items: z.array(PlanItem) }),

  'checkpoint.created': () => z.object({
    checkpointId: z.string(),
    when: z.enum(['before', 'after']),
    uncovered: z.array(z.object({ path: z.string(), reason: z.string() })),
    uncoveredCount: z.number().int(),
  }),
  'verification.started': () => z.object({ round: z.number().int(), checks: z.array(z.object({ callId: Id, name: z.string(), command: z.string() })) }),
  'verification.completed': () => z.object({
    round: z.number().int(),
    passed: z.boolean(),
    /** How many checks really ran; one whose command is missing says nothing. */
    checked: z.number().int(),
    failures: z.array(z.object({ name: z.string(), command: z.string(), output: LongText })),
  }),

  'restore.requested': () => z.object({ restoreId: Id, target: z.object({ runId: Id.optional(), checkpointId: z.string().optional() }), paths: z.array(z.string()).optional() }),
  'restore.completed': () => z.object({
    restoreId: Id,
    restored: z.array(z.string()),
    removed: z.array(z.string()),
    skipped: z.array(z.object({ path: z.string(), reason: z.string() })),
    error: z.string().optional(),
  }),
});

export type EventType = keyof typeof eventData;
export type EventData = { [Type in EventType]: z.infer<(typeof eventData)[Type]> };

/** The cause of an event: who, and inside a run which run, step and call. */
export const Cause = z.object({ principal: Principal, runId: Id.optional(), stepId: Id.optional(), callId: Id.optional() });
export type Cause = z.infer<typeof Cause>;

interface Envelope extends Cause {
  threadId: string;
  /** Position in the thread: 1, 2, 3 … without gaps. */
  seq: number;
  /** ISO 8601, UTC, milliseconds. For people; nothing is decided by it. */
  at: string;
  /** Version of the event's shape; `upcast` lifts older ones. */
  v: 1;
}

/** A recorded fact of a thread; never changed, never removed. */
export type Event = { [Type in EventType]: Envelope & { type: Type; data: EventData[Type] } }[EventType];
export type EventOf<Type extends EventType> = Extract<Event, { type: Type }>;

/** What `decide` returns: a fact that has no place in the log yet. */
export type NewEvent = { [Type in EventType]: Cause & { type: Type; data: EventData[Type] } }[EventType];

const envelope = lazily({ shape: () => ({ threadId: Id, seq: z.number().int().positive(), at: z.string(), v: z.literal(1), ...Cause.shape }) });

/** Schema of any event, for the API's description. Made on first use: a start that parses no event does not pay for it. */
export function eventSchema(): z.ZodType<Event> {
  made ??= z.union(
    Object.entries(eventData).map(([type, data]) => z.object({ ...envelope.shape, type: z.literal(type), data })),
  ) as unknown as z.ZodType<Event>; // built from `eventData`, which the type `Event` is made of
  return made;
}
let made: z.ZodType<Event> | undefined;

/** Parses one event from outside (an import, the wire). Throws a ZodError that names the field. */
export function parseEvent(value: unknown): Event {
  const { type } = z.object({ type: z.string() }).parse(value);
  const data = (eventData as Record<string, z.ZodType | undefined>)[type];
  if (data === undefined) throw new z.ZodError([{ code: 'custom', path: ['type'], message: `unknown event type ${type}`, input: type }]);
  return z.object({ ...envelope.shape, type: z.literal(type), data }).parse(value) as unknown as Event; // one member of the union
}
