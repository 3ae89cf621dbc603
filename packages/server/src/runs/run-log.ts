import type { RunLog } from '@atelier/agent';
import type { Delta, Principal } from '@atelier/thread';
import { initialState } from '@atelier/thread';
import type { ThreadStore } from '../threads/thread-store.ts';

export interface RunLogOptions {
  store: ThreadStore;
  threadId: string;
  principal: Principal;
  signal: AbortSignal;
  newId(): string;
  publish(delta: Delta): void;
}

const PAGE = 500;

/** The agent's log of one thread, on the thread store. */
export async function openRunLog(options: RunLogOptions): Promise<RunLog> {
  const { store, threadId, principal, newId } = options;
  let state = await store.state(threadId) ?? initialState(threadId);
  const reload = async (): Promise<void> => { state = await store.state(threadId) ?? state; };
  return {
    threadId,
    signal: options.signal,
    state: () => state,
    publish: options.publish,
    async record(facts) {
      const answer = await store.handle(threadId, { commandId: newId(), principal, body: { type: 'record-run', runId: state.run?.runId ?? '', facts } });
      await reload();
      return answer;
    },
    async refresh() {
      await store.refresh(threadId);
      await reload();
    },
    async *readEvents(after) {
      for (let cursor = after; ;) {
        const events = await store.readEvents(threadId, { after: cursor, limit: PAGE });
        for (const event of events) yield await store.restoreTexts(event);
        const last = events.at(-1);
        if (last === undefined || events.length < PAGE) return;
        cursor = last.seq;
      }
    },
    restore: (value) => store.restoreTexts(value),
    keepFile: (path) => store.blobs.keepFile(path),
    loadText: (blob) => store.blobs.load(blob),
  };
}
