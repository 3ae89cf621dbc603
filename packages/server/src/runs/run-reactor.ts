import type { Delta, ThreadState } from '@atelier/thread';
import { runAgent, prepareRunStart } from '@atelier/agent';
import type { Leases } from '../threads/leases.ts';
import type { ThreadStore } from '../threads/thread-store.ts';
import { openRunLog } from './run-log.ts';
import { restoreFiles } from './restore-files.ts';
import type { RunKits } from './run-kits.ts';
import { failRun } from './fail-run.ts';

const LEASE_MS = 15_000;

export interface RunReactorOptions {
  store: ThreadStore;
  leases: Leases;
  kits: RunKits;
  publish(threadId: string, delta: Delta): void;
  /** Whether another process is meant to do what is due here, because this one could not. */
  leavesToOthers?(state: ThreadState): Promise<boolean>;
  /** Called when work on a thread begins, before anything can go wrong. */
  onBegin(threadId: string): void;
  newId(): string;
  /** Shown to the server's log; a person reads the same in the thread. */
  report(error: unknown, threadId: string): void;
  platform: string;
}

/**
 * Does what threads are due: restores that were asked for, runs that messages wait for, runs whose process died. When
 * woken it asks the log what is due; it is safe to wake it twice, and on two servers: the lease says who works.
 */
export class RunReactor {
  readonly #options: RunReactorOptions;
  readonly #active = new Map<string, { stop: AbortController; done: Promise<void> }>();
  readonly #again = new Set<string>();
  #closing = false;

  constructor(options: RunReactorOptions) {
    this.#options = options;
  }

  get activeRuns(): number {
    return this.#active.size;
  }

  /** Looks whether something is due in a thread. Call it whenever the thread may have changed. */
  wake(threadId: string): void {
    if (this.#closing) return;
    const active = this.#active.get(threadId);
    if (active !== undefined) {
      this.#again.add(threadId);
      void this.#stopIfCancelled(threadId, active.stop);
      return;
    }
    this.#options.onBegin(threadId);
    const stop = new AbortController();
    const done = this.#work(threadId, stop).catch((error: unknown) => this.#standStill(threadId, error)).finally(() => {
      this.#active.delete(threadId);
      if (this.#again.delete(threadId)) this.wake(threadId);
    });
    this.#active.set(threadId, { stop, done });
  }

  /** Resolves when nothing is being worked on. */
  async settled(): Promise<void> {
    while (this.#active.size > 0) await Promise.all([...this.#active.values()].map((active) => active.done));
  }

  /** Lets go of every run; each can be gone on with by the next process. */
  async close(): Promise<void> {
    this.#closing = true;
    for (const active of this.#active.values()) active.stop.abort(new Error('the server closes'));
    await this.settled();
  }

  /** Something is broken. The log is as it was after the last recorded fact; whoever watches is told. */
  #standStill(threadId: string, error: unknown): void {
    this.#options.report(error, threadId);
    this.#again.delete(threadId); // at once it would go wrong again
    const message = (error instanceof Error ? error.message : String(error)).replace(/\.$/, '');
    this.#options.publish(threadId, { kind: 'problem', message: `The run stands still: ${message}. Nothing that was recorded is lost; mend the cause, then resume the thread.` });
  }

  async #stopIfCancelled(threadId: string, stop: AbortController): Promise<void> {
    const state = await this.#options.store.state(threadId);
    if (state?.run?.cancelRequested === true) stop.abort(new Error('the run was cancelled'));
  }

  async #work(threadId: string, stop: AbortController): Promise<void> {
    const { store, leases } = this.#options;
    const due = await store.state(threadId);
    if (!isDue(due) || await this.#options.leavesToOthers?.(due) === true) return;
    const lease = await leases.take(threadId, LEASE_MS);
    if (lease === undefined) return; // another process works on it
    let broken: { error: unknown } | undefined;
    const keep = setInterval(() => {
      lease.renew(LEASE_MS).then((held) => { if (!held) stop.abort(new Error('the lease was lost')); }, (error: unknown) => {
        broken = { error };
        stop.abort(error);
      });
    }, LEASE_MS / 3);
    keep.unref();
    try {
      while (!this.#closing) {
        await store.refresh(threadId);
        const state = await store.state(threadId);
        if (!isDue(state) || !await this.#step(threadId, state, stop)) break;
      }
    } catch (error) {
      this.#standStill(threadId, error); // told before the lease is given back, which may have to wait for the same cause
      return;
    } finally {
      clearInterval(keep);
      // What broke the work often breaks this too. A lease that is not given back ends by itself, or with this process.
      await lease.release().catch((error: unknown) => this.#options.report(error, threadId));
    }
    if (broken !== undefined) throw broken.error;
  }

  /** One piece of due work; false when there is nothing to go on with now. */
  async #step(threadId: string, state: ThreadState, stop: AbortController): Promise<boolean> {
    const { store, kits, newId, publish, platform } = this.#options;
    const kit = await kits.open(state);
    if ('problem' in kit) return failRun({ store, newId }, state, kit.problem);
    const [restore] = state.restores;
    if (restore !== undefined) {
      await restoreFiles({ store, newId, workspace: kit.workspace }, state, restore);
      return true;
    }
    const log = await openRunLog({ store, threadId, signal: stop.signal, newId, principal: kit.principal(state), publish: (delta) => publish(threadId, delta) });
    const parts = await kit.agentParts(log, state);
    if ('problem' in parts) return failRun({ store, newId }, state, parts.problem);
    if (state.run === undefined) {
      const data = await prepareRunStart(parts, state, { maxSteps: kit.maxSteps(state), platform });
      const answer = await store.handle(threadId, { commandId: newId(), principal: parts.principal, body: { type: 'start-run', data } });
      if (!answer.accepted) return false;
      await log.refresh();
    }
    const ending = await runAgent(parts);
    // What else is due after a cancelled run begins with a signal that is not aborted.
    if (ending === 'finished' && stop.signal.aborted) this.#again.add(threadId);
    return ending === 'finished' && !stop.signal.aborted;
  }
}

function isDue(state: ThreadState | undefined): state is ThreadState {
  if (state === undefined || state.seq === 0) return false;
  return state.restores.length > 0 || state.run !== undefined || state.queue.length > 0;
}
