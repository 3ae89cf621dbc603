import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { STATUS_CODES } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import type { App } from './http/create-app.ts';
import { requirePrincipal } from './http/create-app.ts';
import { checkSource } from './http/guard.ts';
import type { GuardOptions } from './http/guard.ts';
import { ProblemError, problemBody, problemOf } from './http/problem-error.ts';
import type { Tokens } from './auth/tokens.ts';
import { serveSocket } from './sockets/web-socket.ts';

export interface ListenOptions {
  app: App;
  tokens: Tokens;
  guard: GuardOptions;
  home: string;
  version: string;
  socket: Parameters<typeof serveSocket>[1];
  host: string;
  port: number;
}

export interface Listening {
  url: string;
  close(): Promise<void>;
}

/** Opens the port: HTTP and WebSocket. Leaves `server.json` in the data folder, by which the command line finds the server. */
export async function listen(options: ListenOptions): Promise<Listening> {
  const [{ createAdaptorServer }, { WebSocketServer }] = await Promise.all([import('@hono/node-server'), import('ws')]);
  const server = createAdaptorServer({ fetch: options.app.fetch }) as Server; // without HTTP/2 options it is this one
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024 });
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    stream.on('error', () => stream.destroy()); // whoever asked is gone
    admit(options, request).then(
      () => sockets.handleUpgrade(request, stream, head, (socket) => serveSocket(socket, options.socket)),
      (error: unknown) => {
        const problem = problemOf(error);
        const body = JSON.stringify(problemBody(problem, 'socket'));
        stream.end(`HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? 'Refused'}\r\ncontent-type: application/problem+json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`);
      },
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo; // a TCP server's address
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  const url = `http://${host === '0.0.0.0' || host === '[::]' ? '127.0.0.1' : host}:${port}`;
  const file = join(options.home, 'server.json');
  // The first server of a data folder is the one that is found; a second one leaves its address alone.
  if (!isHeldByAnother(file)) {
    writeFileSync(file, JSON.stringify({ url, pid: process.pid, token: options.tokens.own, version: options.version }), { mode: 0o600 });
    chmodSync(file, 0o600); // it may have been there with another mode
  }
  return {
    url,
    close: async () => {
      if (readServerFile(file)?.token === options.tokens.own) rmSync(file, { force: true });
      for (const socket of sockets.clients) socket.close(1001, 'the server closes');
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function admit(options: ListenOptions, incoming: IncomingMessage): Promise<void> {
  const url = new URL(incoming.url ?? '/', `http://${incoming.headers.host ?? 'unknown'}`);
  if (url.pathname !== '/api/socket') throw new ProblemError('not-found', 'The only WebSocket is at /api/socket.');
  const headers = new Headers();
  for (const name of ['host', 'origin', 'authorization', 'cookie'] as const) {
    const value = incoming.headers[name];
    if (value !== undefined) headers.set(name, value);
  }
  // `Request` drops forbidden headers such as Cookie on some platforms, so the two checks get plain objects.
  const request = { headers, url: url.href } as Request;
  checkSource(request, options.guard);
  await requirePrincipal(request, options.tokens);
}

interface ServerFile {
  url: string;
  pid: number;
  token: string;
}

function readServerFile(file: string): ServerFile | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ServerFile; // written by a server, or damaged
  } catch {
    return undefined;
  }
}

/** Whether another living process has left its address there. */
function isHeldByAnother(file: string): boolean {
  const pid = readServerFile(file)?.pid;
  if (pid === undefined || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
