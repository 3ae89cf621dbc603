import { lookup } from 'node:dns/promises';
import { mkdtemp, rm } from 'node:fs/promises';
import { type IncomingMessage, type ServerResponse, createServer, request } from 'node:http';
import { connect, isIP, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import { findHostRule, mayReachAddress, parseHostRule } from './host-rules.ts';

export interface AllowProxy {
  /** Set when it listens on a Unix socket. */
  socketPath: string | undefined;
  /** Set when it listens on 127.0.0.1. */
  port: number | undefined;
  /** Ends all connections; returns a sentence for each host that was refused. */
  close(): Promise<string[]>;
}

/**
 * An HTTP proxy (CONNECT, and plain HTTP with absolute addresses) that reaches the allowed hosts only. A command in the
 * sandbox has no other way out. The name is resolved here, once, and the connection goes to the very address that was
 * checked. Refusals are answered 403 with a sentence.
 */
export async function openAllowProxy(options: { allowedHosts: readonly string[]; listenOn: 'socket' | 'loopback' }): Promise<AllowProxy> {
  const rules = options.allowedHosts.map(parseHostRule).filter((rule) => rule !== undefined);
  const denied = new Set<string>();
  const open = new Set<Duplex>();
  const track = <S extends Duplex>(socket: S): S => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    return socket;
  };

  async function resolveAllowed(host: string, port: number): Promise<{ address: string } | { refusal: string }> {
    const rule = findHostRule(rules, host, port);
    if (rule === undefined) return refuse(host, port, 'is not on the list of allowed hosts');
    const addresses = isIP(host) === 0 ? await lookup(host, { all: true }).catch(() => []) : [{ address: host }];
    if (addresses.length === 0) return { refusal: `The name ${host} could not be resolved.\n` };
    const allowed = addresses.find(({ address }) => mayReachAddress(rule, address));
    return allowed ?? refuse(host, port, 'has an address in a private network that the list of allowed hosts does not name');
  }

  function refuse(host: string, port: number, reason: string): { refusal: string } {
    denied.add(`The sandbox blocked a connection to ${host}:${port}: it ${reason}.`);
    return { refusal: `Blocked by Atelier's sandbox: ${host}:${port} ${reason}. Ask a person to allow the host, then run the command again.\n` };
  }

  async function tunnel(message: IncomingMessage, client: Duplex, head: Buffer): Promise<void> {
    const target = parseAuthority(message.url ?? '');
    const answer = target === undefined ? { refusal: 'CONNECT needs host:port.\n' } : await resolveAllowed(target.host, target.port);
    if (target === undefined || 'refusal' in answer) {
      client.end(`HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n${'refusal' in answer ? answer.refusal : ''}`);
      return;
    }
    const upstream = track(connect({ host: answer.address, port: target.port }));
    upstream.once('connect', () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      if (head.length > 0) upstream.write(head);
      upstream.pipe(client).pipe(upstream);
    });
    upstream.once('error', () => client.destroy());
    client.once('error', () => upstream.destroy());
    client.once('close', () => upstream.destroy());
  }

  async function forward(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = URL.canParse(message.url ?? '') ? new URL(message.url ?? '') : undefined;
    if (url === undefined || url.protocol !== 'http:') return answer(response, 400, 'This proxy takes http:// addresses and CONNECT.\n');
    const port = url.port === '' ? 80 : Number(url.port);
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const target = await resolveAllowed(host, port);
    if ('refusal' in target) return answer(response, 403, target.refusal);
    const { 'proxy-connection': _, 'proxy-authorization': __, ...headers } = message.headers;
    const upstream = request({ host: target.address, port, method: message.method, path: url.pathname + url.search, headers: { ...headers, host: url.host }, setHost: false, agent: false });
    upstream.once('response', (reply) => {
      response.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(response);
    });
    upstream.once('error', (error) => (response.headersSent ? response.destroy() : answer(response, 502, `${host}:${port} could not be reached: ${error.message}\n`)));
    response.once('close', () => upstream.destroy());
    message.pipe(upstream);
  }

  const server = createServer((message, response) => {
    forward(message, response).catch(() => response.destroy());
  });
  server.on('connect', (message: IncomingMessage, client: Duplex, head: Buffer) => {
    tunnel(message, client, head).catch(() => client.destroy());
  });
  server.on('connection', (socket: Socket) => track(socket).on('error', () => socket.destroy()));

  // A short folder of its own: a Unix socket's path has at most 108 bytes.
  const folder = options.listenOn === 'socket' ? await mkdtemp(path.join(tmpdir(), 'atelier-')) : undefined;
  const socketPath = folder === undefined ? undefined : path.join(folder, 'proxy');
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    if (socketPath === undefined) server.listen(0, '127.0.0.1', resolve);
    else server.listen(socketPath, resolve);
  });
  const address = server.address();
  return {
    socketPath,
    port: address !== null && typeof address === 'object' ? address.port : undefined,
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
      return [...denied];
    },
  };
}

function parseAuthority(text: string): { host: string; port: number } | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text);
  return match === null ? undefined : { host: match[1] ?? match[2] ?? '', port: Number(match[3]) };
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
  response.end(text);
}
