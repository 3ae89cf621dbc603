import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createClient } from './create-client.ts';
import type { Client } from './create-client.ts';
import { ProblemError, UnreachableError } from './problem-error.ts';
import { watchThread } from './watch-thread.ts';
import type { Watched } from './watch-thread.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

describe('createClient', () => {
  it('fills path and query, sends the token and the body, and gives the answer', async () => {
    const seen: string[] = [];
    const client = await serve(async (request, response) => {
      seen.push(`${request.method} ${request.url} ${request.headers.authorization} ${await readBody(request)}`);
      response.writeHead(202, { 'content-type': 'application/json' }).end('{"threadId":"a b","seq":3,"duplicate":false}');
    });
    expect(await client.call('sendCommand', { path: { threadId: 'a b' }, body: { commandId: 'c', command: { type: 'archive-thread' } } })).toEqual({ threadId: 'a b', seq: 3, duplicate: false });
    await client.call('listThreads', { query: { limit: 5, root: undefined } });
    expect(seen).toEqual(['POST /api/threads/a%20b/commands Bearer secret {"commandId":"c","command":{"type":"archive-thread"}}', 'GET /api/threads?limit=5 Bearer secret ']);
  });

  it('throws the problem that the server answers', async () => {
    const client = await serve((_request, response) => {
      response.writeHead(404, { 'content-type': 'application/problem+json' }).end(JSON.stringify({ type: 'urn:atelier:problem:thread-not-found', title: 'x', status: 404, detail: 'There is no such thread.', code: 'thread-not-found', requestId: 'r1' }));
    });
    const error = await client.call('getThread', { path: { threadId: 'x' } }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ProblemError);
    expect(error).toMatchObject({ code: 'thread-not-found', detail: 'There is no such thread.', requestId: 'r1', status: 404 });
  });

  it('says so when the answer comes from something else', async () => {
    const client = await serve((_request, response) => { response.writeHead(502).end('<h1>Bad gateway</h1>'); });
    await expect(client.call('getServer')).rejects.toThrow('answered 502');
  });

  it('says that nobody answers', async () => {
    const client = createClient({ baseUrl: 'http://127.0.0.1:1' });
    const error = await client.call('getServer').catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(UnreachableError);
  });

  it('throws the reason of the abort, not a connection error', async () => {
    const client = await serve(() => undefined);
    const abort = new AbortController();
    const call = client.call('getServer', { signal: abort.signal });
    abort.abort(new Error('enough'));
    await expect(call).rejects.toThrow('enough');
  });
});

describe('watchThread', () => {
  it('gives every event once and in order through cuts, repeats and gaps', async () => {
    const asked: (string | undefined)[] = [];
    const answers = [
      (after: number) => [event(after + 1), event(after + 2), 'event: delta\ndata: {"kind":"text","stepId":"s","text":"hi"}\n\n', 'event: event\nid: 3\ndata: {"seq":'],
      () => [event(1), event(2), event(3), event(5)],
      () => [event(4), event(5), 'event: live\ndata: {"seq":5}\n\n', 'event: ping\ndata: {}\n\n'],
    ];
    const client = await serve((request, response) => {
      asked.push(request.url);
      const answer = answers[Math.min(asked.length, answers.length) - 1];
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const piece of answer?.(0) ?? []) response.write(piece);
      if (asked.length < answers.length) response.end();
    });
    const seen: string[] = [];
    for await (const watched of watchThread({ client, threadId: 't', waitMs: 1 })) {
      seen.push(describeWatched(watched));
      if (watched.type === 'live') break;
    }
    expect(seen).toEqual(['1', '2', 'hi', 'lost', '3', 'lost', '4', '5', 'live 5']);
    expect(asked).toEqual(['/api/threads/t/stream?after=0', '/api/threads/t/stream?after=2', '/api/threads/t/stream?after=3']);
  });

  it('connects again when the server is silent for too long', async () => {
    let connections = 0;
    const client = await serve((_request, response) => {
      connections += 1;
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(connections === 1 ? event(1) : event(2));
    });
    const seen: string[] = [];
    for await (const watched of watchThread({ client, threadId: 't', waitMs: 1, silenceMs: 50 })) {
      seen.push(describeWatched(watched));
      if (watched.type === 'event' && watched.event.seq === 2) break;
    }
    expect(seen).toEqual(['1', 'lost', '2']);
  });

  it('throws a refusal, and does not ask again', async () => {
    let asked = 0;
    const client = await serve((_request, response) => {
      asked += 1;
      response.writeHead(404, { 'content-type': 'application/problem+json' }).end('{"code":"thread-not-found","detail":"No such thread.","status":404,"requestId":"r"}');
    });
    await expect(Array.fromAsync(watchThread({ client, threadId: 't' }))).rejects.toThrow('No such thread.');
    expect(asked).toBe(1);
  });

  it('ends quietly when it is aborted, while reading and while waiting', async () => {
    const client = await serve((_request, response) => { response.writeHead(200).write(event(1)); });
    const abort = new AbortController();
    const seen: string[] = [];
    for await (const watched of watchThread({ client, threadId: 't', signal: abort.signal })) {
      seen.push(describeWatched(watched));
      abort.abort();
    }
    const gone = createClient({ baseUrl: 'http://127.0.0.1:1' });
    const later = new AbortController();
    for await (const watched of watchThread({ client: gone, threadId: 't', signal: later.signal, waitMs: 60_000 })) {
      seen.push(describeWatched(watched));
      setImmediate(() => later.abort());
    }
    expect(seen).toEqual(['1', 'lost']);
  });
});

function describeWatched(watched: Watched): string {
  if (watched.type === 'event') return String(watched.event.seq);
  if (watched.type === 'delta') return watched.delta.kind === 'text' ? watched.delta.text : watched.delta.kind;
  return watched.type === 'live' ? `live ${watched.seq}` : 'lost';
}

function event(seq: number): string {
  return `event: event\nid: ${seq}\ndata: ${JSON.stringify({ seq, type: 'thread.archived', data: {} })}\n\n`;
}

async function serve(handle: (request: IncomingMessage, response: ServerResponse) => unknown): Promise<Client> {
  const server = createServer((request, response) => { void handle(request, response); });
  servers.push(server);
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return createClient({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, token: 'secret' }); // listens on TCP
}

async function readBody(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer); // no encoding is set: buffers come
  return Buffer.concat(pieces).toString();
}
