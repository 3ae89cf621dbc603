import { awaitsPerson } from '@atelier/thread';
import type { Outcome, RunError, RunState, ThreadState, Verified } from '@atelier/thread';

/** What the agent does next. The loop interprets it and knows nothing else. */
export type Action =
  /** No run is active. */
  | { do: 'rest' }
  /** A person has to answer first; the lease is given back. */
  | { do: 'wait' }
  | { do: 'call-model' }
  /** Bring these calls on: prepare, judge, ask, run or complete them. */
  | { do: 'settle-calls'; callIds: string[] }
  /** The run is being cancelled: complete these calls without running them. */
  | { do: 'cancel-calls'; callIds: string[] }
  /** Save the files as the run left them. */
  | { do: 'save-tree' }
  | { do: 'verify'; round: number }
  | { do: 'conclude-verification' }
  | { do: 'finish'; outcome: Outcome; verified: Verified; error?: RunError };

export interface RunLimits {
  /** How often checks may fail before the run ends as not passing. */
  verifyRounds: number;
  /** Whether there is a check to run. */
  hasChecks: boolean;
}

/** The whole logic of a run: a pure function from the folded log to the next action. */
export function nextAction(state: ThreadState, limits: RunLimits): Action {
  const run = state.run;
  if (run === undefined) return { do: 'rest' };
  const open = run.calls.filter((call) => call.stage !== 'completed');
  if (run.cancelRequested) {
    if (open.length > 0) return { do: 'cancel-calls', callIds: open.map((call) => call.callId) };
    return end(run, { outcome: 'cancelled' });
  }
  if (open.length > 0) {
    const waits = open.some(awaitsPerson);
    // Calls behind one that waits may depend on it, so they wait too; calls that were answered go on.
    const ready = open.filter((call) => !awaitsPerson(call) && !(waits && call.stage === 'asked'));
    return ready.length === 0 ? { do: 'wait' } : { do: 'settle-calls', callIds: ready.map((call) => call.callId) };
  }
  if (run.verification !== undefined) return { do: 'conclude-verification' };
  if (run.verified === 'failed' && run.verificationRounds >= limits.verifyRounds) return end(run, { outcome: 'not-passing' });
  if (run.lastFailure !== undefined) {
    const retry = run.lastFailure.code === 'context-overflow' && run.overflows <= 2;
    return retry ? { do: 'call-model' } : end(run, { outcome: 'failed', error: run.lastFailure });
  }
  const repeated = repetitions(run);
  if (repeated >= MAX_REPETITIONS) return end(run, { outcome: 'failed', error: { code: 'repeating', message: `The model made the same call ${repeated} times with the same result, so the run was stopped. Tell it what to try instead, or use another model.` } });
  switch (run.said) {
    case 'nothing-yet':
    case 'calls': return callOrStop(run);
    case 'empty':
      if (run.emptyAnswers < 3) return callOrStop(run);
      return end(run, { outcome: 'failed', error: { code: 'empty-answer', message: 'The model answered three times with nothing. Send the message again, or use another model.' } });
    case 'cut-answer':
      if (run.cutAnswers < 4) return callOrStop(run);
      return end(run, { outcome: 'failed', error: { code: 'cut-answer', message: 'The answer was cut off by the output limit four times in a row, so the run was stopped. Ask for less at once, or raise the model\'s outputLimit in the configuration.' } });
    case 'answer': return state.queue.some((message) => message.delivery === 'steer') ? callOrStop(run) : finishWork(run, limits);
  }
}

/** From this many equal calls with equal results on, a call is answered with advice instead of being run. */
export const REFUSED_REPETITIONS = 3;
const MAX_REPETITIONS = 6;

/** How often the last calls of the run gave the same results for the same inputs, among the last twelve steps. */
export function repetitions(run: RunState, calls = run.traces.at(-1)?.calls): number {
  const same = run.traces.filter((trace) => trace.calls === calls);
  const last = same.at(-1);
  return last === undefined ? 0 : Math.max(...same.map((trace) => same.filter((other) => other.results === trace.results).length));
}

function callOrStop(run: RunState): Action {
  if (run.steps < run.maxSteps) return { do: 'call-model' };
  return end(run, { outcome: 'out-of-steps', error: { code: 'out-of-steps', message: `The run used all its ${run.maxSteps} steps. Send “continue” to go on, or allow more with --max-steps.` } });
}

/** The model says it is finished: see what changed, verify it, and say honestly how it is. */
function finishWork(run: RunState, limits: RunLimits): Action {
  if (run.dirty) return { do: 'save-tree' };
  if (run.tree !== run.verifiedTree && limits.hasChecks) return { do: 'verify', round: run.verificationRounds + 1 };
  return end(run, { outcome: run.verified === 'failed' ? 'not-passing' : 'done' });
}

function end(run: RunState, how: { outcome: Outcome; error?: RunError }): Action {
  if (run.dirty) return { do: 'save-tree' };
  // A pass counts only while the files are those that passed.
  const verified = run.verified === 'passed' && run.tree !== run.verifiedTree ? 'nothing' : run.verified;
  return { do: 'finish', verified, ...how };
}
