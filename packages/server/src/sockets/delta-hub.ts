import type { Delta } from '@atelier/thread';

type Listener = (delta: Delta) => void;

/**
 * Passes deltas on to whoever watches right now. Nothing is kept, since the log has what counts; only that a run stands
 * still, which no event can say when recording is what is broken, is told to whoever comes later too.
 */
export class DeltaHub {
  readonly #listeners = new Map<string, Set<Listener>>();

  readonly #problems = new Map<string, Delta>();

  publish(threadId: string, delta: Delta): void {
    if (delta.kind === 'problem') this.#problems.set(threadId, delta);
    for (const listener of this.#listeners.get(threadId) ?? []) listener(delta);
  }

  /** The thread is worked on again: what stood in the way may be gone. */
  forgetProblem(threadId: string): void {
    this.#problems.delete(threadId);
  }

  subscribe(threadId: string, listener: Listener): () => void {
    const listeners = this.#listeners.get(threadId) ?? new Set();
    this.#listeners.set(threadId, listeners.add(listener));
    const problem = this.#problems.get(threadId);
    if (problem !== undefined) listener(problem);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#listeners.delete(threadId);
    };
  }
}
