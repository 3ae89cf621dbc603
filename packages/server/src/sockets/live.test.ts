import { once } from 'node:events';
import { join } from 'node:path';
import type { Delta, Event } from '@atelier/thread';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { startTestServer } from '../http/test-server.ts';
import { allEvents, createThread, runIntoCall, say, send, testHomes } from '../threads/contract/test-stores.ts';
import { DeltaHub } from './delta-hub.ts';
import { eventStream } from './event-stream.ts';
import { followThread } from './follow-thread.ts';

let running: Awaited<ReturnType<typeof startTestServer>>;
const homes = testHomes((folder) => Promise.resolve(join(folder, 'atelier.db')));
beforeAll(async () => { running = await startTestServer(); });
afterAll(async () => {
  await running.close();
  await homes.clean();
});

async function renamed(threadId: string, from: number, to: number): Promise<void> {
  for (let index = from; index <= to; index += 1) await running.send(threadId, { type: 'rename-thread', title: `T${index}` });
}

/** Reads a stream until `done` says that it is enough; returns the frames. */
async function readFrames(body: ReadableStream<Uint8Array>, done: (text: string) => boolean, then: () => Promise<void> = async () => undefined): Promise<string[]> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  while (!done(text)) {
    const { value, done: ended } = await reader.read();
    if (ended) break;
    text += decoder.decode(value, { stream: true });
  }
  await then();
  await reader.cancel();
  return text.split('\n\n').filter((frame) => frame !== '');
}
const idsOf = (frames: string[]): number[] => frames.flatMap((frame) => Number(/^id: (\d+)$/m.exec(frame)?.[1] ?? Number.NaN) || []);

describe('server-sent events', () => {
  test('give what was recorded, then what comes, and resume after Last-Event-ID', async () => {
    const threadId = await running.createThread();
    await renamed(threadId, 1, 4);
    const first = await running.call('GET', `/api/threads/${threadId}/stream`);
    expect(first.headers.get('content-type')).toContain('text/event-stream');
    let sent = false;
    const frames = await readFrames(first.body!, (text) => {
      if (text.includes('event: live') && !sent) {
        sent = true;
        void renamed(threadId, 5, 6);
      }
      return text.includes('id: 7\n');
    });
    expect(idsOf(frames)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    const resumed = await running.call('GET', `/api/threads/${threadId}/stream?after=1`, undefined, { 'last-event-id': '5' });
    expect(idsOf(await readFrames(resumed.body!, (text) => text.includes('event: live')))).toEqual([6, 7]);
    const after = await running.call('GET', `/api/threads/${threadId}/stream?after=6`);
    expect(idsOf(await readFrames(after.body!, (text) => text.includes('event: live')))).toEqual([7]);
    expect((await running.call('GET', '/api/threads/none/stream')).status).toBe(404);
  });

  test('pass deltas on without an id, and say when the thread is gone', async () => {
    const store = await (await homes.make()).open();
    const threadId = await createThread(store);
    const deltas = new DeltaHub();
    const stop = new AbortController();
    const body = eventStream(followThread({ store, deltas, threadId, after: 0, signal: stop.signal }), () => stop.abort());
    let step = 0;
    const frames = await readFrames(body, (text) => {
      if (step === 0 && text.includes('event: live')) {
        step = 1;
        deltas.publish(threadId, { kind: 'problem', message: 'half\na line' });
      }
      if (step === 1 && text.includes('event: delta')) {
        step = 2;
        void store.deleteThread(threadId);
      }
      return text.includes('event: gone');
    });
    const delta = frames.find((frame) => frame.includes('event: delta'));
    expect(delta).not.toContain('id:');
    expect(JSON.parse(delta?.split('data: ')[1] ?? '')).toEqual({ kind: 'problem', message: 'half\na line' });
    await vi.waitFor(() => expect(stop.signal.aborted).toBe(true));
  });

  test('a slow reader is not given the pieces of a step whose end it has been given', async () => {
    const store = await (await homes.make()).open();
    const threadId = await createThread(store);
    await send(store, threadId, say('go'));
    await runIntoCall(store, threadId);
    const ended = (await allEvents(store, threadId)).find((event) => event.type === 'step.completed');
    const deltas = new DeltaHub();
    const stop = new AbortController();
    const followed = followThread({ store, deltas, threadId, after: 0, signal: stop.signal });
    const kinds = [(await followed.next()).value?.type];
    deltas.publish(threadId, { kind: 'text', stepId: ended?.stepId ?? '', text: 'late' });
    deltas.publish(threadId, { kind: 'text', stepId: 'the next one', text: 'in time' });
    for (;;) {
      const { value } = await followed.next();
      kinds.push(value?.type);
      if (value?.type === 'delta') {
        expect(value.delta).toMatchObject({ text: 'in time' });
        break;
      }
    }
    expect(kinds.filter((kind) => kind === 'delta')).toHaveLength(1);
    stop.abort();
  });

  test('a reader that does not read costs nothing: no page is fetched for it, and late deltas are dropped', async () => {
    const store = await (await homes.make()).open();
    const threadId = await createThread(store);
    for (let index = 0; index < 450; index += 1) await send(store, threadId, { type: 'rename-thread', title: `T${index}` });
    const deltas = new DeltaHub();
    const stop = new AbortController();
    const followed = followThread({ store, deltas, threadId, after: 0, signal: stop.signal });
    expect((await followed.next()).value).toMatchObject({ type: 'event', event: { seq: 1 } });
    for (let index = 0; index < 2000; index += 1) deltas.publish(threadId, { kind: 'problem', message: `${index}` } satisfies Delta);
    const seqs: number[] = [1];
    let dropped = 2000;
    for await (const item of followed) {
      if (item.type === 'event') seqs.push(item.event.seq);
      if (item.type === 'delta') dropped -= 1;
      if (seqs.length === 451 && dropped <= 1500) break;
    }
    expect(seqs).toEqual(Array.from({ length: 451 }, (_, index) => index + 1));
    expect(dropped).toBe(1500);
    stop.abort();
  });
});

describe('the socket', () => {
  const open = (headers: Record<string, string> = {}): WebSocket => new WebSocket(`${running.url.replace('http', 'ws')}/api/socket`, { headers: { authorization: `Bearer ${running.server.token}`, ...headers } });

  /** Frames as they come, and a way to wait for one. */
  async function connect(): Promise<{ socket: WebSocket; frames: { type: string; threadId?: string; event?: Event; problem?: { code: string } }[]; say(frame: unknown): void; seqs(threadId: string): number[] }> {
    const socket = open();
    const frames: { type: string; threadId?: string; event?: Event; problem?: { code: string } }[] = [];
    socket.on('message', (raw: Buffer) => { frames.push(JSON.parse(raw.toString()) as (typeof frames)[number]); });
    await once(socket, 'open');
    return {
      socket, frames,
      say: (frame) => socket.send(JSON.stringify(frame)),
      seqs: (threadId) => frames.flatMap((frame) => (frame.threadId === threadId && frame.event ? [frame.event.seq] : [])),
    };
  }

  test('subscribes to several threads, resumes after a cursor, and unsubscribes', async () => {
    const [one, two] = [await running.createThread(), await running.createThread()];
    await renamed(one, 1, 3);
    const { socket, frames, say, seqs } = await connect();
    say({ type: 'subscribe', threadId: one, after: 2 });
    say({ type: 'subscribe', threadId: two, after: 0 });
    await vi.waitFor(() => expect(frames.filter((frame) => frame.type === 'live')).toHaveLength(2));
    expect([seqs(one), seqs(two)]).toEqual([[3, 4], [1]]);
    await renamed(two, 1, 2);
    await vi.waitFor(() => expect(seqs(two)).toEqual([1, 2, 3]));
    say({ type: 'unsubscribe', threadId: two });
    say({ type: 'ping' });
    await vi.waitFor(() => expect(frames.some((frame) => frame.type === 'pong')).toBe(true));
    await renamed(two, 3, 4);
    await renamed(one, 4, 4);
    await vi.waitFor(() => expect(seqs(one)).toEqual([3, 4, 5]));
    expect(seqs(two)).toEqual([1, 2, 3]);
    say({ type: 'subscribe', threadId: two, after: 3 });
    await vi.waitFor(() => expect(seqs(two)).toEqual([1, 2, 3, 4, 5]));
    socket.terminate();
  });

  test('answers a frame that does not fit, and a thread that is not there, and goes on', async () => {
    const { socket, frames, say } = await connect();
    socket.send('not json');
    socket.send(Buffer.from([1, 2, 3]));
    say({ type: 'subscribe', threadId: 'none', after: 0 });
    say({ type: 'subscribe', threadId: 'none' });
    say({ type: 'ping' });
    await vi.waitFor(() => expect(frames.filter((frame) => frame.type === 'problem')).toHaveLength(4));
    expect(frames.flatMap((frame) => frame.problem?.code ?? []).toSorted()).toEqual(['invalid-request', 'invalid-request', 'invalid-request', 'thread-not-found']);
    expect(frames.some((frame) => frame.type === 'pong')).toBe(true);
    socket.terminate();
  });

  test.each([
    ['no token', { authorization: '' }, 401],
    ['a wrong token', { authorization: 'Bearer wrong' }, 401],
    ['a page of another origin', { origin: 'https://evil.example' }, 403],
    ['a foreign host name', { host: 'evil.example' }, 403],
  ])('is not opened with %s', async (_, headers, status) => {
    const socket = open(headers);
    socket.on('error', () => undefined); // it says so too that it was never open
    const [, response] = await once(socket, 'unexpected-response') as [unknown, { statusCode: number }];
    expect(response.statusCode).toBe(status);
    socket.terminate();
  });

  test('a client that stops reading does not make the server pile up, and gets everything when it reads again', async () => {
    const threadId = await running.createThread();
    const parts = Array.from({ length: 50 }, () => ({ type: 'image', mediaType: 'x'.repeat(7000), blob: 'b' }));
    const count = 16; // about five megabytes
    for (let index = 0; index < count; index += 1) {
      await running.send(threadId, { type: 'send-message', messageId: `m${index}`, parts, delivery: 'queue' });
      await running.send(threadId, { type: 'withdraw-message', messageId: `m${index}` });
    }
    const { lastSeq } = await (await running.call('GET', `/api/threads/${threadId}/events?limit=1`)).json() as { lastSeq: number };
    const { socket, say, seqs } = await connect();
    socket.pause();
    say({ type: 'subscribe', threadId, after: 0 });
    expect((await running.call('GET', '/api/me')).status).toBe(200);
    expect(seqs(threadId).length).toBeLessThan(lastSeq);
    socket.resume();
    await vi.waitFor(() => expect(seqs(threadId).at(-1)).toBeGreaterThanOrEqual(lastSeq), { timeout: 15_000 });
    expect(seqs(threadId)).toEqual(Array.from({ length: seqs(threadId).length }, (_, index) => index + 1));
    socket.terminate();
  });
});
