import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openServer } from '../open-server.ts';
import type { AtelierServer } from '../open-server.ts';
import { newId } from '../threads/contract/test-stores.ts';

/** A server on a port of its own, with a data folder and a checkout of its own. */
export interface TestServer {
  server: AtelierServer;
  home: string;
  root: string;
  url: string;
  signInUrl: string;
  /** Calls the API with the server's token, as JSON where a body is given. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  createThread(title?: string): Promise<string>;
  send(threadId: string, command: unknown, commandId?: string): Promise<Response>;
}

export async function startTestServer({ home: given }: { home?: string } = {}): Promise<TestServer & { close(): Promise<void> }> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'atelier-http-')));
  const home = given ?? join(folder, 'home');
  const root = join(folder, 'root');
  await mkdir(root);
  const server = await openServer({ home, environment: { HOME: folder, PATH: process.env['PATH'] }, version: '1.2.3' });
  const { url, signInUrl } = await server.listen({ host: '127.0.0.1', port: 0 });
  const call: TestServer['call'] = (method, path, body, headers = {}) => fetch(`${url}${path}`, {
    method,
    headers: { authorization: `Bearer ${server.token}`, ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return {
    server, home, root, url, signInUrl, call,
    async createThread(title = 'T') {
      const response = await call('POST', '/api/threads', { commandId: newId(), root, title });
      if (response.status !== 201) throw new Error(await response.text());
      return ((await response.json()) as { thread: { threadId: string } }).thread.threadId;
    },
    send: (threadId, command, commandId = newId()) => call('POST', `/api/threads/${threadId}/commands`, { commandId, command }),
    async close() {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
