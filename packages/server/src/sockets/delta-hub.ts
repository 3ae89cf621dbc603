import type { Delta } from '@atelier/thread';

type Listener = (delta: Delta) => void;

/** Passes deltas on to whoever watches right now. Nothing is kept: what nobody hears is gone, and the log has what counts. */
export class DeltaHub {
  readonly #listeners = new Map<string, Set<Listener>>();

  publish(threadId: string, delta: Delta): void {
    for (const listener of this.#listeners.get(threadId) ?? []) listener(delta);
  }

  subscribe(threadId: string, listener: Listener): () => void {
    const listeners = this.#listeners.get(threadId) ?? new Set();
    this.#listeners.set(threadId, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#listeners.delete(threadId);
    };
  }
}
