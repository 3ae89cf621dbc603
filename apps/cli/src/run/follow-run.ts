import { watchThread } from '@atelier/client';
import type { Watched } from '@atelier/client';
import type { ThreadSummary } from '@atelier/protocol';
import { Timeline } from '@atelier/thread';
import type { CallItem, Event, EventOf, TimelineItem } from '@atelier/thread';
import type { Connection } from '../connect.ts';
import { loadTexts } from './load-texts.ts';

/** Follows one run until it ends, or until it waits for a person who is not here. */
export interface FollowOptions {
  connection: Connection;
  threadId: string;
  /** The cursor after which the run is looked for. */
  after: number;
  /** The message whose run is followed; without it the run that is under way. */
  messageId?: string | undefined;
  runId?: string | undefined;
  /** Each thing that comes, with the items of the timeline that it made or changed. */
  onWatched(watched: Watched, items: TimelineItem[]): void;
  /** A call asks for approval or an answer. Not given: nobody is here, and the run is left waiting. */
  onQuestion?: ((call: CallItem) => void) | undefined;
  /** Ends the following; the run goes on. */
  signal: AbortSignal;
}

export type RunEnd =
  | { kind: 'finished'; event: EventOf<'run.finished'>; scripted: boolean }
  | { kind: 'waiting'; runId: string; calls: CallItem[]; scripted: boolean }
  /** Something is broken (a full disk, a locked database): nothing goes on until somebody mends it and resumes. */
  | { kind: 'stands-still'; message: string }
  | { kind: 'left' };

export async function followRun(options: FollowOptions): Promise<RunEnd> {
  const { connection, threadId, signal } = options;
  const timeline = new Timeline({ userId: await connection.userId() });
  let { runId } = options;
  let scripted = false;
  let cursor = options.after;
  let standstill: { message: string; seq: number } | undefined;
  const open = new Map<string, CallItem>();
  const enough = new AbortController();
  for await (const watched of watchThread({ client: connection.client, threadId, after: options.after, signal: AbortSignal.any([signal, enough.signal]) })) {
    const items = watched.type === 'event' ? timeline.add(watched.event) : [];
    for (const item of items) await loadTexts(connection.client, item);
    options.onWatched(watched, items);
    if (watched.type === 'event') {
      const { event } = watched;
      cursor = event.seq;
      if (event.type === 'run.started') scripted = event.data.scripted;
      runId ??= startedRun(event, options.messageId);
      if (event.type === 'run.finished' && event.data.runId === runId) return { kind: 'finished', event, scripted };
      for (const item of items) noteQuestion(item);
    }
    // Events that were recorded before the standstill may come after the word of it.
    if (watched.type === 'delta' && watched.delta.kind === 'problem') standstill = { message: watched.delta.message, seq: (await readThread()).seq };
    if (standstill !== undefined && cursor >= standstill.seq) return { kind: 'stands-still', message: standstill.message };
    // A call that waits does not stop the others: the run waits only when the thread says so.
    if (open.size > 0 && options.onQuestion === undefined && watched.type !== 'delta' && await isWaiting()) {
      return { kind: 'waiting', runId: runId ?? '', calls: [...open.values()], scripted };
    }
  }
  return { kind: 'left' };

  function noteQuestion(item: TimelineItem): void {
    if (item.kind !== 'call') return;
    const waits = item.stage === 'awaits-approval' || item.stage === 'awaits-answer';
    if (waits && !open.has(item.callId)) {
      open.set(item.callId, item);
      options.onQuestion?.(item);
    } else if (!waits) open.delete(item.callId);
  }

  async function isWaiting(): Promise<boolean> {
    return (await readThread()).status === 'waiting';
  }

  async function readThread(): Promise<ThreadSummary> {
    return (await connection.client.call('getThread', { path: { threadId }, signal })).thread;
  }
}

function startedRun(event: Event, messageId: string | undefined): string | undefined {
  if (event.type === 'run.started' && (messageId === undefined || event.data.messageIds.includes(messageId))) return event.data.runId;
  return event.type === 'step.started' && messageId !== undefined && event.data.messageIds.includes(messageId) ? event.runId : undefined;
}
