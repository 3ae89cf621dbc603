import { describe, expect, test } from 'vitest';
import { initialState } from '@atelier/thread';
import type { CallState, RunState, ThreadState } from '@atelier/thread';
import { nextAction } from './next-action.ts';

const limits = { verifyRounds: 3, hasChecks: true };

function withRun(run: Partial<RunState>, state: Partial<ThreadState> = {}): ThreadState {
  const base: RunState = {
    runId: 'run', firstSeq: 2, mode: 'ask', model: 'scripted/x', scripted: true, authority: { users: ['ada'], rights: ['read'] }, policyVersion: '1',
    maxSteps: 10, steps: 1, usage: { input: 0, cachedInput: 0, output: 0, reasoning: 0 }, costUsd: 0, openStep: undefined, stepId: undefined, said: 'nothing-yet', calls: [],
    verification: undefined, verificationRounds: 0, verified: 'nothing', emptyAnswers: 0, cutAnswers: 0, failedSteps: 0, lastFailure: undefined, overflows: 0,
    cancelRequested: false, before: undefined, tree: undefined, verifiedTree: undefined, dirty: false, traces: [],
  };
  return { ...initialState('t'), seq: 5, ...state, run: { ...base, ...run } };
}

function call(stage: CallState['stage'], callId = 'a'): CallState {
  return { callId, tool: 'read_file', input: {}, invalid: undefined, stage, approvalId: undefined, questionId: undefined, digest: undefined, eligible: [], grant: undefined, reply: undefined, started: undefined, result: undefined };
}

describe('nextAction', () => {
  test('rests without a run', () => expect(nextAction(initialState('t'), limits)).toEqual({ do: 'rest' }));
  test('calls the model first, and after settled calls', () => {
    expect(nextAction(withRun({}), limits).do).toBe('call-model');
    expect(nextAction(withRun({ said: 'calls', calls: [call('completed')] }), limits).do).toBe('call-model');
  });
  test('settles calls that were asked, allowed, denied, answered or left running by a crash', () => {
    for (const stage of ['asked', 'allowed', 'denied', 'answered', 'started'] as const) {
      expect(nextAction(withRun({ said: 'calls', calls: [call(stage)] }), limits)).toEqual({ do: 'settle-calls', callIds: ['a'] });
    }
  });
  test('waits for a person, and holds back what comes behind', () => {
    expect(nextAction(withRun({ calls: [call('awaits-approval'), call('asked', 'b')] }), limits)).toEqual({ do: 'wait' });
    expect(nextAction(withRun({ calls: [call('awaits-approval'), call('allowed', 'b'), call('asked', 'c')] }), limits)).toEqual({ do: 'settle-calls', callIds: ['b'] });
  });
  test('a cancel completes open calls, saves what changed, then ends', () => {
    expect(nextAction(withRun({ cancelRequested: true, calls: [call('awaits-approval')] }), limits)).toEqual({ do: 'cancel-calls', callIds: ['a'] });
    expect(nextAction(withRun({ cancelRequested: true, dirty: true }), limits)).toEqual({ do: 'save-tree' });
    expect(nextAction(withRun({ cancelRequested: true }), limits)).toMatchObject({ do: 'finish', outcome: 'cancelled' });
  });
  test('an answer after changes is verified, unless the files are as they were', () => {
    expect(nextAction(withRun({ said: 'answer', dirty: true }), limits)).toEqual({ do: 'save-tree' });
    expect(nextAction(withRun({ said: 'answer', tree: 'b', verifiedTree: 'a' }), limits)).toEqual({ do: 'verify', round: 1 });
    expect(nextAction(withRun({ said: 'answer', tree: 'a', verifiedTree: 'a' }), limits)).toMatchObject({ do: 'finish', outcome: 'done', verified: 'nothing' });
    expect(nextAction(withRun({ said: 'answer', tree: 'b', verifiedTree: 'a' }), { ...limits, hasChecks: false })).toMatchObject({ do: 'finish', outcome: 'done', verified: 'nothing' });
  });
  test('a failed check goes back to the model, and at the last round the run ends as not passing', () => {
    expect(nextAction(withRun({ said: 'calls', verified: 'failed', verificationRounds: 2 }), limits)).toEqual({ do: 'call-model' });
    expect(nextAction(withRun({ said: 'calls', verified: 'failed', verificationRounds: 3 }), limits)).toMatchObject({ do: 'finish', outcome: 'not-passing', verified: 'failed' });
    expect(nextAction(withRun({ said: 'answer', verified: 'failed', verificationRounds: 1, tree: 'b', verifiedTree: 'b' }), limits)).toMatchObject({ do: 'finish', outcome: 'not-passing' });
  });
  test('a steering message is taken along before the run ends; a queued one waits for the next run', () => {
    const message = { messageId: 'm', seq: 4, parts: [], principal: { kind: 'user', userId: 'ada' } } as const;
    expect(nextAction(withRun({ said: 'answer' }, { queue: [{ ...message, parts: [], delivery: 'steer' }] }), limits).do).toBe('call-model');
    expect(nextAction(withRun({ said: 'answer' }, { queue: [{ ...message, parts: [], delivery: 'queue' }] }), limits).do).toBe('finish');
  });
  test('gives up on empty answers, endless repetition, too many steps, and failures that do not pass', () => {
    expect(nextAction(withRun({ said: 'empty', emptyAnswers: 2 }), limits).do).toBe('call-model');
    expect(nextAction(withRun({ said: 'empty', emptyAnswers: 3 }), limits)).toMatchObject({ outcome: 'failed', error: { code: 'empty-answer' } });
    expect(nextAction(withRun({ said: 'cut-answer', cutAnswers: 3 }), limits).do).toBe('call-model');
    expect(nextAction(withRun({ said: 'cut-answer', cutAnswers: 4 }), limits)).toMatchObject({ outcome: 'failed', error: { code: 'cut-answer' } });
    expect(nextAction(withRun({ said: 'calls', traces: Array.from({ length: 6 }, () => ({ calls: 1, results: 1 })) }), limits)).toMatchObject({ outcome: 'failed', error: { code: 'repeating' } });
    expect(nextAction(withRun({ said: 'calls', steps: 10 }), limits)).toMatchObject({ outcome: 'out-of-steps' });
    expect(nextAction(withRun({ lastFailure: { code: 'auth', message: 'x', retryable: false } }), limits)).toMatchObject({ outcome: 'failed', error: { code: 'auth' } });
    expect(nextAction(withRun({ overflows: 1, lastFailure: { code: 'context-overflow', message: 'x', retryable: false } }), limits).do).toBe('call-model');
  });
  test('a changing result is no repetition', () => {
    const traces = Array.from({ length: 8 }, (_, index) => ({ calls: 1, results: index }));
    expect(nextAction(withRun({ said: 'calls', traces }), limits).do).toBe('call-model');
  });
});
