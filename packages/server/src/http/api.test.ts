import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { Problem, endpoints } from '@atelier/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../threads/contract/test-stores.ts';
import { startTestServer } from './test-server.ts';

let running: Awaited<ReturnType<typeof startTestServer>>;
beforeAll(async () => { running = await startTestServer(); });
afterAll(() => running.close());

async function problemOf(response: Response): Promise<Problem> {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const problem = Problem.parse(await response.json());
  expect(problem).toMatchObject({ status: response.status, type: `urn:atelier:problem:${problem.code}`, requestId: response.headers.get('x-request-id') });
  return problem;
}

/** `fetch` sends the host of its address; a page that rebinds its name does not. */
function statusWith(headers: Record<string, string>, path = '/api/server'): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(`${running.url}${path}`, { headers: { authorization: `Bearer ${running.server.token}`, ...headers } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on('error', reject).end();
  });
}

describe('problems', () => {
  test('an unknown thread, path, method, type and size each have their status and code', async () => {
    const { call } = running;
    expect(await problemOf(await call('GET', '/api/threads/none'))).toMatchObject({ status: 404, code: 'thread-not-found' });
    expect(await problemOf(await call('GET', '/api/nothing'))).toMatchObject({ status: 404, code: 'not-found' });
    expect(await problemOf(await call('PUT', '/api/threads', {}))).toMatchObject({ status: 405, code: 'method-not-allowed' });
    expect(await problemOf(await call('POST', '/api/threads', '{}', { 'content-type': 'text/plain' }))).toMatchObject({ status: 415, code: 'unsupported-media-type' });
    expect(await problemOf(await call('POST', '/api/threads', { root: 'x'.repeat(1024 * 1024) }))).toMatchObject({ status: 413, code: 'body-too-large' });
    expect(await problemOf(await call('GET', `/api/blobs/${'0'.repeat(64)}`))).toMatchObject({ status: 404, code: 'blob-not-found' });
    expect(await problemOf(await call('POST', '/api/threads', { commandId: newId(), root: '/no/such/folder' }))).toMatchObject({ status: 422, code: 'workspace-unavailable' });
    expect(await problemOf(await call('POST', '/api/import', '{"broken'))).toMatchObject({ status: 422, code: 'import-invalid', detail: expect.stringContaining('Line 1') as string });
  });

  test('a body that does not fit names its fields, and one that is not JSON says so', async () => {
    const problem = await problemOf(await running.call('POST', '/api/threads', { commandId: 'has spaces', title: 7 }));
    expect(problem).toMatchObject({ status: 422, code: 'invalid-request' });
    expect(problem.issues?.map((issue) => issue.path)).toEqual(['body.commandId', 'body.root', 'body.title']);
    expect(await problemOf(await running.call('POST', '/api/threads', '{"a":'))).toMatchObject({ code: 'invalid-request', detail: expect.stringContaining('not JSON') as string });
    expect((await problemOf(await running.call('GET', '/api/threads?limit=0'))).issues?.[0]?.path).toBe('query.limit');
  });

  test('a request id is taken over where it is one, and made otherwise', async () => {
    const given = await running.call('GET', '/api/threads/none', undefined, { 'x-request-id': 'mine-1' });
    expect((await problemOf(given)).requestId).toBe('mine-1');
    const made = await running.call('GET', '/api/server', undefined, { 'x-request-id': 'not <one>' });
    expect(made.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('a refusal is a conflict with its code, and the same command gets the same answer', async () => {
    const threadId = await running.createThread();
    await running.send(threadId, { type: 'archive-thread' });
    const commandId = newId();
    const message = { type: 'send-message', messageId: 'm', parts: [{ type: 'text', text: 'x' }] };
    expect(await problemOf(await running.send(threadId, message, commandId))).toMatchObject({ status: 409, code: 'thread-archived' });
    await running.send(threadId, { type: 'unarchive-thread' });
    expect(await problemOf(await running.send(threadId, message, commandId))).toMatchObject({ status: 409, code: 'thread-archived' });
    const rename = newId();
    const [first, second] = [await running.send(threadId, { type: 'rename-thread', title: 'N' }, rename), await running.send(threadId, { type: 'rename-thread', title: 'N' }, rename)];
    expect([first.status, second.status]).toEqual([202, 202]);
    expect([await first.json(), await second.json()]).toEqual([{ threadId, seq: 4, duplicate: false }, { threadId, seq: 4, duplicate: true }]);
  });

  test('commands of the server itself are not taken from the wire', async () => {
    const threadId = await running.createThread();
    expect((await problemOf(await running.send(threadId, { type: 'record-run', runId: 'r', facts: [] }))).code).toBe('invalid-request');
  });
});

describe('who may call', () => {
  test('nobody without a token, or with a wrong one', async () => {
    expect(await problemOf(await fetch(`${running.url}/api/server`))).toMatchObject({ status: 401, code: 'unauthorized' });
    expect((await fetch(`${running.url}/api/server`, { headers: { authorization: 'Bearer wrong' } })).status).toBe(401);
    expect((await fetch(`${running.url}/api/server`, { headers: { cookie: 'atelier=wrong' } })).status).toBe(401);
    expect((await fetch(`${running.url}/api/openapi.json`)).status).toBe(200);
    expect((await running.call('GET', '/api/me')).status).toBe(200);
  });

  test('a one-time sign-in opens a login once, by address and by API', async () => {
    const first = await fetch(running.signInUrl, { redirect: 'manual' });
    const cookie = first.headers.get('set-cookie') ?? '';
    expect(first.headers.get('location')).toBe('/');
    expect(cookie).toMatch(/HttpOnly.*SameSite=Strict/);
    expect((await fetch(`${running.url}/api/me`, { headers: { cookie: cookie.split(';')[0] ?? '' } })).status).toBe(200);
    const again = await fetch(running.signInUrl, { redirect: 'manual' });
    expect(again.headers.get('location')).toBe('/?sign-in=failed');
    expect(again.headers.get('set-cookie')).toBeNull();
    const token = new URL(running.signInUrl).searchParams.get('token');
    const byApi = await fetch(`${running.url}/api/sign-in`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ token }) });
    expect(byApi.status).toBe(401);
  });

  test('no page of another origin, and nobody under a foreign host name', async () => {
    const { port } = new URL(running.url);
    expect(await statusWith({ host: `evil.example:${port}` })).toBe(403);
    expect(await statusWith({ host: `127.0.0.1.evil.example:${port}` })).toBe(403);
    expect(await statusWith({ host: `localhost:${port}` })).toBe(200);
    expect(await statusWith({ origin: 'https://evil.example' })).toBe(403);
    expect(await statusWith({ origin: 'null' })).toBe(403);
    expect(await statusWith({ origin: `http://127.0.0.1:${Number(port) + 1}` })).toBe(403);
    expect(await statusWith({ origin: running.url })).toBe(200);
    expect(await statusWith({ host: 'evil.example' }, '/')).toBe(403);
  });
});

describe('threads over HTTP', () => {
  test('pages of a list follow their cursor to the end', async () => {
    const made = [await running.createThread('A'), await running.createThread('B'), await running.createThread('C')];
    const seen: string[] = [];
    for (let cursor = ''; ;) {
      const page = await (await running.call('GET', `/api/threads?limit=2${cursor}`)).json() as { threads: { threadId: string }[]; nextCursor?: string };
      seen.push(...page.threads.map((thread) => thread.threadId));
      if (page.nextCursor === undefined) break;
      cursor = `&cursor=${page.nextCursor}`;
    }
    expect(seen.slice(0, 3)).toEqual(made.toReversed());
    expect(new Set(seen).size).toBe(seen.length);
  });

  test('fork, export, search, delete and import again', async () => {
    const threadId = await running.createThread('Zebrafish');
    const fork = await running.call('POST', `/api/threads/${threadId}/fork`, { commandId: newId(), seq: 1 });
    expect(fork.status).toBe(201);
    const jsonl = await (await running.call('GET', `/api/threads/${threadId}/export?format=jsonl`)).text();
    for (const format of ['markdown', 'html']) {
      const response = await running.call('GET', `/api/threads/${threadId}/export?format=${format}`);
      expect(response.headers.get('content-disposition')).toContain('attachment');
      expect(await response.text()).toContain('Zebrafish');
    }
    const hits = async (): Promise<string[]> => ((await (await running.call('GET', '/api/search?q=zebrafish')).json()) as { hits: { threadId: string }[] }).hits.map((hit) => hit.threadId);
    expect(await hits()).toContain(threadId);
    expect((await running.call('DELETE', `/api/threads/${threadId}`)).status).toBe(204);
    expect((await running.call('DELETE', `/api/threads/${threadId}`)).status).toBe(404);
    expect(await hits()).not.toContain(threadId);
    const importing = (): Promise<Response> => running.call('POST', '/api/import', jsonl, { 'content-type': 'application/x-ndjson' });
    expect(await (await importing()).json()).toMatchObject({ thread: { threadId, title: 'Zebrafish' }, duplicate: false });
    expect(await (await importing()).json()).toMatchObject({ thread: { threadId }, duplicate: true });
  });
});

describe('the description', () => {
  test('is OpenAPI 3.1 with every endpoint, unique operations, and references that resolve', async () => {
    const document = await (await fetch(`${running.url}/api/openapi.json`)).json() as { openapi: string; paths: Record<string, Record<string, { operationId: string; parameters?: { in: string; name: string }[] }>> };
    expect(document.openapi).toMatch(/^3\.1\./);
    const operations = Object.entries(document.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ at: `${method} ${path}`, path, ...operation })));
    expect(operations.map((operation) => operation.operationId).toSorted()).toEqual(Object.keys(endpoints).toSorted());
    expect(operations.map((operation) => operation.at).toSorted()).toEqual(Object.values(endpoints).map((endpoint) => `${endpoint.method.toLowerCase()} ${endpoint.url}`).toSorted());
    for (const { path, parameters = [] } of operations) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      expect(parameters.filter((parameter) => parameter.in === 'path').map((parameter) => parameter.name)).toEqual(named);
    }
    const broken: string[] = [];
    const walk = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return;
      for (const [key, inner] of Object.entries(value)) {
        if (key === '$ref' && typeof inner === 'string' && resolve(document, inner) === undefined) broken.push(inner);
        walk(inner);
      }
    };
    walk(document);
    expect(broken).toEqual([]);
  });

  function resolve(document: unknown, reference: string): unknown {
    if (!reference.startsWith('#/')) return undefined;
    return reference.slice(2).split('/').reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name.replaceAll('~1', '/').replaceAll('~0', '~')], document);
  }
});

describe('server.json', () => {
  test('names the server to its owner only, is left to the first of two servers, and goes with it', async () => {
    const one = await startTestServer();
    const file = join(one.home, 'server.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const before = await readFile(file, 'utf8');
    expect(JSON.parse(before)).toMatchObject({ url: one.url, pid: process.pid, token: one.server.token, version: '1.2.3' });
    const two = await startTestServer({ home: one.home });
    const threadId = await one.createThread('seen by both');
    expect(await (await two.call('GET', `/api/threads/${threadId}`)).json()).toMatchObject({ thread: { threadId } });
    expect((await one.call('GET', '/api/me', undefined, { authorization: `Bearer ${two.server.token}` })).status).toBe(401);
    await two.close();
    await one.close();
    expect(existsSync(file)).toBe(false);
  });
});
