import { describe, expect, test } from 'vitest';
import { loadModels } from '@atelier/models';
import type { ScriptedAnswer, ScriptedRequest } from '@atelier/models';
import { openMemoryWorkspace } from '@atelier/workspace/testing';
import { shownText } from '@atelier/thread';
import type { Event, EventOf, EventType, Mode } from '@atelier/thread';
import type { AgentParts } from './agent-parts.ts';
import { runAgent } from './run-agent.ts';
import type { Ending } from './run-agent.ts';
import { prepareRunStart } from './start-run.ts';
import { MemoryThread, countingIds, testPerson } from './testing.ts';
import { builtInTools } from './tools/built-in-tools.ts';

type Answer = (request: ScriptedRequest) => ScriptedAnswer;
const steps = (...answers: ScriptedAnswer[]): Answer => (request) => answers[request.step] ?? { text: 'Done.' };
const call = (name: string, input: unknown): ScriptedAnswer => ({ toolCalls: [{ name, input }] });

/** A thread with a message, a memory workspace, and everything a run needs. */
class Bench {
  readonly thread = new MemoryThread();
  readonly workspace: ReturnType<typeof openMemoryWorkspace>;
  readonly requests: ScriptedRequest[] = [];
  readonly newId = countingIds();
  readonly checks: AgentParts['checks'];
  readonly #models;
  cancel = new AbortController();

  constructor(answer: Answer, options: { files?: Record<string, string>; mode?: Mode; commands?: NonNullable<Parameters<typeof openMemoryWorkspace>[0]>['commands']; checks?: boolean; sandbox?: boolean } = {}) {
    this.workspace = openMemoryWorkspace({
      files: options.files ?? { 'a.txt': 'alpha\n', 'b.txt': 'beta\n' },
      ...(options.commands && { commands: options.commands }),
      ...(options.sandbox === false && { sandbox: { kind: 'none' as const, missing: 'test' } }),
    });
    this.checks = options.checks === true ? [{ name: 'test', command: 'run-tests', source: 'test' }] : [];
    this.#models = loadModels({ environment: {}, scripts: { test: (request) => { this.requests.push(request); return answer(request); } } });
    this.thread.handle({ type: 'create-thread', data: { projectId: 'p', root: '/workspace', title: 'T', mode: options.mode ?? 'auto' } });
    this.say('go');
  }

  say(text: string, delivery: 'queue' | 'steer' = 'queue'): void {
    this.thread.handle({ type: 'send-message', messageId: this.newId(), parts: [{ type: 'text', text }], delivery });
  }

  parts(): AgentParts {
    const model = this.#models.resolve('scripted/test');
    if ('problem' in model) throw new Error(model.problem);
    return {
      log: this.thread.openLog(this.cancel.signal), workspace: this.workspace, tools: builtInTools, model, layers: [], policyVersion: 'v', allowedHosts: [],
      checks: this.checks, verifyRounds: 3, newId: this.newId, now: () => 0, sleep: () => Promise.resolve(), random: () => 0,
      readAuthority: (users) => Promise.resolve({ users, rights: ['read', 'edit', 'run', 'approve'] }),
      principal: { kind: 'automation', name: 'agent', actsFor: ['ada'] },
    };
  }

  async run(): Promise<Ending> {
    const parts = this.parts();
    if (this.thread.state.run === undefined) {
      const data = await prepareRunStart(parts, this.thread.state, { maxSteps: 30, platform: 'test' });
      this.thread.handle({ type: 'start-run', data }, parts.principal);
    }
    return runAgent(parts);
  }

  types(): string[] {
    return this.thread.events.map((event) => event.type);
  }

  all<Type extends EventType>(type: Type): EventOf<Type>[] {
    return this.thread.events.filter((event): event is EventOf<Type> => event.type === type);
  }

  text(path: string): string | undefined {
    return this.workspace.tree.files.get(path)?.bytes.toString('utf8');
  }
}

describe('a run', () => {
  test('records the whole of what happened, in order', async () => {
    const bench = new Bench(steps(call('read_file', { path: 'a.txt' }), call('edit_file', { path: 'a.txt', edits: [{ old: 'alpha', new: 'ALPHA' }] }), { text: 'Changed.' }));
    expect(await bench.run()).toBe('finished');
    expect(bench.text('a.txt')).toBe('ALPHA\n');
    expect(bench.types()).toEqual([
      'thread.created', 'message.sent', 'run.started',
      'step.started', 'step.completed', 'tool.started', 'tool.completed',
      'step.started', 'step.completed', 'checkpoint.created', 'tool.started', 'tool.completed',
      'step.started', 'step.completed', 'checkpoint.created', 'run.finished',
    ]);
    const [, edit] = bench.all('tool.started');
    expect(edit).toMatchObject({ runId: bench.all('run.started')[0]?.data.runId, callId: edit?.data.callId, data: { tool: 'edit_file', authority: { users: ['ada'] }, verdict: { verdict: 'allow', policyVersion: 'v' } } });
    expect(bench.all('run.finished')[0]?.data).toMatchObject({ outcome: 'done', verified: 'nothing', steps: 3, files: [{ path: 'a.txt', kind: 'changed', added: 1, removed: 1 }] });
    expect(bench.all('step.completed').every((event) => event.data.model === 'test' && event.data.usage.input > 0)).toBe(true);
  });

  test('the prompt only grows: each request begins with the one before', async () => {
    const bench = new Bench(steps(call('read_file', { path: 'a.txt' }), call('read_file', { path: 'b.txt' }), { text: 'Read.' }));
    await bench.run();
    bench.say('again');
    await bench.run();
    const prompts = bench.requests.map((request) => JSON.stringify((request.body as { prompt: unknown[] }).prompt).slice(0, -1));
    expect(prompts.length).toBe(4);
    for (const [index, prompt] of prompts.slice(1).entries()) expect(prompt.startsWith(prompts[index] ?? 'x')).toBe(true);
  });

  test('the rules of a folder are told with the first file of it, and once in a thread', async () => {
    const read = call('read_file', { path: 'sub/a.txt' });
    const bench = new Bench(steps(read, { text: 'Read.' }, read, { text: 'Read again.' }), { files: { 'sub/AGENTS.md': 'Use tabs.', 'sub/a.txt': 'a\n' } });
    await bench.run();
    bench.say('again');
    await bench.run();
    const told = bench.all('tool.completed').map((event) => shownText(event.data.output).includes('[Rules from sub/AGENTS.md, for what is under its folder]\nUse tabs.'));
    expect(told).toEqual([true, false]);
  });

  test('calls that do not conflict run at once; those that do, one after another', async () => {
    let running = 0;
    let most = 0;
    const commands = async ({ command }: { command: string }) => {
      running += 1;
      most = Math.max(most, running);
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
      running -= 1;
      return { output: command, exitCode: 0 };
    };
    const reads = new Bench(steps({ toolCalls: [{ name: 'read_file', input: { path: 'a.txt' } }, { name: 'read_file', input: { path: 'b.txt' } }] }));
    await reads.run();
    expect(reads.types().filter((type) => type.startsWith('tool.'))).toEqual(['tool.started', 'tool.started', 'tool.completed', 'tool.completed']);
    const writes = new Bench(steps({ toolCalls: [{ name: 'run_command', input: { command: 'one' } }, { name: 'run_command', input: { command: 'two' } }] }), { commands });
    await writes.run();
    expect(most).toBe(1);
    expect(writes.types().filter((type) => type.startsWith('tool.'))).toEqual(['tool.started', 'tool.completed', 'tool.started', 'tool.completed']);
  });

  test('two edits of one file in one step build on each other, also when the second needs what the first makes', async () => {
    const bench = new Bench(steps({
      toolCalls: [
        { name: 'edit_file', input: { path: 'a.txt', edits: [{ old: 'alpha', new: 'one' }] } },
        { name: 'edit_file', input: { path: 'a.txt', edits: [{ old: 'one', new: 'two' }] } },
      ],
    }));
    await bench.run();
    expect(bench.text('a.txt')).toBe('two\n');
  });

  test('a write in ask mode waits in the log, is bound to what was shown, and happens after the answer', async () => {
    const bench = new Bench(steps(call('write_file', { path: 'new.txt', content: 'hello\n' }), { text: 'Made.' }), { mode: 'ask' });
    expect(await bench.run()).toBe('waits');
    expect(bench.text('new.txt')).toBeUndefined();
    const [request] = bench.all('approval.requested');
    expect(request?.data).toMatchObject({ tool: 'write_file', eligible: ['ada'], verdict: { verdict: 'ask' } });
    expect(await bench.run()).toBe('waits'); // asking again changes nothing
    expect(bench.all('approval.requested')).toHaveLength(1);
    bench.thread.handle({ type: 'decide-approval', approvalId: request?.data.approvalId ?? '', answer: 'allow', always: false });
    expect(await bench.run()).toBe('finished');
    expect(bench.text('new.txt')).toBe('hello\n');
  });

  test('what was approved is what happens, or nothing: a file that somebody changed in between is not written', async () => {
    const bench = new Bench(steps(call('edit_file', { path: 'a.txt', edits: [{ old: 'alpha', new: 'ALPHA' }] }), { text: 'Stopped.' }), { mode: 'ask' });
    await bench.run();
    bench.workspace.tree.put('a.txt', Buffer.from('alpha, and more\n'));
    bench.thread.handle({ type: 'decide-approval', approvalId: bench.all('approval.requested')[0]?.data.approvalId ?? '', answer: 'allow', always: false });
    await bench.run();
    expect(bench.text('a.txt')).toBe('alpha, and more\n');
    expect(bench.all('tool.completed')[0]?.data).toMatchObject({ status: 'refused', output: expect.stringContaining('not what this call would do now') as string });
  });

  test('a denied call tells the model why, and the run goes on', async () => {
    const bench = new Bench(steps(call('write_file', { path: 'new.txt', content: 'x' }), { text: 'I see.' }), { mode: 'ask' });
    await bench.run();
    bench.thread.handle({ type: 'decide-approval', approvalId: bench.all('approval.requested')[0]?.data.approvalId ?? '', answer: 'deny', always: false, reason: 'not that name' });
    expect(await bench.run()).toBe('finished');
    expect(bench.requests.at(-1)?.lastToolResults[0]?.text).toContain('not that name');
  });

  test('plan mode reads, and refuses to write', async () => {
    const bench = new Bench(steps(call('read_file', { path: 'a.txt' }), call('write_file', { path: 'x', content: 'x' }), { text: 'The plan.' }), { mode: 'plan' });
    await bench.run();
    expect(bench.all('tool.completed').map((event) => event.data.status)).toEqual(['ok', 'refused']);
    expect(bench.text('x')).toBeUndefined();
  });

  test('without a sandbox every command asks first, in auto mode too', async () => {
    const bench = new Bench(steps(call('run_command', { command: 'ls' })), { sandbox: false, commands: () => ({ output: '', exitCode: 0 }) });
    expect(await bench.run()).toBe('waits');
  });

  test('a question waits for a person, and the answer is the result', async () => {
    const bench = new Bench(steps(call('ask_person', { question: 'Which?', options: ['a', 'b'] }), { text: 'Thanks.' }));
    expect(await bench.run()).toBe('waits');
    const [question] = bench.all('question.asked');
    bench.thread.handle({ type: 'answer-question', questionId: question?.data.questionId ?? '', answer: 'b' });
    expect(await bench.run()).toBe('finished');
    expect(bench.requests.at(-1)?.lastToolResults[0]?.text).toBe('b');
  });
});

describe('verification', () => {
  const testRun = (limit: number) => {
    let runs = 0;
    return () => (++runs <= limit ? { output: `FAIL ${runs}`, exitCode: 1 } : { output: 'ok', exitCode: 0 });
  };
  const edits: Answer = (request) => {
    const last = request.messages.at(-1);
    return last?.role === 'user' ? call('write_file', { path: 'a.txt', content: `try ${request.step}\n` }) : { text: 'I think it is right.' };
  };

  test('a failure is the next thing the model reads; when it passes the run is done and verified', async () => {
    const bench = new Bench(edits, { checks: true, commands: testRun(2) });
    expect(await bench.run()).toBe('finished');
    expect(bench.all('verification.completed').map((event) => event.data.passed)).toEqual([false, false, true]);
    expect(bench.requests.some((request) => request.lastUserText.includes('FAIL 2'))).toBe(true);
    expect(bench.all('run.finished')[0]?.data).toMatchObject({ outcome: 'done', verified: 'passed' });
  });

  test('after three failed rounds the run ends honestly as not passing', async () => {
    const bench = new Bench(edits, { checks: true, commands: testRun(99) });
    await bench.run();
    expect(bench.all('verification.completed')).toHaveLength(3);
    expect(bench.all('run.finished')[0]?.data).toMatchObject({ outcome: 'not-passing', verified: 'failed' });
  });

  test('nothing is verified when nothing changed, and a check that cannot be started is no failure', async () => {
    const idle = new Bench(steps({ text: 'Nothing to do.' }), { checks: true, commands: testRun(99) });
    await idle.run();
    expect(idle.all('run.finished')[0]?.data).toMatchObject({ outcome: 'done', verified: 'nothing' });
    const missing = new Bench(edits, { checks: true, commands: () => ({ output: 'run-tests: command not found', exitCode: 127 }) });
    await missing.run();
    expect(missing.all('run.finished')[0]?.data.outcome).toBe('done');
    expect(missing.all('run.finished')[0]?.data.verified).toBe('nothing');
  });
});

describe('steering and cancelling', () => {
  test('a steering message is delivered at the next step; a queued one after the run', async () => {
    const bench = new Bench(steps(call('read_file', { path: 'a.txt' }), { text: 'One.' }, { text: 'Two.' }));
    bench.thread.onRecord = (event: Event) => {
      if (event.type !== 'tool.started') return;
      bench.thread.onRecord = undefined;
      bench.say('look at b too', 'steer');
      bench.say('later', 'queue');
    };
    await bench.run();
    expect(bench.requests[1]?.lastUserText).toContain('look at b too');
    expect(bench.all('run.finished')).toHaveLength(1);
    expect(bench.thread.state.queue.map((message) => message.delivery)).toEqual(['queue']);
  });

  test('a cancel ends a running command and the run, and says so in the log', async () => {
    const bench = new Bench(steps(call('run_command', { command: 'sleep for ever' })), {
      commands: () => {
        bench.thread.handle({ type: 'cancel-run' }, testPerson);
        bench.cancel.abort();
        return new Promise(() => undefined);
      },
    });
    expect(await bench.run()).toBe('finished');
    expect(bench.all('tool.completed')[0]?.data.status).toBe('cancelled');
    expect(bench.all('run.finished')[0]?.data.outcome).toBe('cancelled');
  });

  test('a server that closes lets go, and the next process goes on', async () => {
    const bench = new Bench(steps(call('run_command', { command: 'long' }), { text: 'Saw it.' }), {
      commands: () => { bench.cancel.abort(); return new Promise(() => undefined); },
    });
    expect(await bench.run()).toBe('let-go');
    expect(bench.all('run.finished')).toHaveLength(0);
    bench.cancel = new AbortController();
    expect(await bench.run()).toBe('finished');
    expect(['interrupted', 'cancelled']).toContain(bench.all('tool.completed')[0]?.data.status);
  });
});

describe('what goes wrong with models', () => {
  test('an unknown tool, wrong arguments and malformed JSON are told to the model', async () => {
    const bench = new Bench(steps(call('no_such_tool', {}), call('read_file', { path: 7 }), { toolCalls: [{ name: 'read_file', rawInput: '{"path": "a.t' }] }, { text: 'Sorry.' }));
    await bench.run();
    const outputs = bench.all('tool.completed').map((event) => shownText(event.data.output));
    expect(outputs[0]).toContain('There is no tool "no_such_tool"');
    expect(outputs[1]).toContain('path');
    expect(outputs[2]).toContain('not valid JSON');
    expect(bench.all('run.finished')[0]?.data.outcome).toBe('done');
  });

  test('the same call again and again is refused, then the run is stopped', async () => {
    const bench = new Bench(() => call('read_file', { path: 'a.txt' }));
    await bench.run();
    const statuses = bench.all('tool.completed').map((event) => event.data.status);
    expect(statuses.slice(0, 3)).toEqual(['ok', 'ok', 'ok']);
    expect(statuses).toContain('refused');
    expect(statuses.length).toBeLessThan(12);
    expect(bench.all('run.finished')[0]?.data).toMatchObject({ outcome: 'failed', error: { code: 'repeating' } });
  });

  test('an answer that repeats itself without end is stopped', async () => {
    const bench = new Bench(() => ({ text: 'I will now look at the next file again. '.repeat(2000), deltaSize: 40 }));
    await bench.run();
    expect(bench.all('run.finished')[0]?.data).toMatchObject({ outcome: 'failed', error: { code: 'repeating' } });
  });

  test('empty answers are asked for again, then the run ends with a sentence', async () => {
    const bench = new Bench(() => ({ text: '' }));
    await bench.run();
    expect(bench.all('run.finished')[0]?.data).toMatchObject({ outcome: 'failed', error: { message: expect.stringContaining('empty answer') as string } });
  });
});

describe('a process that dies after each recorded event', () => {
  const script = steps(
    call('update_plan', { items: [{ text: 'do', status: 'active' }] }),
    { toolCalls: [{ name: 'edit_file', input: { path: 'a.txt', edits: [{ old: 'alpha', new: 'ALPHA' }] } }, { name: 'edit_file', input: { path: 'b.txt', edits: [{ old: 'beta', new: 'BETA' }] } }] },
    call('move_file', { from: 'a.txt', to: 'c.txt' }),
    call('delete_file', { path: 'b.txt' }),
    { text: 'Done.' },
  );
  const essence = (bench: Bench): string[] => bench.thread.events
    .filter((event) => event.type !== 'step.started' && event.type !== 'checkpoint.created')
    .map((event) => (event.type === 'tool.completed' ? `${event.data.tool} ${event.data.status} ${shownText(event.data.output)}` : event.type));

  test('is gone on with: same files, same log', async () => {
    const whole = new Bench(script);
    await whole.run();
    for (let count = 3; count < whole.thread.events.length; count += 1) {
      const bench = new Bench(script);
      bench.thread.stopAfter = count;
      await expect(bench.run(), `dies after ${count}`).rejects.toThrow('died');
      bench.thread.stopAfter = Infinity;
      expect(await bench.run(), `goes on after ${count}`).toBe('finished');
      expect([...bench.workspace.tree.files.keys()], `files after ${count}`).toEqual(['c.txt']);
      expect(bench.text('c.txt')).toBe('ALPHA\n');
      expect(essence(bench), `log after ${count}`).toEqual(essence(whole));
    }
  });
});
