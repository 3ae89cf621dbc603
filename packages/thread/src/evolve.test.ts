import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CommandBody } from './commands.ts';
import type { NewEvent } from './events.ts';
import { parseEvent } from './events.ts';
import { createIdMaker } from './ids.ts';
import { INLINE_BYTES, replaceLongTexts, restoreLongTexts, utf8Length } from './long-text.ts';
import { ThreadUnderTest, allowVerdict, fold, someHash } from './testing.ts';
import { timeline } from './timeline.ts';

const wish = fc.constantFrom<CommandBody>(
  { type: 'send-message', messageId: 'm2', parts: [{ type: 'text', text: 'more' }], delivery: 'steer' },
  { type: 'cancel-run' }, { type: 'archive-thread' }, { type: 'rename-thread', title: 'New' }, { type: 'withdraw-message', messageId: 'm2' },
  { type: 'change-settings', mode: 'auto' }, { type: 'request-restore', restoreId: 'u' }, { type: 'decide-approval', approvalId: 'a1', answer: 'allow', always: false },
);
const data: Record<string, unknown> = {
  'step.started': { stepId: 's', number: 1, model: 'm', messageIds: ['m2'] },
  'step.completed': { stepId: 's', model: 'm', finish: 'stop', usage: { input: 1, cachedInput: 0, output: 1, reasoning: 0 }, attempts: 1, durationMs: 1, requestHash: someHash, parts: [{ type: 'tool-call', callId: 'c', tool: 'x', input: {} }] },
  'step.failed': { stepId: 's', error: { code: 'x', message: 'y' }, attempts: 1, retryable: false },
  'approval.requested': { approvalId: 'a1', callId: 'c', tool: 'x', digest: someHash, effects: [], summary: '', verdict: { ...allowVerdict, verdict: 'ask' }, eligible: ['ada'] },
  'tool.started': { callId: 'c', tool: 'x', digest: someHash, effects: [], summary: '', replay: 'safe', authority: { users: [], rights: [] }, verdict: allowVerdict },
  'tool.completed': { callId: 'c', tool: 'x', status: 'ok', output: 'o', durationMs: 1 },
  'checkpoint.created': { checkpointId: 't', when: 'before', uncovered: [], uncoveredCount: 0 },
  'run.finished': { runId: 'r1', outcome: 'done', verified: 'nothing', summary: '', usage: { input: 0, cachedInput: 0, output: 0, reasoning: 0 }, steps: 0 },
};
const fact = fc.constantFrom(...Object.keys(data)).map((type) => ({ type: type as NewEvent['type'], data: data[type] }));

describe('the log', () => {
  test('whatever is sent, the state is the fold of the recorded events, seqs have no gaps, and each event parses again', () => {
    fc.assert(fc.property(fc.array(fc.oneof(wish.map((body) => ({ body })), fact.map((one) => ({ fact: one }))), { maxLength: 40 }), (acts) => {
      const thread = ThreadUnderTest.running();
      for (const act of acts) {
        if ('body' in act) thread.send(act.body);
        else thread.record(act.fact);
      }
      expect(fold(thread.events)).toEqual(thread.state);
      expect(thread.events.map((event) => event.seq)).toEqual(thread.events.map((_, index) => index + 1));
      for (const event of thread.events) expect(parseEvent(structuredClone(event))).toEqual(event);
      // Each call that was started is completed at most once, and never before it was started or refused.
      const completions = thread.events.filter((event) => event.type === 'tool.completed').length;
      const steps = thread.events.filter((event) => event.type === 'step.completed').length;
      expect(completions).toBeLessThanOrEqual(steps);
      expect(timeline(thread.events, { userId: 'ada' }).every((item) => item.seq <= thread.events.length)).toBe(true);
    }));
  });

  test('the state does not grow with the number of steps', () => {
    const thread = ThreadUnderTest.running();
    const size = (): number => JSON.stringify(thread.state).length;
    const cycle = (index: number): void => {
      thread.step(`s${index}`, [{ callId: `c${index}`, tool: 'x', input: { index } }]);
      thread.record({ type: 'tool.completed', data: { callId: `c${index}`, tool: 'x', status: 'ok', output: String(index), durationMs: 1 } });
    };
    for (let index = 0; index < 50; index += 1) cycle(index);
    const early = size();
    for (let index = 50; index < 1000; index += 1) cycle(index);
    expect(size()).toBeLessThan(early * 1.2);
  });
});

describe('long texts', () => {
  test('come back as they were, and short ones are left alone', async () => {
    const kept = new Map<string, string>();
    await fc.assert(fc.asyncProperty(fc.array(fc.oneof(fc.string(), fc.string({ unit: 'grapheme', minLength: 3000, maxLength: 9000 }))), async (texts) => {
      const value = { texts, nested: { deep: texts } };
      const stored = replaceLongTexts(value, (text) => {
        const blob = String(kept.size).padStart(64, '0');
        kept.set(blob, text);
        return { blob, bytes: utf8Length(text), head: text.slice(0, 10) };
      });
      const inline = JSON.stringify(stored, (_, item: unknown) => (typeof item === 'string' && utf8Length(item) > INLINE_BYTES ? 'TOO LONG' : item));
      expect(inline).not.toContain('TOO LONG');
      expect(await restoreLongTexts(stored, (blob) => Promise.resolve(kept.get(blob)))).toEqual(value);
    }), { numRuns: 20 });
  });
});

describe('ids', () => {
  test('are UUIDv7, unique, and in order within and across milliseconds', () => {
    let now = 1_700_000_000_000;
    let draws = 0;
    const newId = createIdMaker(() => now, (bytes) => bytes.map(() => (draws += 37) % 256));
    const ids = Array.from({ length: 10_000 }, (_, index) => {
      if (index % 3000 === 0) now += 1;
      if (index === 5000) now -= 10; // the clock goes back
      return newId();
    });
    expect(new Set(ids).size).toBe(ids.length);
    expect([...ids].sort()).toEqual(ids);
    expect(ids.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id))).toBe(true);
  });
});
