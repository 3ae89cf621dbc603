import { evolve } from '@atelier/thread';
import type { Cause, Event, EventData, EventType, NewEvent, RunFact, ThreadState } from '@atelier/thread';
import { Conversation } from './conversation.ts';
import type { RunLog } from './run-log.ts';

/** Thrown when the log refuses a fact: the run was ended by somebody else, so this process has to let go of it. */
export class RunOver extends Error {
  override name = 'RunOver';
}

/**
 * Records the run's facts one after another and keeps the conversation in step with the log, without reading back what
 * this process wrote itself.
 */
export class RunRecorder {
  readonly conversation = new Conversation();
  readonly #log: RunLog;
  readonly #cause: Cause;
  #last: Promise<unknown> = Promise.resolve();
  /** Facts that are recorded together with the next ones. */
  #held: RunFact[] = [];
  #ahead: ThreadState | undefined;

  constructor(log: RunLog, cause: Cause) {
    this.#log = log;
    this.#cause = cause;
  }

  /** The log's state, with what is held folded in. */
  get state(): ThreadState {
    if (this.#held.length === 0) return this.#log.state();
    return this.#ahead ??= this.#held.reduce((state, fact) => evolve(state, { ...fact, threadId: state.threadId, seq: state.seq + 1, at: state.updatedAt, v: 1 }), this.#log.state());
  }

  /**
   * Holds facts back until the next `record`, which comes at once: a model's answer is recorded with the calls that it
   * starts, a last result with the step that reads it. That halves the syncs of a step. Nothing may have an effect
   * between the two, and a process that dies there only asks the model again or finds the call still started.
   */
  hold(facts: RunFact[]): void {
    this.#held.push(...facts);
    this.#ahead = undefined;
  }

  /** Records what is held, if anything is. */
  flush(): Promise<void> {
    return this.record([]);
  }

  /** Makes a fact of this run, caused by the agent. */
  fact<Type extends EventType>(type: Type, data: EventData[Type], cause: Partial<Cause> = {}): RunFact {
    return { type, data, ...this.#cause, ...cause } as NewEvent; // `data` is the data of `type`
  }

  /** Resolves when the facts are durable. Calls are served in order. Throws `RunOver` on a refusal. */
  record(facts: RunFact[]): Promise<void> {
    const held = this.#held.splice(0);
    this.#ahead = undefined;
    const recorded = this.#last.then(async () => {
      try {
        await this.#append([...held, ...facts]);
      } catch (error) {
        // What is refused now (a call that may not start any more) does not take with it what was heard before.
        if (error instanceof RunOver && held.length > 0 && facts.length > 0) await this.#append(held);
        throw error;
      }
    });
    this.#last = recorded.catch(() => undefined); // the caller of this record hears of it; the next one starts fresh
    return recorded;
  }

  async #append(facts: RunFact[]): Promise<void> {
    if (facts.length === 0) return;
    const answer = await this.#log.record(facts);
    if (!answer.accepted) throw new RunOver(answer.refusal.message);
    await this.#fold(answer.events, facts);
  }

  /** Reads what others recorded since. */
  async refresh(): Promise<void> {
    await this.#log.refresh();
    this.#ahead = undefined;
    if (this.#log.state().seq > this.conversation.seq) await this.#readOn();
  }

  async #fold(events: Event[], facts: RunFact[]): Promise<void> {
    if (events[0]?.seq !== this.conversation.seq + 1) return this.#readOn();
    // The stored events name blobs; the facts still have the texts.
    for (const [index, event] of events.entries()) this.conversation.add({ ...event, data: facts[index]?.data } as Event);
  }

  async #readOn(): Promise<void> {
    for await (const event of this.#log.readEvents(this.conversation.seq)) this.conversation.add(event);
  }
}
