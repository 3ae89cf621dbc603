import { Id, Mode, Principal, WireCommand } from '@atelier/thread';
import { z } from 'zod';
import type { Endpoint } from './endpoint.ts';
import { lazyEvent } from './lazy-event.ts';
import { Finding, ModelSummary, SearchHit, ServerFacts, ThreadSummary } from './shapes.ts';

const none = z.object({});
const threadPath = z.object({ threadId: Id });
const cursor = z.string().max(500).describe('Where the next page begins: `nextCursor` of the page before.');
const limit = z.coerce.number().int().min(1).max(200).default(50);

/** An endpoint as it is written down: its schemas are made when they are first read, because a start reads few of them. */
type Written<Path extends z.ZodObject, Query extends z.ZodObject, Body extends z.ZodType, Answer extends z.ZodType> =
  Omit<Endpoint, 'path' | 'query' | 'body' | 'answer'> & { path: Path; query: () => Query; body?: () => Body; answer: () => Answer };

function endpoint<Path extends z.ZodObject, Query extends z.ZodObject, Answer extends z.ZodType, Body extends z.ZodType = z.ZodUndefined>(written: Written<Path, Query, Body, Answer>): Endpoint<Path, Query, Body, Answer> {
  let query: Query | undefined;
  let body: Body | undefined;
  let answer: Answer | undefined;
  return {
    ...written,
    get query() { return query ??= written.query(); },
    get body() { return body ??= written.body?.(); },
    get answer() { return answer ??= written.answer(); },
  };
}
const get = <Path extends z.ZodObject, Query extends z.ZodObject, Answer extends z.ZodType>(tag: string, url: string, summary: string, path: Path, query: () => Query, answer: () => Answer) =>
  endpoint({ method: 'GET', url, summary, tag, path, query, status: 200, answer });

/** Answer to a command: recorded, never done. `duplicate`: this command id was known, nothing new was recorded. */
export const Recorded = z.object({ threadId: Id, seq: z.number().int(), duplicate: z.boolean() });
export type Recorded = z.infer<typeof Recorded>;

/** Every endpoint under `/api`. Adding one: an entry here, a route in the server, a test. */
export const endpoints = {
  getServer: get('server', '/api/server', 'Facts about this server', none, () => none, () => ServerFacts),
  getMe: get('server', '/api/me', 'Who the token belongs to', none, () => none, () => z.object({ principal: Principal })),
  runDoctor: get('server', '/api/doctor', 'Look for problems of this installation', none, () => z.object({ root: z.string().optional() }), () => z.object({ findings: z.array(Finding) })),
  signIn: endpoint({
    method: 'POST', url: '/api/sign-in', summary: 'Exchange a one-time sign-in token for a login session (cookie and bearer token)', tag: 'server',
    path: none, query: () => none, body: () => z.object({ token: z.string().max(200) }), status: 200, answer: () => z.object({ token: z.string() }), open: true,
  }),
  listModels: get('models', '/api/models', 'Models that can be used, the default first', none, () => z.object({ discover: z.enum(['true', 'false']).default('false'), root: z.string().max(4096).optional().describe('Folder of a checkout whose atelier.json counts too.') }), () => z.object({
    models: z.array(ModelSummary), reason: z.string(), problems: z.array(z.string()),
  })),

  listThreads: get('threads', '/api/threads', 'Threads, newest first', none, () => z.object({ cursor: cursor.optional(), limit, archived: z.enum(['true', 'false']).optional(), root: z.string().optional() }), () => z.object({ threads: z.array(ThreadSummary), nextCursor: z.string().optional() })),
  createThread: endpoint({
    method: 'POST', url: '/api/threads', summary: 'Create a thread, optionally with its first message', tag: 'threads', path: none, query: () => none,
    body: () => z.object({
      commandId: Id, threadId: Id.optional().describe('Made by the sender, so that a repeated call creates one thread.'),
      root: z.string().max(4096).describe('Folder of the checkout on the server\'s machine.'),
      title: z.string().max(200).optional(), mode: Mode.optional(), model: z.string().max(200).optional(), maxSteps: z.number().int().min(1).max(10_000).optional(),
    }),
    status: 201, answer: () => z.object({ thread: ThreadSummary, duplicate: z.boolean() }),
  }),
  getThread: get('threads', '/api/threads/{threadId}', 'One thread', threadPath, () => none, () => z.object({ thread: ThreadSummary })),
  deleteThread: endpoint({ method: 'DELETE', url: '/api/threads/{threadId}', summary: 'Delete a thread with all its events', tag: 'threads', path: threadPath, query: () => none, status: 204, answer: () => z.undefined() }),
  searchThreads: get('threads', '/api/search', 'Full text over messages, answers, tool output and file names', none, () => z.object({ q: z.string().min(1).max(500), cursor: cursor.optional(), limit }), () => z.object({ hits: z.array(SearchHit), nextCursor: z.string().optional() })),
  sendCommand: endpoint({
    method: 'POST', url: '/api/threads/{threadId}/commands', summary: 'Send a command. The same commandId gets the same answer', tag: 'threads', path: threadPath, query: () => none,
    body: () => z.object({ commandId: Id, command: WireCommand }), status: 202, answer: () => Recorded, maxBodyBytes: 8 * 1024 * 1024,
  }),
  readEvents: get('threads', '/api/threads/{threadId}/events', 'Events after a cursor (`after`), or before one (`before`, newest page first when neither is given)', threadPath, () => z.object({
    after: z.coerce.number().int().min(0).optional(), before: z.coerce.number().int().min(1).optional(), limit: z.coerce.number().int().min(1).max(1000).default(200),
  }), () => z.object({ events: z.array(lazyEvent), lastSeq: z.number().int() })),
  streamEvents: endpoint({
    method: 'GET', url: '/api/threads/{threadId}/stream', summary: 'Events after a cursor and then live, as server-sent events: `event` (id is the seq), `delta` (no id), `ping`. Resumes after `Last-Event-ID`', tag: 'threads',
    path: threadPath, query: () => z.object({ after: z.coerce.number().int().min(0).optional() }), status: 200, answer: () => z.string(), media: 'text/event-stream',
  }),
  forkThread: endpoint({
    method: 'POST', url: '/api/threads/{threadId}/fork', summary: 'Copy a thread up to an event into a new thread', tag: 'threads', path: threadPath, query: () => none,
    body: () => z.object({ commandId: Id, threadId: Id.optional(), seq: z.number().int().min(1).optional().describe('The last event to copy; all of them by default.'), title: z.string().max(200).optional() }),
    status: 201, answer: () => z.object({ thread: ThreadSummary, duplicate: z.boolean() }),
  }),
  exportThread: endpoint({
    method: 'GET', url: '/api/threads/{threadId}/export', summary: 'The thread as Markdown, HTML or JSONL', tag: 'threads', path: threadPath,
    query: () => z.object({ format: z.enum(['markdown', 'html', 'jsonl']).default('markdown') }), status: 200, answer: () => z.string(), media: 'text/plain',
  }),
  importThread: endpoint({
    method: 'POST', url: '/api/import', summary: 'Import a thread from the JSONL that an export gave', tag: 'threads', path: none, query: () => z.object({ root: z.string().max(4096).optional() }),
    body: () => z.string(), status: 201, answer: () => z.object({ thread: ThreadSummary, duplicate: z.boolean() }), maxBodyBytes: 512 * 1024 * 1024,
  }),
  getChanges: get('threads', '/api/threads/{threadId}/changes', 'What a run changed in files (the last one by default)', threadPath, () => z.object({ runId: Id.optional() }), () => z.object({
    runId: Id.optional(), files: z.array(z.object({ path: z.string(), kind: z.enum(['added', 'changed', 'deleted']), added: z.number(), removed: z.number() })), diff: z.string(),
  })),
  getBlob: endpoint({ method: 'GET', url: '/api/blobs/{blob}', summary: 'A long text that an event names by its SHA-256', tag: 'threads', path: z.object({ blob: z.string().regex(/^[0-9a-f]{64}$/) }), query: () => none, status: 200, answer: () => z.string(), media: 'text/plain' }),
} as const;

export type Endpoints = typeof endpoints;
export type EndpointName = keyof Endpoints;
