import type { Event, EventData, EventOf } from './events.ts';
import { fingerprint } from './fingerprint.ts';
import type { Usage } from './parts.ts';
import type { Principal } from './principal.ts';
import { MAX_RUNS_KEPT, noUsage } from './state.ts';
import type { CallState, FinishedRun, RunState, ThreadState } from './state.ts';

/** Folds one event into the state. Pure; never fails: what is in the log happened. */
export function evolve(state: ThreadState, event: Event): ThreadState {
  const next = { ...state, seq: event.seq, updatedAt: event.at };
  switch (event.type) {
    case 'thread.created': {
      const { projectId, root, title, mode, model, maxSteps, forkedFrom } = event.data;
      return { ...next, projectId, root, title, mode, model, maxSteps, forkedFrom, createdAt: event.at };
    }
    case 'thread.renamed': return { ...next, title: event.data.title, titledBy: 'renamed' };
    case 'thread.archived': return { ...next, archived: true };
    case 'thread.unarchived': return { ...next, archived: false };
    case 'thread.forked': return { ...next, forkedFrom: event.data.from, restores: [], queue: [] };
    // What was open where it came from is not open here, and what was allowed there is not allowed here.
    case 'thread.imported': return { ...next, queue: [], restores: [], grants: [], run: undefined };
    case 'settings.changed': return { ...next, mode: event.data.mode ?? state.mode, model: event.data.model ?? state.model, maxSteps: event.data.maxSteps ?? state.maxSteps };

    case 'message.sent': {
      const { messageId, parts, delivery } = event.data;
      return { ...next, messages: state.messages + 1, queue: [...state.queue, { messageId, parts, delivery, seq: event.seq, principal: event.principal }] };
    }
    case 'message.withdrawn': return { ...next, queue: withoutMessages(state, [event.data.messageId]) };

    case 'run.started': return { ...next, queue: withoutMessages(state, event.data.messageIds), run: startRun(event) };
    case 'run.finished': return finishRun(next, event);

    case 'plan.updated': return { ...next, plan: event.data.items };
    case 'restore.requested': return { ...next, restores: [...state.restores, event.data] };
    case 'restore.completed': return completeRestore(next, event.data);

    case 'step.started': return {
      ...next,
      queue: withoutMessages(state, event.data.messageIds),
      run: state.run && startStep(state.run, event, state.queue),
    };
    case 'step.completed': {
      const { usage, costUsd = 0 } = event.data;
      return {
        ...next,
        usage: addUsage(state.usage, usage),
        costUsd: state.costUsd + costUsd,
        steps: state.steps + 1,
        run: state.run && completeStep(state.run, event.data),
      };
    }
    case 'approval.decided': {
      const call = state.run?.calls.find((candidate) => candidate.callId === event.data.callId);
      const grants = event.data.always && event.data.answer === 'allow' && call?.grant !== undefined ? [...state.grants, call.grant] : state.grants;
      return { ...next, grants, run: state.run && evolveRun(state.run, event) };
    }
    case 'run.cancel-requested':
    case 'step.failed':
    case 'approval.requested':
    case 'question.asked':
    case 'question.answered':
    case 'tool.started':
    case 'tool.completed':
    case 'checkpoint.created':
    case 'verification.started':
    case 'verification.completed':
      return { ...next, run: state.run && evolveRun(state.run, event) };
  }
}

type RunEvent = EventOf<
  | 'run.cancel-requested' | 'step.failed' | 'approval.requested' | 'approval.decided' | 'question.asked' | 'question.answered'
  | 'tool.started' | 'tool.completed' | 'checkpoint.created' | 'verification.started' | 'verification.completed'
>;

function evolveRun(run: RunState, event: RunEvent): RunState {
  switch (event.type) {
    case 'run.cancel-requested': return { ...run, cancelRequested: true };
    case 'step.failed': {
      const { error, retryable } = event.data;
      return {
        ...run,
        openStep: undefined,
        failedSteps: run.failedSteps + 1,
        overflows: run.overflows + (error.code === 'context-overflow' ? 1 : 0),
        lastFailure: { ...error, retryable },
      };
    }
    case 'approval.requested': {
      const { approvalId, digest, eligible, grant } = event.data;
      return withCall(run, event.data.callId, { stage: 'awaits-approval', approvalId, digest, eligible, grant });
    }
    case 'approval.decided': return withCall(run, event.data.callId, { stage: event.data.answer === 'allow' ? 'allowed' : 'denied', reply: event.data.reason });
    case 'question.asked': return withCall(run, event.data.callId, { stage: 'awaits-answer', questionId: event.data.questionId });
    case 'question.answered': return withCall(run, event.data.callId, { stage: 'answered', reply: event.data.answer });
    case 'tool.started': {
      // A command before the first checkpoint is one that policy knows to be read-only: whatever may write is preceded by one.
      const changes = event.data.effects.some((effect) => effect.kind === 'write' || effect.kind === 'delete' || (effect.kind === 'run' && run.before !== undefined));
      return { ...withCall(run, event.data.callId, { stage: 'started', started: event.data }), dirty: run.dirty || changes };
    }
    case 'tool.completed': {
      const settled = withCall(run, event.data.callId, { stage: 'completed', result: fingerprint(`${event.data.status} ${resultText(event.data)}`) });
      return settled.calls.every((call) => call.stage === 'completed') && settled.verification === undefined ? withTrace(settled) : settled;
    }
    case 'checkpoint.created': {
      const tree = event.data.checkpointId;
      return { ...run, before: run.before ?? tree, tree, verifiedTree: run.verifiedTree ?? tree, dirty: false };
    }
    case 'verification.started': return {
      ...run,
      verification: event.data,
      verificationRounds: event.data.round,
      calls: event.data.checks.map((check) => newCall(check.callId, 'run_command', { command: check.command })),
    };
    case 'verification.completed': return {
      ...run,
      verification: undefined,
      verified: !event.data.passed ? 'failed' : event.data.checked > 0 ? 'passed' : 'nothing',
      verifiedTree: run.tree,
      dirty: false,
      calls: [],
      said: event.data.passed ? run.said : 'calls',
    };
  }
}

function startRun(event: EventOf<'run.started'>): RunState {
  const { runId, mode, model, scripted, authority, policyVersion, maxSteps } = event.data;
  return {
    runId, firstSeq: event.seq, mode, model, scripted, authority, policyVersion, maxSteps, steps: 0, usage: noUsage, costUsd: 0,
    openStep: undefined, stepId: undefined, said: 'nothing-yet', calls: [], verification: undefined, verificationRounds: 0,
    verified: 'nothing', emptyAnswers: 0, cutAnswers: 0, failedSteps: 0, lastFailure: undefined, overflows: 0, cancelRequested: false,
    before: undefined, tree: undefined, verifiedTree: undefined, dirty: false, traces: [],
  };
}

/** Whoever's message enters the run becomes one of those whose rights limit it. */
function startStep(run: RunState, event: EventOf<'step.started'>, queue: ThreadState['queue']): RunState {
  const joined = queue.filter((message) => event.data.messageIds.includes(message.messageId)).flatMap((message) => usersOf(message.principal));
  const users = [...new Set([...run.authority.users, ...joined])];
  return { ...run, authority: { ...run.authority, users }, openStep: { stepId: event.data.stepId, number: event.data.number } };
}

/** The users whose rights a principal stands for. */
export function usersOf(principal: Principal): string[] {
  return principal.kind === 'user' ? [principal.userId] : principal.actsFor;
}

function completeStep(run: RunState, step: EventData['step.completed']): RunState {
  const calls = step.parts.filter((part) => part.type === 'tool-call');
  const text = step.parts.some((part) => part.type === 'text' && (typeof part.text !== 'string' || part.text.trim() !== ''));
  const said = calls.length > 0 ? 'calls' : step.finish === 'length' ? 'cut-answer' : text ? 'answer' : 'empty';
  return {
    ...run,
    openStep: undefined,
    stepId: step.stepId,
    steps: run.steps + 1,
    usage: addUsage(run.usage, step.usage),
    costUsd: run.costUsd + (step.costUsd ?? 0),
    said,
    emptyAnswers: said === 'empty' ? run.emptyAnswers + 1 : 0,
    cutAnswers: said === 'cut-answer' ? run.cutAnswers + 1 : 0,
    failedSteps: 0,
    lastFailure: undefined,
    calls: calls.map((part) => newCall(part.callId, part.tool, part.input, part.invalid)),
  };
}

function finishRun(state: ThreadState, event: EventOf<'run.finished'>): ThreadState {
  const run = state.run;
  if (run === undefined) return state;
  const finished: FinishedRun = {
    runId: run.runId, firstSeq: run.firstSeq, lastSeq: event.seq, outcome: event.data.outcome, verified: event.data.verified,
    before: run.before, after: run.tree, undone: false,
  };
  return { ...state, run: undefined, lastRun: finished, runs: [...state.runs, finished].slice(-MAX_RUNS_KEPT) };
}

function completeRestore(state: ThreadState, restore: EventData['restore.completed']): ThreadState {
  const request = state.restores.find((candidate) => candidate.restoreId === restore.restoreId);
  const restores = state.restores.filter((candidate) => candidate !== request);
  const whole = request?.target.runId !== undefined && request.paths === undefined && restore.error === undefined;
  const runs = whole ? state.runs.map((run) => (run.runId === request.target.runId ? { ...run, undone: true } : run)) : state.runs;
  return { ...state, restores, runs };
}

function newCall(callId: string, tool: string, input: unknown, invalid?: string): CallState {
  return {
    callId, tool, input, invalid, stage: 'asked', approvalId: undefined, questionId: undefined, digest: undefined, eligible: [],
    grant: undefined, reply: undefined, started: undefined, result: undefined,
  };
}

function withCall(run: RunState, callId: string, change: Partial<CallState>): RunState {
  return { ...run, calls: run.calls.map((call) => (call.callId === callId ? { ...call, ...change } : call)) };
}

function withTrace(run: RunState): RunState {
  const trace = {
    calls: fingerprintCalls(run.calls),
    results: fingerprint(run.calls.map((call) => call.result).join(' ')),
  };
  return { ...run, traces: [...run.traces, trace].slice(-12) };
}

/** What a step's calls ask for, as one number: the same tools with the same inputs give the same number. */
export function fingerprintCalls(calls: Pick<CallState, 'tool' | 'input'>[]): number {
  return fingerprint(JSON.stringify(calls.map((call) => [call.tool, call.input])));
}

function resultText(data: EventData['tool.completed']): string {
  return typeof data.output === 'string' ? data.output : data.output.blob;
}

function withoutMessages(state: ThreadState, messageIds: string[]): ThreadState['queue'] {
  return messageIds.length === 0 ? state.queue : state.queue.filter((message) => !messageIds.includes(message.messageId));
}

function addUsage(left: Usage, right: Usage): Usage {
  return {
    input: left.input + right.input,
    cachedInput: left.cachedInput + right.cachedInput,
    cacheWrite: (left.cacheWrite ?? 0) + (right.cacheWrite ?? 0),
    output: left.output + right.output,
    reasoning: left.reasoning + right.reasoning,
  };
}
