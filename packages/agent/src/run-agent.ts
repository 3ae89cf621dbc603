import type { EventData, RunState } from '@atelier/thread';
import type { AgentParts } from './agent-parts.ts';
import { callModel } from './call-model.ts';
import { nextAction } from './next-action.ts';
import type { Action } from './next-action.ts';
import { sentence } from './prepare-call.ts';
import { RunOver, RunRecorder } from './run-recorder.ts';
import { checkpointFact, settleCalls } from './settle-calls.ts';
import { concludeVerification, startVerification } from './verify.ts';

/** How a process let go of a run: it is over, it waits for a person, or somebody else goes on with it. */
export type Ending = 'finished' | 'waits' | 'let-go';

/**
 * Works on the active run of a thread until it is over or waits for a person. All it knows is in the log, so a run that
 * another process began, even one that was killed in the middle of a step, is gone on with in the same way.
 *
 * Throws only what is broken (a full disk, a lost database); the log is then as it was after the last recorded fact.
 */
export async function runAgent(parts: AgentParts): Promise<Ending> {
  const { log } = parts;
  const runId = log.state().run?.runId;
  if (runId === undefined) return 'finished';
  const recorder = new RunRecorder(log, { principal: parts.principal, runId });
  const warm = once(() => warmCheckpoints(parts));
  const limits = { verifyRounds: parts.verifyRounds, hasChecks: parts.checks.length > 0 };
  try {
    for (;;) {
      await recorder.refresh();
      const action = nextAction(recorder.state, limits);
      if (action.do !== 'call-model' && action.do !== 'settle-calls') await recorder.flush();
      switch (action.do) {
        case 'rest': return 'finished';
        case 'wait': return 'waits';
        case 'call-model':
          if ((recorder.state.run?.steps ?? 0) > 0) warm();
          await callModel(parts, recorder);
          break;
        case 'settle-calls': await settleCalls(parts, recorder, action.callIds, recorder.conversation.shownRules); break;
        case 'cancel-calls': await cancelCalls(recorder, action.callIds); break;
        case 'verify': await startVerification(parts, recorder, action.round); break;
        case 'conclude-verification': await concludeVerification(recorder); break;
        case 'save-tree': await saveTree(parts, recorder); break;
        case 'finish': await finish(parts, recorder, action); break;
      }
      // An abort that is not a person's cancel (the server closes, the lease is lost) leaves the run to the next process.
      if (log.signal.aborted && recorder.state.run !== undefined) {
        await recorder.flush();
        await recorder.refresh();
        if (recorder.state.run?.cancelRequested !== true) return 'let-go';
      }
    }
  } catch (error) {
    if (error instanceof RunOver) return 'let-go';
    if (log.signal.aborted) {
      await recorder.flush();
      await recorder.refresh();
      return recorder.state.run?.cancelRequested === true ? runAgent(parts) : 'let-go';
    }
    throw error;
  }
}

/**
 * The first saved tree of a large repository takes seconds, so it is made while the model thinks about its second step.
 * What fails here fails again, and is told, when a checkpoint is needed.
 */
function warmCheckpoints(parts: AgentParts): void {
  if (parts.log.state().run?.mode !== 'plan') parts.workspace.checkpoints.create().catch(() => undefined);
}

function once(work: () => void): () => void {
  let done = false;
  return () => {
    if (!done) work();
    done = true;
  };
}

async function cancelCalls(recorder: RunRecorder, callIds: string[]): Promise<void> {
  const calls = recorder.state.run?.calls.filter((call) => callIds.includes(call.callId)) ?? [];
  await recorder.record(calls.map((call) => {
    const output = call.started === undefined ? 'Cancelled before it was begun.' : 'Cancelled while it was running; it may have happened in part.';
    return recorder.fact('tool.completed', { callId: call.callId, tool: call.tool, status: 'cancelled', output, durationMs: 0 }, { callId: call.callId });
  }));
}

async function saveTree(parts: AgentParts, recorder: RunRecorder): Promise<void> {
  try {
    await recorder.record([await checkpointFact(parts, recorder, 'after')]);
  } catch (error) {
    if (error instanceof RunOver) throw error;
    const message = `The run's changes are in the files, but their end state could not be saved: ${sentence(error)}`;
    await finish(parts, recorder, { do: 'finish', outcome: 'failed', verified: 'nothing', error: { code: 'checkpoint-failed', message } });
  }
}

async function finish(parts: AgentParts, recorder: RunRecorder, { outcome, verified, error }: Extract<Action, { do: 'finish' }>): Promise<void> {
  const run = recorder.state.run;
  if (run === undefined) return;
  const files = await changedFiles(parts, run);
  const summary = error?.message ?? recorder.conversation.lastAnswer.slice(0, 4000);
  await recorder.record([recorder.fact('run.finished', {
    runId: run.runId, outcome, verified, summary, ...(error && { error }), usage: run.usage, costUsd: run.costUsd, steps: run.steps, ...(files && { files }),
  })]);
}

/** What the run changed; left out where it cannot be told, since a run must be able to end (its folder may be gone). */
async function changedFiles(parts: AgentParts, run: RunState): Promise<EventData['run.finished']['files']> {
  if (run.before === undefined || run.tree === undefined || run.before === run.tree) return undefined;
  const changes = await parts.workspace.checkpoints.changes(run.before, run.tree).catch(() => undefined);
  return changes?.slice(0, 500).map(({ path, kind, added, removed }) => ({ path, kind, added, removed }));
}
