import { describe, expect, test } from 'vitest';
import type { CommandBody } from './commands.ts';
import { closeFork } from './decide.ts';
import { isWaiting, threadStatus } from './state.ts';
import { ThreadUnderTest, ada, allowVerdict, fold, placed, someHash } from './testing.ts';

const types = (thread: ThreadUnderTest): string[] => thread.events.map((event) => event.type);
const authority = { users: ['ada'], rights: ['read', 'edit', 'run', 'approve'] };
const started = (callId: string, digest = someHash) => ({ type: 'tool.started' as const, data: { callId, tool: 'x', digest, effects: [], summary: 's', replay: 'never', authority, verdict: allowVerdict } });
const completed = (callId: string) => ({ type: 'tool.completed' as const, data: { callId, tool: 'x', status: 'ok', output: 'fine', durationMs: 1 } });
const asked = (callId: string) => ({
  type: 'approval.requested' as const,
  data: { approvalId: `ap-${callId}`, callId, tool: 'x', digest: someHash, effects: [], summary: 's', verdict: { ...allowVerdict, verdict: 'ask' }, eligible: ['ada'], grant: { tool: 'x', shape: ['x'], describes: 'x' } },
});

describe('decide', () => {
  test('a thread is created once', () => {
    const thread = new ThreadUnderTest();
    const body = { type: 'create-thread', data: { projectId: 'p', root: '/r', title: 'T', mode: 'ask' } } as const;
    expect(thread.send(body).accepted).toBe(true);
    expect(thread.send(body)).toMatchObject({ accepted: false, refusal: { code: 'thread-exists' } });
  });

  test('nothing can be sent to a thread that does not exist, or is archived', () => {
    const thread = new ThreadUnderTest();
    const message: CommandBody = { type: 'send-message', messageId: 'm', parts: [{ type: 'text', text: 'x' }], delivery: 'queue' };
    expect(thread.send(message)).toMatchObject({ refusal: { code: 'thread-not-found' } });
    thread.send({ type: 'create-thread', data: { projectId: 'p', root: '/r', title: 'T', mode: 'ask' } });
    thread.send({ type: 'archive-thread' });
    expect(thread.send(message)).toMatchObject({ refusal: { code: 'thread-archived' } });
    thread.send({ type: 'unarchive-thread' });
    expect(thread.send(message).accepted).toBe(true);
  });

  test('a run takes the oldest queued message and all that steer; the others stay queued', () => {
    const thread = new ThreadUnderTest();
    thread.send({ type: 'create-thread', data: { projectId: 'p', root: '/r', title: 'T', mode: 'ask' } });
    for (const [messageId, delivery] of [['m1', 'queue'], ['m2', 'queue'], ['m3', 'steer']] as const) {
      thread.send({ type: 'send-message', messageId, parts: [{ type: 'text', text: 'x' }], delivery });
    }
    thread.send({ type: 'withdraw-message', messageId: 'm9' });
    const running = ThreadUnderTest.running();
    expect(running.state.queue).toEqual([]);
    expect(threadStatus(thread.state)).toBe('queued');
    expect(running.send({ type: 'start-run', data: {} as never })).toMatchObject({ refusal: { code: 'run-active' } });
  });

  test('intent comes before effect: a call is completed once, and started only when it was asked for', () => {
    const thread = ThreadUnderTest.running();
    expect(thread.record(started('c1'))).toMatchObject({ refusal: { code: 'illegal-fact' } });
    thread.step('s1', [{ callId: 'c1', tool: 'x' }]);
    expect(thread.record(started('c1')).accepted).toBe(true);
    expect(thread.record(completed('c1')).accepted).toBe(true);
    expect(thread.record(completed('c1'))).toMatchObject({ refusal: { message: expect.stringContaining('completed already') as string } });
  });

  test('facts are recorded as a whole or not at all', () => {
    const thread = ThreadUnderTest.running();
    thread.step('s1', [{ callId: 'c1', tool: 'x' }]);
    const before = thread.events.length;
    expect(thread.record(started('c1'), completed('c1'), completed('c1')).accepted).toBe(false);
    expect(thread.events.length).toBe(before);
  });

  test('an approval is answered once, by somebody eligible, and binds the digest', () => {
    const thread = ThreadUnderTest.running();
    thread.step('s1', [{ callId: 'c1', tool: 'x' }]);
    thread.record(asked('c1'));
    expect(thread.state.run && isWaiting(thread.state.run)).toBe(true);
    expect(threadStatus(thread.state)).toBe('waiting');
    const answer = { type: 'decide-approval', approvalId: 'ap-c1', answer: 'allow', always: true } as const;
    expect(thread.send(answer, { kind: 'user', userId: 'eve' })).toMatchObject({ refusal: { code: 'not-eligible' } });
    expect(thread.send(answer, { kind: 'automation', name: 'bot', actsFor: ['ada'] })).toMatchObject({ refusal: { code: 'not-eligible' } });
    expect(thread.record(started('c1')).accepted).toBe(false);
    expect(thread.send(answer, ada).accepted).toBe(true);
    expect(thread.send(answer, ada)).toMatchObject({ refusal: { code: 'approval-not-open' } });
    expect(thread.state.grants).toHaveLength(1);
    expect(thread.record(started('c1', '1'.repeat(64)))).toMatchObject({ refusal: { message: expect.stringContaining('not what was approved') as string } });
    expect(thread.record(started('c1')).accepted).toBe(true);
  });

  test('a cancelled run starts nothing more', () => {
    const thread = ThreadUnderTest.running();
    thread.step('s1', [{ callId: 'c1', tool: 'x' }]);
    expect(thread.send({ type: 'cancel-run', runId: 'other' })).toMatchObject({ refusal: { code: 'run-over' } });
    expect(thread.send({ type: 'cancel-run' }).accepted).toBe(true);
    expect(thread.record(started('c1')).accepted).toBe(false);
    const finish = { type: 'run.finished' as const, data: { runId: 'r1', outcome: 'cancelled', verified: 'nothing', summary: '', usage: { input: 0, cachedInput: 0, output: 0, reasoning: 0 }, steps: 1 } };
    thread.record(completed('c1'));
    expect(thread.record(finish).accepted).toBe(true);
    expect(thread.record(completed('c1'))).toMatchObject({ refusal: { code: 'run-over' } });
    expect(thread.send({ type: 'cancel-run' })).toMatchObject({ refusal: { code: 'no-run' } });
  });

  test('undo takes the last run that changed files, once, and not while a run goes on', () => {
    const thread = ThreadUnderTest.running();
    const undo = { type: 'request-restore', restoreId: 'u1' } as const;
    expect(thread.send(undo)).toMatchObject({ refusal: { code: 'run-active' } });
    thread.record({ type: 'checkpoint.created', data: { checkpointId: 'tree-a', when: 'before', uncovered: [], uncoveredCount: 0 } });
    thread.record({ type: 'checkpoint.created', data: { checkpointId: 'tree-b', when: 'after', uncovered: [], uncoveredCount: 0 } });
    thread.record({ type: 'run.finished', data: { runId: 'r1', outcome: 'done', verified: 'passed', summary: '', usage: { input: 0, cachedInput: 0, output: 0, reasoning: 0 }, steps: 1 } });
    expect(thread.state.lastRun).toMatchObject({ before: 'tree-a', after: 'tree-b' });
    expect(thread.send(undo)).toMatchObject({ accepted: true, events: [{ data: { target: { runId: 'r1' } } }] });
    expect(thread.send({ ...undo, restoreId: 'u2' })).toMatchObject({ refusal: { code: 'restore-pending' } });
    thread.send({ type: 'complete-restore', data: { restoreId: 'u1', restored: ['a'], removed: [], skipped: [] } });
    expect(thread.send({ ...undo, restoreId: 'u3' })).toMatchObject({ refusal: { code: 'nothing-to-undo' } });
  });

  test('a fork in the middle of a run closes what is open in the copy', () => {
    const thread = ThreadUnderTest.running();
    thread.step('s1', [{ callId: 'c1', tool: 'x' }]);
    thread.record(started('c1'));
    const closing = closeFork(thread.state, ada, { threadId: 'thread-1', seq: thread.events.length });
    const copy = fold(placed(closing, 'thread-2', thread.events.length + 1), thread.state);
    expect(closing.map((event) => event.type)).toEqual(['tool.completed', 'run.finished', 'thread.forked']);
    expect(copy.run).toBeUndefined();
    expect(threadStatus(copy)).toBe('idle');
  });

  test('every event of a run names it', () => {
    const thread = ThreadUnderTest.running();
    thread.step('s1', []);
    thread.send({ type: 'cancel-run' });
    expect(types(thread).slice(2)).toEqual(['run.started', 'step.started', 'step.completed', 'run.cancel-requested']);
    expect(thread.events.slice(2).every((event) => event.runId === 'r1')).toBe(true);
  });
});
