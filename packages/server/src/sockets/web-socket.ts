import { ClientFrame } from '@atelier/protocol';
import type { ServerFrame } from '@atelier/protocol';
import type { WebSocket } from 'ws';
import { ProblemError, problemBody } from '../http/problem-error.ts';
import type { ThreadStore } from '../threads/thread-store.ts';
import type { DeltaHub } from './delta-hub.ts';
import { followThread } from './follow-thread.ts';

/** A client that lets more bytes than this pile up is given no more until it has read them. */
const PILED_BYTES = 1024 * 1024;
const MAX_SUBSCRIPTIONS = 100;

/** Serves one client of `/api/socket`: it subscribes to threads and gets what the event stream gives, as frames. */
export function serveSocket(socket: WebSocket, options: { store: ThreadStore; deltas: DeltaHub; attend: (threadId: string) => void; closing: AbortSignal }): void {
  const subscriptions = new Map<string, AbortController>();
  const send = (frame: ServerFrame): void => { if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(frame)); };
  const problem = (error: ProblemError, threadId?: string): void => send({ type: 'problem', ...(threadId && { threadId }), problem: problemBody(error, 'socket') });

  const subscribe = async (threadId: string, after: number): Promise<void> => {
    subscriptions.get(threadId)?.abort();
    if (subscriptions.size >= MAX_SUBSCRIPTIONS) return problem(new ProblemError('too-many-requests', `One socket follows at most ${MAX_SUBSCRIPTIONS} threads. Unsubscribe from some.`), threadId);
    if (await options.store.state(threadId) === undefined) return problem(new ProblemError('thread-not-found', `There is no thread ${threadId}.`), threadId);
    const stop = new AbortController();
    subscriptions.set(threadId, stop);
    options.attend(threadId);
    const signal = AbortSignal.any([stop.signal, options.closing]);
    for await (const item of followThread({ store: options.store, deltas: options.deltas, threadId, after, signal })) {
      if (item.type === 'delta' && socket.bufferedAmount > PILED_BYTES) continue; // droppable
      while (socket.bufferedAmount > PILED_BYTES && socket.readyState === socket.OPEN) await new Promise((resolve) => setTimeout(resolve, 20));
      if (socket.readyState !== socket.OPEN) return;
      send({ ...item, threadId });
    }
  };

  socket.on('message', (raw, isBinary) => {
    const frame = !isBinary && Buffer.isBuffer(raw) ? parseFrame(raw.toString()) : undefined;
    if (frame === undefined) return problem(new ProblemError('invalid-request', 'This frame does not fit. Send {"type":"subscribe","threadId":"…","after":0}.'));
    switch (frame.type) {
      case 'ping': return send({ type: 'pong' });
      case 'unsubscribe':
        subscriptions.get(frame.threadId)?.abort();
        subscriptions.delete(frame.threadId);
        return;
      case 'subscribe':
        subscribe(frame.threadId, frame.after).catch(() => socket.close(1011, 'something broke; connect again and resume after your cursor'));
    }
  });
  socket.on('close', () => { for (const stop of subscriptions.values()) stop.abort(); });
  socket.on('error', () => socket.terminate());
}

function parseFrame(text: string): ClientFrame | undefined {
  try {
    return ClientFrame.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined; // not JSON: answered as a frame that does not fit
  }
}
