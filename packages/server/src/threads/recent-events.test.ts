import type { Event } from '@atelier/thread';
import { expect, test } from 'vitest';
import { RecentEvents } from './recent-events.ts';

const event = (seq: number): Event => ({ threadId: 'a', seq, at: '2026-01-01T00:00:00.000Z', v: 1, type: 'thread.renamed', data: { title: String(seq) }, principal: { kind: 'user', userId: 'me' } });
const seqs = (events: Event[] | undefined): number[] | undefined => events?.map(({ seq }) => seq);

test('gives what follows a cursor, and nothing where it does not know all of it', () => {
  const recent = new RecentEvents();
  recent.add('a', [event(3), event(4)]);
  recent.add('a', [event(5)]);
  expect(seqs(recent.after('a', 2))).toEqual([3, 4, 5]);
  expect(seqs(recent.after('a', 4))).toEqual([5]);
  expect(recent.after('a', 5)).toBeUndefined();
  expect(recent.after('a', 1)).toBeUndefined();
  expect(recent.after('b', 0)).toBeUndefined();
});

test('a gap, where another process appended in between, begins anew', () => {
  const recent = new RecentEvents();
  recent.add('a', [event(1)]);
  recent.add('a', [event(3)]);
  expect(recent.after('a', 0)).toBeUndefined();
  expect(seqs(recent.after('a', 2))).toEqual([3]);
});

test('forgets one thread or all', () => {
  const recent = new RecentEvents();
  recent.add('a', [event(1)]);
  recent.add('b', [event(1)]);
  recent.forget('a');
  expect([seqs(recent.after('a', 0)), seqs(recent.after('b', 0))]).toEqual([undefined, [1]]);
  recent.forget(undefined);
  expect(recent.after('b', 0)).toBeUndefined();
});

test('keeps the newest of many', () => {
  const recent = new RecentEvents();
  for (let seq = 1; seq <= 100; seq += 1) recent.add('a', [event(seq)]);
  expect(recent.after('a', 20)).toBeUndefined();
  expect(recent.after('a', 50)).toHaveLength(50);
});
