import { decide } from './decide.ts';
import type { Decision } from './decide.ts';
import type { CommandBody } from './commands.ts';
import type { Event, NewEvent } from './events.ts';
import { evolve } from './evolve.ts';
import { initialState } from './state.ts';
import type { ThreadState } from './state.ts';
import type { Principal } from './principal.ts';

export const ada: Principal = { kind: 'user', userId: 'ada' };
export const agent: Principal = { kind: 'automation', name: 'agent', actsFor: ['ada'] };
export const someHash = '0'.repeat(64);

/** Gives events their places in a log. */
export function placed(events: NewEvent[], threadId = 'thread-1', from = 1): Event[] {
  return events.map((event, index) => ({ ...event, threadId, seq: from + index, at: '2026-01-01T00:00:00.000Z', v: 1 }));
}

export function fold(events: Iterable<Event>, state: ThreadState = initialState('thread-1')): ThreadState {
  let folded = state;
  for (const event of events) folded = evolve(folded, event);
  return folded;
}

/** A thread under test: sends commands one after another, as given. */
export class ThreadUnderTest {
  readonly events: Event[] = [];
  state: ThreadState = initialState('thread-1');

  send(body: CommandBody, principal: Principal = ada): Decision {
    const decision = decide(this.state, { commandId: `c${this.events.length}`, principal, body });
    if (decision.accepted) {
      for (const event of placed(decision.events, 'thread-1', this.events.length + 1)) {
        this.events.push(event);
        this.state = evolve(this.state, event);
      }
    }
    return decision;
  }

  /** A thread with one message and a run on it. */
  static running(): ThreadUnderTest {
    const thread = new ThreadUnderTest();
    thread.send({ type: 'create-thread', data: { projectId: 'p', root: '/repo', title: 'T', mode: 'ask' } });
    thread.send({ type: 'send-message', messageId: 'm1', parts: [{ type: 'text', text: 'go' }], delivery: 'queue' });
    thread.send({
      type: 'start-run',
      data: {
        runId: 'r1', mode: 'ask', model: 'scripted/x', scripted: true, authority: { users: ['ada'], rights: ['read', 'edit', 'run', 'approve'] },
        policyVersion: 'v', maxSteps: 5, instructions: 'Be good.', toolsHash: someHash, sandbox: 'none',
      },
    }, agent);
    return thread;
  }

  record(...facts: { type: NewEvent['type']; data: unknown }[]): Decision {
    return this.send({ type: 'record-run', runId: 'r1', facts: facts.map((fact) => ({ ...fact, principal: agent, runId: 'r1' }) as NewEvent) }, agent);
  }

  step(stepId: string, calls: { callId: string; tool: string; input?: unknown }[], text = ''): void {
    this.record({ type: 'step.started', data: { stepId, number: 1, model: 'scripted/x', messageIds: [] } });
    this.record({
      type: 'step.completed',
      data: {
        stepId, model: 'scripted/x', finish: 'stop', usage: { input: 10, cachedInput: 0, output: 5, reasoning: 0 }, attempts: 1, durationMs: 1, requestHash: someHash,
        parts: [...(text === '' ? [] : [{ type: 'text', text }]), ...calls.map((call) => ({ type: 'tool-call', input: {}, ...call }))],
      },
    });
  }
}

export const allowVerdict = { verdict: 'allow', rule: 'test', reason: 'test', policyVersion: 'v' } as const;
