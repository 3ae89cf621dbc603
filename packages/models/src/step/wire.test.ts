import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { LanguageModelV4Prompt } from '@ai-sdk/provider';
import { afterEach, expect, test } from 'vitest';
import { loadModels, streamStep, type ProviderConfig, type ResolvedModel, type StepUpdate } from '../index.ts';
import { startScriptedServer } from '../testing.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

function model(provider: ProviderConfig, name = 'test-model', more: object = {}, environment: Record<string, string> = {}): ResolvedModel {
  const choice = loadModels({ environment, config: { providers: { there: provider }, ...more } }).resolve(`there/${name}`);
  if ('problem' in choice) throw new Error(choice.problem);
  return choice;
}

const user: LanguageModelV4Prompt[number] = { role: 'user', content: [{ type: 'text', text: 'Go.' }] };
const prompt: LanguageModelV4Prompt = [
  { role: 'system', content: 'Instructions.' },
  user,
  { role: 'assistant', content: [{ type: 'tool-call', toolCallId: 'c1', toolName: 'read', input: '{"path": "a' }] },
  { role: 'tool', content: [{ type: 'tool-result', toolCallId: 'c1', toolName: 'read', output: { type: 'error-text', value: 'not JSON' } }] },
];

async function ask(model: ResolvedModel, given: { signal?: AbortSignal; prompt?: LanguageModelV4Prompt; sleep?: (ms: number, signal: AbortSignal) => Promise<void> } = {}): Promise<StepUpdate[]> {
  const updates: StepUpdate[] = [];
  const { signal = new AbortController().signal, sleep = async () => undefined } = given;
  for await (const update of streamStep({ model, prompt: given.prompt ?? prompt, tools: [], cacheKey: 'thread-1', signal, now: Date.now, sleep, random: () => 0 })) updates.push(update);
  return updates;
}

async function scripted(): Promise<Awaited<ReturnType<typeof startScriptedServer>>> {
  const server = await startScriptedServer([{ text: 'ok', repeat: true }]);
  closing.push(() => server.close());
  return server;
}

async function serve(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('Anthropic gets cache markers at the instructions and the newest messages, and malformed input as an object', async () => {
  const server = await scripted();
  await ask(model({ kind: 'anthropic', baseUrl: server.url, apiKey: 'key-of-anthropic' }));
  const body = server.requests[0]?.body as { max_tokens: number; system: object[]; messages: { content: object[] }[] };
  const cached = { cache_control: { type: 'ephemeral' } };
  expect(body.system.at(-1)).toMatchObject(cached);
  expect(body.messages[0]?.content.at(-1)).toMatchObject(cached);
  expect(body.messages[1]?.content[0]).toMatchObject({ type: 'tool_use', input: { malformed_input: '{"path": "a' } });
  expect(body.messages[2]?.content.at(-1)).toMatchObject(cached);
  expect(server.requests[0]?.raw.match(/cache_control/g)).toHaveLength(3);
  expect(body.max_tokens).toBe(4096);
  expect(server.requests[0]?.headers).toMatchObject({ 'x-api-key': 'key-of-anthropic' });
});

test('OpenAI keeps nothing, sends reasoning encrypted, and gets the thread as cache key', async () => {
  const server = await scripted();
  await ask(model({ kind: 'openai-responses', baseUrl: `${server.url}/v1`, apiKey: 'k' }, 'gpt-5', { reasoningEffort: 'low' }));
  expect(server.requests[0]?.body).toMatchObject({ store: false, include: ['reasoning.encrypted_content'], prompt_cache_key: 'thread-1', reasoning: { effort: 'low' } });
});

test('a compatible server is asked for usage and gets the headers of the configuration', async () => {
  const server = await scripted();
  await ask(model({ kind: 'openai-compatible', baseUrl: `${server.url}/v1`, headers: { 'x-team': 'blue' } }, 'm', { temperature: 0.3 }));
  expect(server.requests[0]).toMatchObject({ body: { stream: true, stream_options: { include_usage: true }, temperature: 0.3 }, headers: { 'x-team': 'blue' } });
  expect(server.requests[0]?.headers).not.toHaveProperty('authorization');
  expect(server.requests[0]?.body).not.toHaveProperty('max_tokens');
  await ask(model({ kind: 'openai-compatible', baseUrl: `${server.url}/v1`, models: { m: { outputLimit: 77 } } }, 'm'));
  expect(server.requests[1]?.body).toMatchObject({ max_tokens: 77 });
});

test('a server that is not running is tried five times and named', async () => {
  const updates = await ask(model({ kind: 'openai-compatible', baseUrl: 'http://127.0.0.1:9/v1' }));
  expect(updates.at(-1)).toMatchObject({ type: 'failed', attempts: 5, error: { code: 'connection', message: 'Nothing answers at http://127.0.0.1:9/v1. Start the server there, or correct the base URL.' } });
});

test('a host that does not exist fails at once', async () => {
  const updates = await ask(model({ kind: 'openai-compatible', baseUrl: 'http://no-such-host.invalid/v1' }));
  expect(updates.at(-1)).toMatchObject({ type: 'failed', error: { code: 'connection' } });
});

test('a web page instead of an API is recognised, and a page of an error is no sentence', async () => {
  let status = 200;
  const url = await serve(createServer((_request, response) => response.writeHead(status, { 'content-type': 'text/html' }).end('<html><body><h1>Welcome</h1></body></html>')));
  const wrong = await ask(model({ kind: 'openai-compatible', baseUrl: url }));
  expect(wrong.at(-1)).toMatchObject({ type: 'failed', attempts: 1, error: { code: 'not-found', message: expect.stringContaining('most base URLs end with "/v1"') as string } });
  status = 502;
  const gateway = await ask(model({ kind: 'openai-compatible', baseUrl: url }));
  expect(gateway.at(-1)).toMatchObject({ type: 'failed', attempts: 8, error: { code: 'overloaded' } });
  expect(JSON.stringify(gateway)).not.toContain('<h1>');
});

test('a connection that the server closed while idle is opened anew without an attempt', async () => {
  const server = await startScriptedServer([{ text: 'ok', repeat: true }]);
  closing.push(() => server.close());
  let connections = 0;
  const url = new URL(server.url);
  const relay = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const answer = await fetch(new URL(request.url ?? '/', url), { method: 'POST', body: Buffer.concat(chunks) });
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(await answer.text());
    // Keeps the connection open in the client's eyes and closes it right after.
    response.once('finish', () => setImmediate(() => request.socket.destroy()));
  };
  const proxy = createServer((request, response) => void relay(request, response));
  proxy.on('connection', () => connections++);
  const there = model({ kind: 'openai-compatible', baseUrl: `${await serve(proxy)}/v1` });
  for (let step = 0; step < 5; step++) expect((await ask(there)).at(-1)).toMatchObject({ type: 'done' });
  expect(connections).toBeGreaterThan(1);
});

test('a proxy of the environment is used', async () => {
  const seen: string[] = [];
  const url = await serve(
    createServer((request, response) => {
      seen.push(request.url ?? '');
      response.writeHead(401, { 'content-type': 'application/json' }).end('{"error":{"message":"no"}}');
    }),
  );
  await ask(model({ kind: 'openai-compatible', baseUrl: 'http://models.example/v1' }, 'm', {}, { HTTP_PROXY: url }));
  expect(seen).toEqual(['http://models.example/v1/chat/completions']);
});

test('a provider that asks to wait longer than allowed is reported instead of waited for', async () => {
  const server = await startScriptedServer([{ status: 429, headers: { 'retry-after': '3600' } }]);
  closing.push(() => server.close());
  const updates = await ask(model({ kind: 'openai-compatible', baseUrl: `${server.url}/v1` }));
  expect(updates.at(-1)).toMatchObject({ type: 'failed', attempts: 1, error: { code: 'rate-limited', retryable: true } });
});

test('Gemini\'s limit for a minute is waited for, though it speaks of a quota', async () => {
  const body = JSON.stringify({ error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'You exceeded your current quota, please check your plan and billing details.', details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '25s' }] } });
  const server = await startScriptedServer([{ status: 429, body, headers: { 'content-type': 'application/json' } }, { text: 'ok' }]);
  closing.push(() => server.close());
  const updates = await ask(model({ kind: 'google', baseUrl: server.url, apiKey: 'k' }));
  expect(updates).toMatchObject([{ type: 'waiting', waitMs: 25_000 }, { type: 'text-delta' }, { type: 'done' }]);
});

test('an abort ends the wait for the next attempt at once', async () => {
  const server = await startScriptedServer([{ status: 429 }]);
  closing.push(() => server.close());
  const controller = new AbortController();
  let abortedAt = 0;
  const sleep = (_ms: number, signal: AbortSignal): Promise<void> => {
    setTimeout(() => {
      abortedAt = performance.now();
      controller.abort();
    }, 20);
    return delay(60_000, undefined, { signal });
  };
  const updates = await ask(model({ kind: 'openai-compatible', baseUrl: `${server.url}/v1` }), { signal: controller.signal, sleep });
  expect(performance.now() - abortedAt).toBeLessThan(50);
  expect(updates.at(-1)).toMatchObject({ type: 'failed', error: { code: 'aborted' } });
});

test('a reader that leaves early closes the connection', async () => {
  const server = await startScriptedServer([{ text: 'Half', hang: 2 }]);
  closing.push(() => server.close());
  const there = model({ kind: 'openai-compatible', baseUrl: `${server.url}/v1` });
  for await (const update of streamStep({ model: there, prompt: [user], tools: [], signal: new AbortController().signal, now: Date.now, sleep: async () => undefined, random: () => 0 })) {
    if (update.type === 'text-delta') break;
  }
  await expect.poll(() => server.requests[0]?.answeredAt).toBeDefined();
});
