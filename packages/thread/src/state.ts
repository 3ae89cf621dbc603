import type { EventData, Grant, Outcome, RunError, Verified } from './events.ts';
import type { PlanItem, Usage } from './parts.ts';
import type { MessagePart } from './parts.ts';
import type { Authority, Mode, Principal } from './principal.ts';

/**
 * The fold of a thread's events: what `decide` and `next-action` need, and no more. It is bounded (it does not grow with
 * the number of steps), so that a snapshot of it is cheap and opening a long thread costs what its tail costs.
 */
export interface ThreadState {
  threadId: string;
  /** Seq of the last event in it; 0: the thread does not exist. */
  seq: number;
  projectId: string;
  root: string;
  title: string;
  titledBy: 'created' | 'renamed';
  mode: Mode;
  model: string | undefined;
  maxSteps: number | undefined;
  archived: boolean;
  createdAt: string;
  updatedAt: string;
  forkedFrom: { threadId: string; seq: number } | undefined;
  /** Messages that no run has taken yet, oldest first. */
  queue: QueuedMessage[];
  /** The run in progress. */
  run: RunState | undefined;
  lastRun: FinishedRun | undefined;
  plan: PlanItem[];
  /** Command shapes a person allowed for the rest of the thread. */
  grants: Grant[];
  /** Restores asked for and not done yet. */
  restores: EventData['restore.requested'][];
  /** The last runs with the checkpoints around them, newest last, at most `MAX_RUNS_KEPT`. */
  runs: FinishedRun[];
  usage: Usage;
  costUsd: number;
  steps: number;
  messages: number;
}

export const MAX_RUNS_KEPT = 50;

export interface QueuedMessage {
  messageId: string;
  seq: number;
  parts: MessagePart[];
  delivery: 'queue' | 'steer';
  principal: Principal;
}

export interface FinishedRun {
  runId: string;
  firstSeq: number;
  lastSeq: number;
  outcome: Outcome;
  verified: Verified;
  /** Saved tree before the run's first change, and after its last one. */
  before: string | undefined;
  after: string | undefined;
  undone: boolean;
}

export interface RunState {
  runId: string;
  firstSeq: number;
  mode: Mode;
  model: string;
  scripted: boolean;
  authority: Authority;
  policyVersion: string;
  maxSteps: number;
  steps: number;
  usage: Usage;
  costUsd: number;
  /** Set from `step.started` until `step.completed`: a model call whose end is not recorded. */
  openStep: { stepId: string; number: number } | undefined;
  /** The step whose calls are being settled, or the last one. */
  stepId: string | undefined;
  /** What the last step ended with, when it asked for no call. */
  said: 'nothing-yet' | 'answer' | 'cut-answer' | 'empty' | 'calls';
  calls: CallState[];
  /** Whether `calls` belong to a verification instead of a step. */
  verification: { round: number; checks: { callId: string; name: string; command: string }[] } | undefined;
  verificationRounds: number;
  verified: Verified;
  emptyAnswers: number;
  cutAnswers: number;
  failedSteps: number;
  lastFailure: (RunError & { retryable: boolean }) | undefined;
  overflows: number;
  cancelRequested: boolean;
  /** Saved tree before the first change; the newest one; the one that the last verification saw. */
  before: string | undefined;
  tree: string | undefined;
  verifiedTree: string | undefined;
  /** Something may have changed files since `tree` was saved. */
  dirty: boolean;
  /** What the last settled steps called and got, newest last: two numbers each (calls, results), at most 12. */
  traces: { calls: number; results: number }[];
}

export interface CallState {
  callId: string;
  tool: string;
  input: unknown;
  invalid: string | undefined;
  stage: 'asked' | 'awaits-approval' | 'awaits-answer' | 'allowed' | 'denied' | 'answered' | 'started' | 'completed';
  approvalId: string | undefined;
  questionId: string | undefined;
  /** Digest that was approved; the call may run only while it prepares to the same. */
  digest: string | undefined;
  eligible: string[];
  grant: Grant | undefined;
  /** Reason of a denial, or the answer to a question. */
  reply: string | undefined;
  started: EventData['tool.started'] | undefined;
  /** Fingerprint of its result, once it is completed. */
  result: number | undefined;
}

export const noUsage: Usage = { input: 0, cachedInput: 0, output: 0, reasoning: 0 };

export function initialState(threadId: string): ThreadState {
  return {
    threadId, seq: 0, projectId: '', root: '', title: '', titledBy: 'created', mode: 'ask', model: undefined, maxSteps: undefined, archived: false,
    createdAt: '', updatedAt: '', forkedFrom: undefined, queue: [], run: undefined, lastRun: undefined, plan: [], grants: [],
    restores: [], runs: [], usage: noUsage, costUsd: 0, steps: 0, messages: 0,
  };
}

export type ThreadStatus = 'idle' | 'queued' | 'running' | 'waiting';

/** What a list shows of a thread: whether it works, waits for a person, or rests. */
export function threadStatus(state: ThreadState): ThreadStatus {
  if (state.run === undefined) return state.queue.length > 0 || state.restores.length > 0 ? 'queued' : 'idle';
  return isWaiting(state.run) ? 'waiting' : 'running';
}

/** Whether a run can go on only after a person's answer: some call awaits one, and the others come after it. */
export function isWaiting(run: RunState): boolean {
  if (run.cancelRequested || run.openStep !== undefined) return false;
  const open = run.calls.filter((call) => call.stage !== 'completed');
  return open.some(awaitsPerson) && open.every((call) => awaitsPerson(call) || call.stage === 'asked');
}

export function awaitsPerson(call: CallState): boolean {
  return call.stage === 'awaits-approval' || call.stage === 'awaits-answer';
}
