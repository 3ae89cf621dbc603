import { randomBytes, randomFillSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createIdMaker } from '@atelier/thread';
import type { NewEvent, Principal } from '@atelier/thread';
import { Blobs, ThreadStore, ensureProject, openDatabase, startPostgres } from '@atelier/server/testing';
import type { TestPostgres } from '@atelier/server/testing';
import { median } from './figure.ts';
import type { Figure } from './figure.ts';

const ROUNDS = 15;
const APPENDS = 200;
/** Calls that one step asks for; their results are what is measured. */
const CALLS = 10;

const person: Principal = { kind: 'user', userId: 'bench' };
const agent: Principal = { kind: 'automation', name: 'agent', actsFor: ['bench'] };
const hash = '0'.repeat(64);
export const newId = createIdMaker(() => Date.now(), (bytes) => randomFillSync(bytes));

/** Something that appends durably, one after another: bare rows, or results of calls in a thread. */
interface Writer {
  /** What is needed for the appends and is not timed. */
  prepare(): Promise<void>;
  append(): Promise<void>;
  close(): Promise<void>;
}

/** Durable appends of one writer against bare rows of the same size in the same database, in turns on one machine. */
export async function appendFigures(): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'atelier-appends-'));
  try {
    const figures = await compare('SQLite FULL', bareSqlite(join(folder, 'bare.db')), await threadWriter(join(folder, 'atelier.db'), folder));
    const postgres = await startPostgres();
    if ('missing' in postgres) return [...figures, { name: 'durable appends, PostgreSQL', value: Number.NaN, unit: '%', note: `not measured: ${postgres.missing}` }];
    try {
      return [...figures, ...await compare('PostgreSQL', await barePostgres(await postgres.connect()), await threadWriter(await postgres.freshUrl(), folder))];
    } finally {
      await postgres.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function compare(name: string, bare: Writer, ours: Writer): Promise<Figure[]> {
  const rates = { bare: [] as number[], ours: [] as number[], share: [] as number[] };
  for (let round = -1; round < ROUNDS; round += 1) {
    const [bareRate, ourRate] = [await rate(bare), await rate(ours)];
    if (round < 0) continue; // the first one warms up
    rates.bare.push(bareRate);
    rates.ours.push(ourRate);
    rates.share.push(ourRate / bareRate * 100);
  }
  await bare.close();
  await ours.close();
  return [
    { name: `durable appends of the bare rows, ${name}`, value: median(rates.share), unit: '%', limit: 60, more: true, note: `${Math.round(median(rates.ours))} against ${Math.round(median(rates.bare))} a second, one writer` },
  ];
}

async function rate(writer: Writer): Promise<number> {
  let spent = 0;
  for (let done = 0; done < APPENDS; done += CALLS) {
    await writer.prepare();
    const began = performance.now();
    for (let call = 0; call < CALLS; call += 1) await writer.append();
    spent += performance.now() - began;
  }
  return APPENDS / spent * 1000;
}

function bareSqlite(path: string): Writer {
  const database = new DatabaseSync(path);
  database.exec('pragma journal_mode = wal; pragma synchronous = full; create table rows (id integer primary key, type text not null, data text not null)');
  const insert = database.prepare('insert into rows (type, data) values (?, ?)');
  return {
    prepare: async () => undefined,
    append: async () => { insert.run('tool.completed', row()); },
    close: async () => database.close(),
  };
}

async function barePostgres(client: Awaited<ReturnType<TestPostgres['connect']>>): Promise<Writer> {
  await client.query('create table bare_rows (id bigserial primary key, type text not null, data text not null)');
  return {
    prepare: async () => undefined,
    append: async () => { await client.query({ name: 'insert', text: 'insert into bare_rows (type, data) values ($1, $2)', values: ['tool.completed', row()] }); },
    close: () => client.end(),
  };
}

/** Results of calls, each by a command of its own through `ThreadStore.handle`. */
async function threadWriter(place: string, folder: string): Promise<Writer> {
  const store = new ThreadStore({ database: await openDatabase(place), blobs: new Blobs(join(folder, 'blobs'), newId), now: () => Date.now() });
  const threadId = newId();
  const projectId = await ensureProject(store.database, '/bench', () => Date.now());
  const runId = newId();
  const authority = { users: ['bench'], rights: ['read' as const] };
  const send = async (body: Parameters<ThreadStore['handle']>[1]['body'], principal = person): Promise<void> => {
    const answer = await store.handle(threadId, { commandId: newId(), principal, body });
    if (!answer.accepted) throw new Error(answer.refusal.message);
  };
  const record = (facts: NewEvent[]): Promise<void> => send({ type: 'record-run', runId, facts }, agent);
  await send({ type: 'create-thread', data: { projectId, root: '/bench', title: 'Bench', mode: 'auto' } });
  await send({ type: 'send-message', messageId: newId(), parts: [{ type: 'text', text: 'go' }], delivery: 'queue' });
  await send({ type: 'start-run', data: { runId, mode: 'auto', model: 'scripted/x', scripted: true, authority, policyVersion: 'v', maxSteps: 1_000_000, instructions: 'Be good.', toolsHash: hash, sandbox: 'none' } });
  const open: string[] = [];
  let number = 0;
  return {
    async prepare() {
      const [stepId, cause] = [newId(), { principal: agent, runId }];
      number += 1;
      open.push(...Array.from({ length: CALLS }, () => newId()));
      await record([
        { type: 'step.started', ...cause, stepId, data: { stepId, number, model: 'scripted/x', messageIds: [] } },
        {
          type: 'step.completed', ...cause, stepId,
          data: {
            stepId, model: 'scripted/x', finish: 'tool-calls', usage: { input: 10, cachedInput: 0, output: 5, reasoning: 0 }, attempts: 1, durationMs: 1, requestHash: hash,
            parts: open.map((callId) => ({ type: 'tool-call', callId, tool: 'read_file', input: { path: 'src/a.ts' } })),
          },
        },
        ...open.map((callId): NewEvent => ({
          type: 'tool.started', ...cause, stepId, callId,
          data: { callId, tool: 'read_file', digest: hash, effects: [{ kind: 'read', path: 'src/a.ts' }], summary: 'Read src/a.ts', replay: 'safe', authority, verdict: { verdict: 'allow', rule: 'reads', reason: 'a read', policyVersion: 'v' } },
        })),
      ]);
    },
    append() {
      const callId = open.shift() ?? '';
      return record([{ type: 'tool.completed', principal: agent, runId, callId, data: { callId, tool: 'read_file', status: 'ok', output: output(), durationMs: 3 } }]);
    },
    close: () => store.close(),
  };
}

/** A short result, never the same twice; with its envelope about 230 bytes. */
function output(): string {
  return `export const value = '${randomBytes(18).toString('hex')}';\n`;
}

/** What the data of such an event is, as a bare row holds it. */
function row(): string {
  return JSON.stringify({ callId: newId(), tool: 'read_file', status: 'ok', output: `${output()}${'x'.repeat(60)}`, durationMs: 3 });
}
