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

  constructor(log: RunLog, cause: Cause) {
    this.#log = log;
    this.#cause = cause;
  }

  get state(): ThreadState {
    return this.#log.state();
  }

  /** Makes a fact of this run, caused by the agent. */
  fact<Type extends EventType>(type: Type, data: EventData[Type], cause: Partial<Cause> = {}): RunFact {
    return { type, data, ...this.#cause, ...cause } as NewEvent; // `data` is the data of `type`
  }

  /** Resolves when the facts are durable. Calls are served in order. Throws `RunOver` on a refusal. */
  record(facts: RunFact[]): Promise<void> {
    const recorded = this.#last.then(async () => {
      const answer = await this.#log.record(facts);
      if (!answer.accepted) throw new RunOver(answer.refusal.message);
      await this.#fold(answer.events, facts);
    });
    this.#last = recorded.catch(() => undefined); // the caller of this record hears of it; the next one starts fresh
    return recorded;
  }

  /** Reads what others recorded since. */
  async refresh(): Promise<void> {
    await this.#log.refresh();
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
