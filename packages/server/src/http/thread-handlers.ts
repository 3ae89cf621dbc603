import { realpath, stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import type { ThreadSummary } from '@atelier/protocol';
import type { Event, Mode, Principal } from '@atelier/thread';
import type { DeltaHub } from '../sockets/delta-hub.ts';
import { eventStream } from '../sockets/event-stream.ts';
import { followThread } from '../sockets/follow-thread.ts';
import { exportJsonl, namedBlobs } from '../export/export-jsonl.ts';
import { ImportError } from '../export/import-jsonl.ts';
import { forkThread, readAll } from '../threads/fork-thread.ts';
import { idOfCommand } from '../threads/id-of-command.ts';
import { importThread } from '../threads/import-thread.ts';
import { listThreads } from '../threads/list-threads.ts';
import { ensureProject } from '../threads/projects.ts';
import { searchThreads } from '../threads/search-threads.ts';
import type { ThreadStore } from '../threads/thread-store.ts';
import { summaryOfRow, threadRow } from '../threads/thread-rows.ts';
import type { Handlers } from './bind-endpoints.ts';
import { ProblemError, refusalProblem } from './problem-error.ts';

export interface ThreadHandlerOptions {
  store: ThreadStore;
  deltas: DeltaHub;
  now(): number;
  /** Mode of new threads in a folder, by configuration. */
  defaultMode(root: string): Promise<Mode>;
  /** A person is about to tell this server to do something in a thread, so that it answers for the thread. */
  expect(threadId: string): void;
  /** Something may be due in a thread that somebody of this server works with. */
  attend(threadId: string): void;
  /** Ends streams when the server closes. */
  closing: AbortSignal;
}

type ThreadHandlers = Pick<Handlers, 'listThreads' | 'createThread' | 'getThread' | 'deleteThread' | 'searchThreads' | 'sendCommand' | 'readEvents' | 'streamEvents' | 'forkThread' | 'exportThread' | 'importThread' | 'getBlob'>;

/** What the API does with threads. */
export function threadHandlers(options: ThreadHandlerOptions): ThreadHandlers {
  const { store, now } = options;

  async function requireThread(threadId: string): Promise<ThreadSummary> {
    await store.refresh(threadId);
    const state = await store.state(threadId);
    if (state === undefined) throw new ProblemError('thread-not-found', `There is no thread ${threadId}. GET /api/threads lists those that there are.`);
    return summaryOfRow(threadRow(state));
  }

  async function exported(threadId: string, principal: Principal, format: 'markdown' | 'html' | 'jsonl'): Promise<{ text: string; type: string }> {
    const { title } = await requireThread(threadId);
    const events: Event[] = [];
    for (const event of await readAll(store, threadId)) events.push(await store.restoreTexts(event));
    const viewer = { userId: principal.kind === 'user' ? principal.userId : principal.name };
    if (format === 'jsonl') {
      const whole = await Promise.all(namedBlobs(events).map(async (blob) => ({ blob, text: await store.blobs.load(blob) })));
      const blobs = whole.flatMap(({ blob, text }) => (text === undefined ? [] : [{ blob, text }]));
      return { text: exportJsonl({ threadId, title }, events, blobs), type: 'application/x-ndjson' };
    }
    if (format === 'html') return { text: (await import('../export/export-html.ts')).exportHtml(title, events, viewer), type: 'text/html' };
    return { text: (await import('../export/export-markdown.ts')).exportMarkdown(title, events, viewer), type: 'text/markdown' };
  }

  return {
    listThreads: ({ query }) => listThreads(store.database, { ...query, archived: query.archived === undefined ? undefined : query.archived === 'true' }),

    async createThread({ body, principal }) {
      const root = await requireFolder(body.root);
      const threadId = body.threadId ?? idOfCommand(principal, body.commandId);
      const projectId = await ensureProject(store.database, root, now);
      const answer = await store.handle(threadId, {
        commandId: body.commandId, principal,
        body: { type: 'create-thread', data: { projectId, root, title: body.title ?? 'New thread', mode: body.mode ?? await options.defaultMode(root), ...(body.model && { model: body.model }), ...(body.maxSteps && { maxSteps: body.maxSteps }) } },
      });
      if (!answer.accepted) throw refusalProblem(answer.refusal);
      return { thread: await requireThread(threadId), duplicate: answer.duplicate };
    },

    getThread: async ({ path }) => ({ thread: await requireThread(path.threadId) }),

    async deleteThread({ path }) {
      const state = await store.state(path.threadId);
      if (state?.run !== undefined) throw new ProblemError('run-active', 'A run is going on in this thread. Cancel it before deleting.');
      if (!await store.deleteThread(path.threadId)) throw new ProblemError('thread-not-found', `There is no thread ${path.threadId}.`);
      return undefined;
    },

    searchThreads: ({ query }) => searchThreads(store, query),

    async sendCommand({ path: { threadId }, body, principal }) {
      options.expect(threadId);
      const answer = await store.handle(threadId, { commandId: body.commandId, principal, body: body.command });
      if (!answer.accepted) throw refusalProblem(answer.refusal);
      options.attend(threadId);
      return { threadId, seq: answer.seq, duplicate: answer.duplicate };
    },

    async readEvents({ path: { threadId }, query }) {
      const { seq } = await requireThread(threadId);
      const { after, before, limit } = query;
      const events = await store.readEvents(threadId, { ...(after !== undefined && { after }), ...(before !== undefined && { before }), limit });
      return { events, lastSeq: seq };
    },

    async streamEvents({ path: { threadId }, query, request }) {
      await requireThread(threadId);
      options.attend(threadId);
      const resumed = Number(request.headers.get('last-event-id') ?? Number.NaN);
      const after = Number.isSafeInteger(resumed) && resumed >= 0 ? resumed : query.after ?? 0;
      const stop = new AbortController();
      const signal = AbortSignal.any([stop.signal, request.signal, options.closing]);
      const body = eventStream(followThread({ store, deltas: options.deltas, threadId, after, signal }), () => stop.abort());
      return new Response(body, { headers: { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store', 'x-accel-buffering': 'no' } });
    },

    async forkThread({ path, body, principal }) {
      const { seq } = await requireThread(path.threadId);
      if (body.seq !== undefined && body.seq > seq) throw new ProblemError('invalid-request', `The thread has only ${seq} events; there is no event ${body.seq} to fork from.`);
      const to = body.threadId ?? idOfCommand(principal, body.commandId, path.threadId);
      const made = await forkThread(store, { from: path.threadId, to, seq: body.seq ?? seq, title: body.title, commandId: body.commandId, principal, now: now() });
      const thread = await requireThread(to);
      return { thread, duplicate: !made };
    },

    async exportThread({ path, query, principal }) {
      const { text, type } = await exported(path.threadId, principal, query.format);
      // Downloaded, never opened as a page of this server: a thread holds what models and repositories say.
      const extension = { markdown: 'md', html: 'html', jsonl: 'jsonl' }[query.format];
      return new Response(text, { headers: { 'content-type': `${type}; charset=utf-8`, 'content-disposition': `attachment; filename="${path.threadId}.${extension}"`, 'x-content-type-options': 'nosniff' } });
    },

    async importThread({ body, query, principal }) {
      try {
        const root = query.root === undefined ? undefined : await requireFolder(query.root);
        const { threadId, made } = await importThread(store, { text: body, root, principal, now: now(), projectOf: (folder) => ensureProject(store.database, folder, now) });
        return { thread: await requireThread(threadId), duplicate: !made };
      } catch (error) {
        if (error instanceof ImportError) throw new ProblemError('import-invalid', error.message);
        throw error;
      }
    },

    async getBlob({ path }) {
      const text = await store.blobs.load(path.blob);
      if (text === undefined) throw new ProblemError('blob-not-found', 'There is no text with this hash here.');
      return new Response(text, { headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff', 'cache-control': 'private, max-age=31536000, immutable' } });
    },
  };
}

/** The real path of a folder, so that one checkout has one project however it is reached. */
async function requireFolder(root: string): Promise<string> {
  if (!isAbsolute(root)) throw new ProblemError('workspace-unavailable', `Give the folder as an absolute path; "${root}" is not one.`);
  const real = await realpath(root).catch(() => undefined);
  if (real === undefined || !(await stat(real)).isDirectory()) throw new ProblemError('workspace-unavailable', `There is no folder ${root} on the server's machine.`);
  return real;
}
