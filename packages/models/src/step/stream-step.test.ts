import * as fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import type { LanguageModelV4FunctionTool, LanguageModelV4Prompt } from '@ai-sdk/provider';
import { loadModels, streamStep, type ResolvedModel, type StepUpdate } from '../index.ts';
import { startScriptedServer, type Script, type ScriptedAnswer, type ScriptedServer } from '../testing.ts';

const formats = ['openai-compatible', 'openai', 'openai-responses', 'anthropic', 'google', 'ollama', 'in-process'] as const;
type FormatName = (typeof formats)[number];

let server: ScriptedServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const apiKey = 'test-key-0123456789';
const tools: LanguageModelV4FunctionTool[] = [{ type: 'function', name: 'read_file', description: 'Reads a file.', inputSchema: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] } }];
const prompt: LanguageModelV4Prompt = [
  { role: 'system', content: 'You repair code.' },
  { role: 'user', content: [{ type: 'text', text: 'Make the test pass.' }] },
];

async function modelFor(format: FormatName, script: Script, idleMs = 10_000): Promise<ResolvedModel> {
  const timeouts = { idleMs, connectMs: 1_000 };
  if (format === 'in-process') return resolved(loadModels({ environment: {}, config: { timeouts }, scripts: { demo: script } }).resolve('scripted/demo'));
  server = await startScriptedServer(script);
  const path = format === 'google' ? '/v1beta' : format === 'ollama' ? '' : '/v1';
  const models = loadModels({ environment: {}, config: { timeouts, providers: { there: { kind: format, baseUrl: server.url + path, apiKey } } } });
  return resolved(models.resolve('there/test-model'));
}

function resolved(choice: ResolvedModel | { problem: string }): ResolvedModel {
  if ('problem' in choice) throw new Error(choice.problem);
  return choice;
}

interface Asking {
  signal?: AbortSignal;
  prompt?: LanguageModelV4Prompt;
  attempts?: number;
}

async function ask(model: ResolvedModel, { signal = new AbortController().signal, ...given }: Asking = {}): Promise<{ updates: StepUpdate[]; waits: number[] }> {
  const waits: number[] = [];
  const sleep = async (ms: number): Promise<void> => void waits.push(ms);
  const updates: StepUpdate[] = [];
  const limits = given.attempts === undefined ? {} : { attempts: given.attempts };
  for await (const update of streamStep({ model, prompt: given.prompt ?? prompt, tools, signal, now: Date.now, sleep, random: () => 0.5, limits })) updates.push(update);
  return { updates, waits };
}

const last = (updates: StepUpdate[]): StepUpdate | undefined => updates.at(-1);
/** The text that a reader sees in the end: a restart voids what came before. */
const shown = (updates: StepUpdate[]): string => updates.reduce((text, update) => (update.type === 'restart' ? '' : update.type === 'text-delta' ? text + update.text : text), '');

describe.each(formats)('%s', (format) => {
  test('text, reasoning and parallel tool calls arrive whole, with usage', async () => {
    const answer: ScriptedAnswer = { reasoning: 'I think.', text: 'Grüße 👋 there', toolCalls: [{ name: 'read_file', input: { path: 'ä.ts' } }, { name: 'read_file', input: { path: 'b.ts' } }], usage: { input: 100, cachedInput: 40, output: 20, reasoning: 5 }, deltaSize: 3 };
    const { updates } = await ask(await modelFor(format, [answer]));
    const done = last(updates);
    if (done?.type !== 'done') throw new Error(JSON.stringify(done));
    // OpenAI's own chat API shows no reasoning.
    const said = done.parts.map((part) => (part.type === 'tool-call' ? { tool: part.tool, input: part.input } : { [part.type]: part.text }));
    expect(said).toEqual([...(format === 'openai' ? [] : [{ reasoning: 'I think.' }]), { text: 'Grüße 👋 there' }, { tool: 'read_file', input: { path: 'ä.ts' } }, { tool: 'read_file', input: { path: 'b.ts' } }]);
    expect(done.usage).toMatchObject({ input: 100, cachedInput: 40, output: 20 });
    expect(done).toMatchObject({ finish: 'tool-calls', attempts: 1, costUsd: undefined });
    expect(shown(updates)).toBe('Grüße 👋 there');
    expect(updates.filter((update) => update.type === 'tool-call-started')).toHaveLength(2);
  });

  test.each([429, 500, 503, 408, 409])('status %i is tried again', async (status) => {
    const { updates } = await ask(await modelFor(format, [{ status }, { status }, { text: 'Done.' }]));
    expect(updates.map((update) => update.type)).toEqual(['waiting', 'waiting', 'text-delta', 'done']);
    expect(last(updates)).toMatchObject({ attempts: 3 });
  });

  test('Retry-After is honoured, in seconds, milliseconds and as a date', async () => {
    const headers = [{ 'retry-after': '7' }, { 'retry-after-ms': '1234' }, { 'retry-after': new Date(Date.now() + 20_000).toUTCString() }];
    const { waits } = await ask(await modelFor(format, [...headers.map((headers) => ({ status: 429, headers })), { text: 'Done.' }]));
    expect(waits.slice(0, 2)).toEqual([7000, 1234]);
    expect(waits[2]).toBeGreaterThan(17_000);
    expect(waits[2]).toBeLessThan(21_000);
  });

  test.each<[string, ScriptedAnswer]>([
    ['in the text', { text: 'A long beginning that breaks off', cutAfter: 12, deltaSize: 4 }],
    ['in a tool call', { text: 'I read.', toolCalls: [{ name: 'read_file', input: { path: 'a-long-name.ts' } }], cutAfter: 'tool-call', deltaSize: 4 }],
    ['in good order but without its end', { text: 'A long beginning that just ends', endAfter: 12 }],
    ['with an error in the stream', { text: 'Hello there', streamError: { after: 5 } }],
  ])('a stream cut %s is asked for again and not doubled', async (_where, cut) => {
    const { updates } = await ask(await modelFor(format, [cut, cut, cut, { text: 'The whole answer.' }]));
    expect(last(updates)).toMatchObject({ type: 'done', attempts: 4, parts: [{ type: 'text', text: 'The whole answer.' }] });
    expect(shown(updates)).toBe('The whole answer.');
  });

  test('a silent model is asked again after the idle time', async () => {
    const { updates } = await ask(await modelFor(format, [{ hang: true }, { text: 'Half of it', hang: 4 }, { text: 'Done.' }], 150));
    expect(last(updates)).toMatchObject({ type: 'done', attempts: 3, parts: [{ type: 'text', text: 'Done.' }] });
    expect(updates[0]).toMatchObject({ type: 'waiting', reason: expect.stringContaining('sent nothing for') as string });
  });

  test('a wrong key fails at once and the key is not in the message', async () => {
    const { updates } = await ask(await modelFor(format, [{ status: 401, message: `Incorrect API key provided: ${apiKey}.` }]));
    const failed = last(updates);
    expect(failed).toMatchObject({ type: 'failed', attempts: 1, error: { code: 'auth', retryable: false, status: 401 } });
    if (format !== 'in-process') expect(JSON.stringify(updates)).not.toContain(apiKey);
  });

  test.each<[string, ScriptedAnswer, string]>([
    ['too long a conversation', { status: 400, message: 'prompt is too long: 210000 tokens > 200000 maximum' }, 'context-overflow'],
    ['an unknown model', { status: 404 }, 'not-found'],
    ['a request that is not accepted', { status: 400, message: 'temperature: wrong' }, 'bad-request'],
    ['no credit', { status: 402, message: 'Insufficient balance' }, 'rate-limited'],
  ])('%s fails at once with a sentence', async (_what, answer, code) => {
    const { updates } = await ask(await modelFor(format, [answer]));
    expect(last(updates)).toMatchObject({ type: 'failed', attempts: 1, error: { code } });
  });

  test('an empty answer is asked for again, then reported', async () => {
    const { updates } = await ask(await modelFor(format, [{}, {}, {}, {}]));
    expect(last(updates)).toMatchObject({ type: 'failed', attempts: 3, error: { code: 'empty' } });
  });

  test('an answer at the length limit says so', async () => {
    const { updates } = await ask(await modelFor(format, [{ text: 'Too lo', finish: 'length' }]));
    expect(last(updates)).toMatchObject({ type: 'done', finish: 'length' });
  });

  test('an abort ends it within 50 ms, while silent and while waiting', async () => {
    const controller = new AbortController();
    const model = await modelFor(format, [{ hang: true }]);
    let abortedAt = 0;
    setTimeout(() => {
      abortedAt = performance.now();
      controller.abort();
    }, 100);
    const { updates } = await ask(model, { signal: controller.signal });
    expect(performance.now() - abortedAt).toBeLessThan(50);
    expect(last(updates)).toMatchObject({ type: 'failed', error: { code: 'aborted' } });
  });
});

// Gemini sends calls as JSON objects, so that malformed input cannot come.
test.each(formats.filter((format) => format !== 'google'))('%s: malformed tool input is a part that says why', async (format) => {
  const { updates } = await ask(await modelFor(format, [{ toolCalls: [{ name: 'read_file', rawInput: '{"path": "a.ts' }] }]));
  expect(last(updates)).toMatchObject({ type: 'done', parts: [{ type: 'tool-call', tool: 'read_file', input: '{"path": "a.ts', invalid: expect.stringContaining('not valid JSON') as string }] });
});

describe.each(formats.filter((format) => format !== 'in-process'))('%s over the wire', (format) => {
  test('chunks split anywhere give the same answer', async () => {
    const answer: ScriptedAnswer = { reasoning: 'Höh?', text: 'Zeile eins\n\ndata: zwei 👩‍💻 – ende', toolCalls: [{ name: 'read_file', input: { path: 'ß\n"\\' } }] };
    let chunkBytes: number[] = [1];
    const model = await modelFor(format, () => ({ ...answer, chunkBytes }));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 6 }), async (sizes) => {
        chunkBytes = sizes;
        const { updates } = await ask(model, { attempts: 1 });
        expect(last(updates)).toMatchObject({ type: 'done', attempts: 1 });
        expect(shown(updates)).toBe(answer.text);
        const done = last(updates);
        expect(done?.type === 'done' && done.parts.find((part) => part.type === 'tool-call')?.input).toEqual({ path: 'ß\n"\\' });
      }),
      { numRuns: 15 },
    );
  });

  test('a stream cut after any byte is never taken for an answer', async () => {
    const answer: ScriptedAnswer = { text: 'The answer that matters.', toolCalls: [{ name: 'read_file', input: { path: 'a.ts' } }] };
    let cutAfterBytes: number | undefined = 0;
    const model = await modelFor(format, () => (cutAfterBytes === undefined ? answer : { ...answer, cutAfterBytes }));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 400 }), async (at) => {
        cutAfterBytes = at;
        const { updates } = await ask(model, { attempts: 1 });
        const end = last(updates);
        if (end?.type === 'done') expect(end.parts).toHaveLength(2);
        else expect(end).toMatchObject({ type: 'failed', error: { retryable: true } });
      }),
      { numRuns: 15 },
    );
  });

  test('what was sent before goes over the wire again in the same bytes', async () => {
    const model = await modelFor(format, (request) => (request.step < 2 ? { reasoning: 'Hm.', text: 'I look.', toolCalls: [{ name: 'read_file', input: { path: `${request.step}.ts` } }] } : { text: 'Done.' }));
    const conversation = [...prompt];
    for (let step = 0; step < 3; step++) {
      const { updates } = await ask(model, { prompt: [...conversation] });
      const done = last(updates);
      if (done?.type !== 'done') throw new Error(JSON.stringify(done));
      conversation.push({ role: 'assistant', content: done.parts.map((part) => (part.type === 'tool-call' ? { type: 'tool-call', toolCallId: part.callId, toolName: part.tool, input: part.input, ...options(part.provider) } : { type: part.type, text: part.text, ...options(part.provider) })) });
      conversation.push({ role: 'tool', content: done.parts.flatMap((part) => (part.type === 'tool-call' ? [{ type: 'tool-result' as const, toolCallId: part.callId, toolName: part.tool, output: { type: 'text' as const, value: `content of step ${step}` } }] : [])) });
    }
    const bodies = (server?.requests ?? []).map((request) => request.raw.replaceAll(',"cache_control":{"type":"ephemeral"}', ''));
    expect(bodies).toHaveLength(3);
    for (const [at, body] of bodies.slice(1).entries()) {
      const before = JSON.parse(bodies[at] ?? '{}') as Record<string, unknown>;
      const now = JSON.parse(body) as Record<string, unknown>;
      for (const field of ['system', 'systemInstruction', 'instructions', 'tools', 'model', 'max_tokens']) expect(JSON.stringify(now[field])).toBe(JSON.stringify(before[field]));
      const list = (value: Record<string, unknown>): string => JSON.stringify(value['messages'] ?? value['input'] ?? value['contents']);
      expect(list(now).startsWith(list(before).slice(0, -1))).toBe(true);
      // Up to where the new messages begin, the whole text is the same.
      const end = list(before).slice(0, -1);
      expect(body.slice(0, body.indexOf(end) + end.length)).toBe((bodies[at] ?? '').slice(0, body.indexOf(end) + end.length));
    }
  });
});

function options(provider: Record<string, Record<string, unknown>> | undefined): object {
  return provider === undefined ? {} : { providerOptions: provider };
}
