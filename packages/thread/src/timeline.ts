import type { Event, EventData, Grant, Outcome, Verdict, Verified } from './events.ts';
import type { Effect } from './effect.ts';
import type { LongText } from './long-text.ts';
import type { MessagePart, PlanItem, Usage } from './parts.ts';
import type { Mode, Principal } from './principal.ts';

/** For whom a timeline is drawn. Nothing is rendered without saying for whom. */
export interface Viewer {
  userId: string;
}

/** One thing that a screen, a page or an export shows. `seq` is the event that began it: an anchor that never moves. */
export type TimelineItem =
  | { kind: 'message'; seq: number; at: string; messageId: string; principal: Principal; parts: MessagePart[]; delivery: 'queue' | 'steer'; stage: 'queued' | 'taken' | 'withdrawn' }
  | { kind: 'run'; seq: number; at: string; runId: string; model: string; scripted: boolean; mode: Mode; sandbox: string }
  | { kind: 'reasoning'; seq: number; stepId: string; text: LongText }
  | { kind: 'text'; seq: number; stepId: string; text: LongText }
  | CallItem
  | { kind: 'plan'; seq: number; items: PlanItem[] }
  /** `checked`: how many of the checks could be run at all. */
  | { kind: 'verification'; seq: number; round: number; checks: string[]; passed: boolean | undefined; checked: number; failed: string[] }
  | { kind: 'problem'; seq: number; code: string; message: string; retryable: boolean }
  | { kind: 'run-end'; seq: number; at: string; runId: string; outcome: Outcome; verified: Verified; summary: string; usage: Usage; costUsd: number | undefined; steps: number; files: EventData['run.finished']['files']; error: EventData['run.finished']['error'] }
  | { kind: 'note'; seq: number; at: string; text: string };

export interface CallItem {
  kind: 'call';
  seq: number;
  callId: string;
  tool: string;
  input: unknown;
  /** Name of the project's check that this call runs, when it belongs to a verification. */
  check: string | undefined;
  stage: 'asked' | 'awaits-approval' | 'awaits-answer' | 'running' | 'ok' | 'failed' | 'refused' | 'interrupted' | 'cancelled';
  summary: string | undefined;
  preview: LongText | undefined;
  effects: Effect[];
  verdict: Verdict | undefined;
  approval: { approvalId: string; eligible: string[]; mayAnswer: boolean; grant: Grant | undefined; answer: 'allow' | 'deny' | undefined; reason: string | undefined } | undefined;
  question: { questionId: string; question: string; options: string[]; answer: string | undefined } | undefined;
  output: LongText | undefined;
  whole: { blob: string; bytes: number } | undefined;
  exitCode: number | undefined;
  durationMs: number | undefined;
}

/** What a client draws, folded from events one by one; `add` costs what the event costs, whatever the length. */
export class Timeline {
  readonly items: TimelineItem[] = [];
  readonly #viewer: Viewer;
  readonly #calls = new Map<string, CallItem>();
  readonly #messages = new Map<string, Extract<TimelineItem, { kind: 'message' }>>();
  #verification: Extract<TimelineItem, { kind: 'verification' }> | undefined;

  constructor(viewer: Viewer) {
    this.#viewer = viewer;
  }

  /** Folds one event; returns the items that are new or changed by it. */
  add(event: Event): TimelineItem[] {
    const { seq, at } = event;
    switch (event.type) {
      case 'thread.created': return [];
      case 'thread.renamed': return this.#note(event, `Renamed to “${event.data.title}”`);
      case 'thread.archived': return this.#note(event, 'Archived');
      case 'thread.unarchived': return this.#note(event, 'Unarchived');
      case 'thread.forked': return this.#note(event, `Forked from thread ${event.data.from.threadId} at ${event.data.from.seq}`);
      case 'thread.imported': return this.#note(event, `Imported from ${event.data.from}`);
      case 'settings.changed': return this.#note(event, [event.data.mode && `mode ${event.data.mode}`, event.data.model && `model ${event.data.model}`].filter(Boolean).join(', '));
      case 'message.sent': {
        const item = { kind: 'message' as const, seq, at, principal: event.principal, ...event.data, stage: 'queued' as const };
        this.#messages.set(item.messageId, item);
        return this.#push(item);
      }
      case 'message.withdrawn': return this.#messageStage([event.data.messageId], 'withdrawn');
      case 'run.started': {
        const { runId, model, scripted, mode, sandbox } = event.data;
        return [...this.#messageStage(event.data.messageIds, 'taken'), ...this.#push({ kind: 'run', seq, at, runId, model, scripted, mode, sandbox })];
      }
      case 'run.cancel-requested': return this.#note(event, 'Cancel asked for');
      case 'run.finished': {
        const { runId, outcome, verified, summary, usage, costUsd, steps, files, error } = event.data;
        return this.#push({ kind: 'run-end', seq, at, runId, outcome, verified, summary, usage, costUsd, steps, files, error });
      }
      case 'step.started': return this.#messageStage(event.data.messageIds, 'taken');
      case 'step.completed': return event.data.parts.flatMap((part) => {
        if (part.type === 'tool-call') return this.#push(this.#call(seq, part.callId, part.tool, part.input, undefined));
        return part.text === '' ? [] : this.#push({ kind: part.type, seq, stepId: event.data.stepId, text: part.text });
      });
      case 'step.failed': return this.#push({ kind: 'problem', seq, ...event.data.error, retryable: event.data.retryable });
      case 'approval.requested': return this.#change(event.data.callId, (call) => {
        const { approvalId, eligible, grant, summary, preview, effects, verdict } = event.data;
        const mayAnswer = eligible.includes(this.#viewer.userId);
        Object.assign(call, { stage: 'awaits-approval', summary, preview, effects, verdict, approval: { approvalId, eligible, mayAnswer, grant, answer: undefined, reason: undefined } });
      });
      case 'approval.decided': return this.#change(event.data.callId, (call) => {
        call.stage = 'asked';
        if (call.approval !== undefined) call.approval = { ...call.approval, mayAnswer: false, answer: event.data.answer, reason: event.data.reason };
      });
      case 'question.asked': return this.#change(event.data.callId, (call) => {
        const { questionId, question, options } = event.data;
        Object.assign(call, { stage: 'awaits-answer', question: { questionId, question, options, answer: undefined } });
      });
      case 'question.answered': return this.#change(event.data.callId, (call) => {
        call.stage = 'asked';
        if (call.question !== undefined) call.question = { ...call.question, answer: event.data.answer };
      });
      case 'tool.started': return this.#change(event.data.callId, (call) => {
        const { summary, preview, effects, verdict } = event.data;
        Object.assign(call, { stage: 'running', summary, preview, effects, verdict });
      });
      case 'tool.completed': return this.#change(event.data.callId, (call) => {
        const { status, output, whole, exitCode, durationMs } = event.data;
        Object.assign(call, { stage: status, output, whole, exitCode, durationMs });
      });
      case 'plan.updated': return this.#push({ kind: 'plan', seq, items: event.data.items });
      case 'checkpoint.created': return [];
      case 'verification.started': {
        const { round, checks } = event.data;
        const item = { kind: 'verification' as const, seq, round, checks: checks.map((check) => check.name), passed: undefined, checked: 0, failed: [] };
        this.#verification = item;
        // The checks first, then what they say together.
        return [...checks.flatMap((check) => this.#push(this.#call(seq, check.callId, 'run_command', { command: check.command }, check.name))), ...this.#push(item)];
      }
      case 'verification.completed': {
        if (this.#verification === undefined) return [];
        this.#verification.passed = event.data.passed;
        this.#verification.checked = event.data.checked;
        this.#verification.failed = event.data.failures.map((failure) => failure.name);
        return [this.#verification];
      }
      case 'restore.requested': return this.#note(event, event.data.target.runId === undefined ? 'Restore asked for' : 'Undo asked for');
      case 'restore.completed': {
        const { restored, removed, skipped, error } = event.data;
        const kept = skipped.length === 0 ? '' : `; left alone: ${skipped.map((file) => `${file.path} (${file.reason})`).join(', ')}`;
        return this.#note(event, error ?? `Put back ${restored.length} and removed ${removed.length} files${kept}`);
      }
    }
  }

  #call(seq: number, callId: string, tool: string, input: unknown, check: string | undefined): CallItem {
    const call: CallItem = {
      kind: 'call', seq, callId, tool, input, check, stage: 'asked', summary: undefined, preview: undefined, effects: [], verdict: undefined,
      approval: undefined, question: undefined, output: undefined, whole: undefined, exitCode: undefined, durationMs: undefined,
    };
    this.#calls.set(callId, call);
    return call;
  }

  #change(callId: string, change: (call: CallItem) => void): TimelineItem[] {
    const call = this.#calls.get(callId);
    if (call === undefined) return []; // its beginning lies before the page that was loaded
    change(call);
    return [call];
  }

  #messageStage(messageIds: string[], stage: 'taken' | 'withdrawn'): TimelineItem[] {
    return messageIds.flatMap((messageId) => {
      const item = this.#messages.get(messageId);
      if (item === undefined) return [];
      item.stage = stage;
      return [item];
    });
  }

  #push(item: TimelineItem): TimelineItem[] {
    this.items.push(item);
    return [item];
  }

  #note(event: Event, text: string): TimelineItem[] {
    return this.#push({ kind: 'note', seq: event.seq, at: event.at, text });
  }
}

/** The timeline of a whole list of events, for one viewer. */
export function timeline(events: Iterable<Event>, viewer: Viewer): TimelineItem[] {
  const drawn = new Timeline(viewer);
  for (const event of events) drawn.add(event);
  return drawn.items;
}
