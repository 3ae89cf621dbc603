import type { Command, Refusal, RefusalCode, RunFact, ServerCommand, WireCommand } from './commands.ts';
import type { EventData, EventType, NewEvent } from './events.ts';
import { evolve } from './evolve.ts';
import type { Principal } from './principal.ts';
import type { CallState, QueuedMessage, ThreadState } from './state.ts';

export type Decision = { accepted: true; events: NewEvent[] } | { accepted: false; refusal: Refusal };

/**
 * The only place where rules live: what a command does to a thread in this state, or why it is refused. Pure.
 * A `record-run` is accepted or refused as a whole.
 */
export function decide(state: ThreadState, command: Command): Decision {
  const { body, principal } = command;
  if (body.type === 'create-thread') {
    return state.seq > 0 ? refuse('thread-exists', 'There is a thread with this id already. Use another id.') : accept(event('thread.created', principal, body.data));
  }
  if (state.seq === 0) return refuse('thread-not-found', 'There is no such thread. `atelier thread list` shows those that there are.');
  switch (body.type) {
    case 'start-run': return decideStartRun(state, principal, body);
    case 'record-run': return decideRecordRun(state, body.runId, body.facts);
    case 'complete-restore':
      return state.restores.some((restore) => restore.restoreId === body.data.restoreId)
        ? accept(event('restore.completed', principal, body.data))
        : refuse('illegal-fact', 'No such restore is asked for.');
    default: return decideWire(state, principal, body);
  }
}

function decideWire(state: ThreadState, principal: Principal, body: WireCommand): Decision {
  switch (body.type) {
    case 'send-message': {
      if (state.archived) return refuse('thread-archived', 'This thread is archived. Unarchive it to go on in it.');
      if (state.queue.some((message) => message.messageId === body.messageId)) return refuse('message-known', 'A message with this id is queued already.');
      const { messageId, parts, delivery } = body;
      return accept(event('message.sent', principal, { messageId, parts, delivery }));
    }
    case 'withdraw-message': {
      const queued = state.queue.some((message) => message.messageId === body.messageId);
      return queued ? accept(event('message.withdrawn', principal, { messageId: body.messageId })) : refuse('message-not-queued', 'The agent has taken this message already, so it cannot be withdrawn. Cancel the run instead.');
    }
    case 'rename-thread': return state.title === body.title ? accept() : accept(event('thread.renamed', principal, { title: body.title }));
    case 'archive-thread':
      if (state.run !== undefined) return refuse('run-active', 'A run is going on in this thread. Cancel it before archiving.');
      return state.archived ? accept() : accept(event('thread.archived', principal, {}));
    case 'unarchive-thread': return state.archived ? accept(event('thread.unarchived', principal, {})) : accept();
    case 'change-settings': {
      const { mode, model, maxSteps } = body;
      return accept(event('settings.changed', principal, { ...(mode && { mode }), ...(model && { model }), ...(maxSteps && { maxSteps }) }));
    }
    case 'cancel-run': {
      const run = state.run;
      if (run === undefined) return refuse('no-run', 'Nothing is running in this thread.');
      if (body.runId !== undefined && body.runId !== run.runId) return refuse('run-over', 'That run is over already.');
      if (run.cancelRequested) return accept();
      return accept({ ...event('run.cancel-requested', principal, { runId: run.runId, ...(body.reason && { reason: body.reason }) }), runId: run.runId });
    }
    case 'decide-approval': {
      const call = state.run?.calls.find((candidate) => candidate.approvalId === body.approvalId && candidate.stage === 'awaits-approval');
      if (state.run === undefined || call === undefined) return refuse('approval-not-open', 'This approval is not open: it was answered already, or its run is over.');
      if (principal.kind !== 'user' || !call.eligible.includes(principal.userId)) return refuse('not-eligible', `Only ${call.eligible.join(', ') || 'nobody here'} may answer this approval.`);
      const { approvalId, answer, always, reason } = body;
      return accept({
        ...event('approval.decided', principal, { approvalId, callId: call.callId, answer, always, ...(reason && { reason }) }),
        runId: state.run.runId, callId: call.callId,
      });
    }
    case 'answer-question': {
      const call = state.run?.calls.find((candidate) => candidate.questionId === body.questionId && candidate.stage === 'awaits-answer');
      if (state.run === undefined || call === undefined) return refuse('question-not-open', 'This question is not open: it was answered already, or its run is over.');
      return accept({
        ...event('question.answered', principal, { questionId: body.questionId, callId: call.callId, answer: body.answer }),
        runId: state.run.runId, callId: call.callId,
      });
    }
    case 'request-restore': return decideRestore(state, principal, body);
  }
}

function decideRestore(state: ThreadState, principal: Principal, body: Extract<WireCommand, { type: 'request-restore' }>): Decision {
  if (state.run !== undefined) return refuse('run-active', 'A run is going on in this thread. Cancel it, then undo.');
  if (state.restores.length > 0) return refuse('restore-pending', 'Files are being restored in this thread. Wait until that is done.');
  const { restoreId, checkpointId, paths } = body;
  const limit = paths && { paths };
  if (checkpointId !== undefined) return accept(event('restore.requested', principal, { restoreId, target: { checkpointId }, ...limit }));
  const changed = state.runs.filter((run) => run.before !== undefined && !run.undone);
  const run = body.runId === undefined ? changed.at(-1) : changed.find((candidate) => candidate.runId === body.runId);
  if (run === undefined) return refuse('nothing-to-undo', body.runId === undefined ? 'No run of this thread changed files that could be undone.' : 'That run changed no files, or is undone already.');
  return accept(event('restore.requested', principal, { restoreId, target: { runId: run.runId }, ...limit }));
}

/** The messages that the next run takes: the oldest queued one, and all that were sent to steer. */
export function messagesForNextRun(state: ThreadState): QueuedMessage[] {
  return state.queue.filter((message, index) => index === 0 || message.delivery === 'steer');
}

function decideStartRun(state: ThreadState, principal: Principal, body: Extract<ServerCommand, { type: 'start-run' }>): Decision {
  if (state.run !== undefined) return refuse('run-active', 'A run is going on in this thread already.');
  if (state.restores.length > 0) return refuse('restore-pending', 'Files are being restored in this thread.');
  const messages = messagesForNextRun(state);
  if (messages.length === 0) return refuse('no-run', 'No message waits for a run.');
  return accept({
    ...event('run.started', principal, { ...body.data, messageIds: messages.map((message) => message.messageId) }),
    runId: body.data.runId,
  });
}

function decideRecordRun(state: ThreadState, runId: string, facts: RunFact[]): Decision {
  let current = state;
  for (const fact of facts) {
    const problem = current.run?.runId === runId ? illegality(current, fact) : 'the run is over';
    if (problem !== undefined) return refuse(current.run?.runId === runId ? 'illegal-fact' : 'run-over', `${fact.type} cannot be recorded: ${problem}.`);
    // The envelope's position and time do not matter to the rules; the store gives the real ones.
    current = evolve(current, { ...fact, threadId: state.threadId, seq: current.seq + 1, at: state.updatedAt, v: 1 });
  }
  return accept(...facts);
}

/** Why a fact cannot follow now; undefined when it can. */
function illegality(state: ThreadState, fact: RunFact): string | undefined {
  const run = state.run;
  if (run === undefined) return 'no run is active';
  const call = 'callId' in fact.data ? run.calls.find((candidate) => candidate.callId === (fact.data as { callId: string }).callId) : undefined;
  switch (fact.type) {
    case 'step.started':
      if (run.openStep !== undefined && run.openStep.stepId !== fact.data.stepId) return undefined; // the open one died with its process
      if (run.cancelRequested) return 'the run is being cancelled';
      return run.calls.some((candidate) => candidate.stage !== 'completed') ? 'calls of the last step are not settled' : undefined;
    case 'step.completed':
    case 'step.failed': return run.openStep?.stepId === fact.data.stepId ? undefined : 'that step is not open';
    case 'approval.requested': return stageProblem(call, ['asked']);
    case 'question.asked': return stageProblem(call, ['asked', 'allowed']);
    case 'tool.started':
      if (run.cancelRequested) return 'the run is being cancelled';
      if (call?.stage === 'allowed' && call.digest !== fact.data.digest) return 'it is not what was approved';
      return stageProblem(call, ['asked', 'allowed', 'started']);
    case 'tool.completed': return call === undefined ? 'there is no such call' : call.stage === 'completed' ? 'the call is completed already' : undefined;
    case 'verification.started': return run.calls.some((candidate) => candidate.stage !== 'completed') ? 'calls are not settled' : undefined;
    case 'verification.completed': return run.verification === undefined ? 'no verification is going on' : undefined;
    case 'run.finished': return run.calls.some((candidate) => candidate.stage === 'started') ? 'a call is still running' : undefined;
    case 'plan.updated':
    case 'checkpoint.created': return undefined;
    default: return `a run does not record ${fact.type satisfies EventType}`;
  }
}

function stageProblem(call: CallState | undefined, stages: CallState['stage'][]): string | undefined {
  if (call === undefined) return 'there is no such call';
  return stages.includes(call.stage) ? undefined : `the call is ${call.stage}`;
}

/** Events that close whatever a forked log left open: a run that goes on in the original does not go on in the copy. */
export function closeFork(state: ThreadState, principal: Principal, from: { threadId: string; seq: number }): NewEvent[] {
  return [...closeOpen(state, principal, 'Forked here.'), event('thread.forked', principal, { from })];
}

/** Events that close whatever an imported log left open, and that keep it from beginning anything by itself. */
export function closeImport(state: ThreadState, principal: Principal, from: string): NewEvent[] {
  const withdrawn = state.queue.map((message) => event('message.withdrawn', principal, { messageId: message.messageId }));
  const settings = state.mode === 'auto' ? [event('settings.changed', principal, { mode: 'ask' })] : [];
  return [...closeOpen(state, principal, 'Imported here.'), ...withdrawn, ...settings, event('thread.imported', principal, { from })];
}

function closeOpen(state: ThreadState, principal: Principal, summary: string): NewEvent[] {
  if (state.run === undefined) return [];
  const { runId, usage, costUsd, steps, calls } = state.run;
  const settled = calls.filter((call) => call.stage !== 'completed').map((call) => ({
    ...event('tool.completed', principal, { callId: call.callId, tool: call.tool, status: 'cancelled', output: `Not done in this copy. ${summary}`, durationMs: 0 }),
    runId, callId: call.callId,
  }));
  const finished = event('run.finished', principal, { runId, outcome: 'cancelled', verified: 'nothing', summary, usage, costUsd, steps });
  return [...settled, { ...finished, runId }];
}

function event<Type extends EventType>(type: Type, principal: Principal, data: EventData[Type]): Extract<NewEvent, { type: Type }> {
  return { type, principal, data } as Extract<NewEvent, { type: Type }>; // `data` is the data of `type`
}

function accept(...events: NewEvent[]): Decision {
  return { accepted: true, events };
}

function refuse(code: RefusalCode, message: string): Decision {
  return { accepted: false, refusal: { code, message } };
}
