import { randomFillSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createIdMaker } from '@atelier/thread';
import type { CommandBody, Event, Principal } from '@atelier/thread';
import { openDatabase } from '../../database/open-database.ts';
import { Blobs } from '../blobs.ts';
import { ensureProject } from '../projects.ts';
import { ThreadStore } from '../thread-store.ts';
import type { Answer } from '../thread-store.ts';

export const ada: Principal = { kind: 'user', userId: 'ada' };
export const newId = createIdMaker(() => Date.now(), (bytes) => randomFillSync(bytes));

/** Where stores of one test live: a folder for blobs and a place for the database. */
export interface TestHome {
  folder: string;
  place: string;
  /** Opens another store on the same data, as another process would. */
  open(): Promise<ThreadStore>;
}

/** Makes homes and closes everything that was opened in them. `placeOf` says where a new database lies. */
export function testHomes(placeOf: (folder: string) => Promise<string>): { make(): Promise<TestHome>; clean(): Promise<void> } {
  const folders: string[] = [];
  const stores: ThreadStore[] = [];
  return {
    async make() {
      const folder = await mkdtemp(join(tmpdir(), 'atelier-store-'));
      folders.push(folder);
      const place = await placeOf(folder);
      return {
        folder,
        place,
        async open() {
          const store = new ThreadStore({ database: await openDatabase(place), blobs: new Blobs(join(folder, 'blobs'), newId), now: () => Date.now() });
          stores.push(store);
          return store;
        },
      };
    },
    async clean() {
      await Promise.all(stores.splice(0).map((store) => store.close()));
      await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
    },
  };
}

export function send(store: ThreadStore, threadId: string, body: CommandBody, commandId = newId()): Promise<Answer> {
  return store.handle(threadId, { commandId, principal: ada, body });
}

export async function creation(store: ThreadStore, { title = 'T', root = '/repo' } = {}): Promise<Extract<CommandBody, { type: 'create-thread' }>> {
  return { type: 'create-thread', data: { projectId: await ensureProject(store.database, root, () => Date.now()), root, title, mode: 'ask' } };
}

export async function createThread(store: ThreadStore, { threadId = newId(), title = 'T', root = '/repo' } = {}): Promise<string> {
  const answer = await send(store, threadId, await creation(store, { title, root }));
  if (!answer.accepted) throw new Error(answer.refusal.message);
  return threadId;
}

export function say(text: string, messageId = newId()): CommandBody {
  return { type: 'send-message', messageId, parts: [{ type: 'text', text }], delivery: 'queue' };
}

const hash = '0'.repeat(64);

/** Starts a run, with a step that asks for one call of `read_file`, and starts that call. Returns the run's id. */
export async function runIntoCall(store: ThreadStore, threadId: string, path = 'src/sum.js'): Promise<{ runId: string; callId: string }> {
  const [runId, stepId, callId] = [newId(), newId(), newId()];
  await send(store, threadId, say('go'));
  const authority = { users: ['ada'], rights: ['read' as const] };
  await send(store, threadId, {
    type: 'start-run',
    data: { runId, mode: 'ask', model: 'scripted/x', scripted: true, authority, policyVersion: 'v', maxSteps: 5, instructions: 'Be good.', toolsHash: hash, sandbox: 'none' },
  });
  const cause = { principal: ada, runId };
  const answer = await send(store, threadId, {
    type: 'record-run', runId,
    facts: [
      { type: 'step.started', ...cause, stepId, data: { stepId, number: 1, model: 'scripted/x', messageIds: [] } },
      {
        type: 'step.completed', ...cause, stepId,
        data: {
          stepId, model: 'scripted/x', finish: 'tool-calls', usage: { input: 10, cachedInput: 0, output: 5, reasoning: 0 }, attempts: 1, durationMs: 1, requestHash: hash,
          parts: [{ type: 'text', text: 'Let me look.' }, { type: 'tool-call', callId, tool: 'read_file', input: { path } }],
        },
      },
      {
        type: 'tool.started', ...cause, stepId, callId,
        data: { callId, tool: 'read_file', digest: hash, effects: [{ kind: 'read', path }], summary: `Read ${path}`, replay: 'safe', authority, verdict: { verdict: 'allow', rule: 'reads', reason: 'a read', policyVersion: 'v' } },
      },
    ],
  });
  if (!answer.accepted) throw new Error(answer.refusal.message);
  return { runId, callId };
}

export async function completeCall(store: ThreadStore, threadId: string, { runId, callId }: { runId: string; callId: string }, output: string): Promise<void> {
  const answer = await send(store, threadId, {
    type: 'record-run', runId,
    facts: [{ type: 'tool.completed', principal: ada, runId, callId, data: { callId, tool: 'read_file', status: 'ok', output, durationMs: 1 } }],
  });
  if (!answer.accepted) throw new Error(answer.refusal.message);
}

export async function allEvents(store: ThreadStore, threadId: string): Promise<Event[]> {
  return store.readEvents(threadId, { after: 0, limit: 1_000_000 });
}
