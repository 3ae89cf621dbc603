import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from '@atelier/client';
import type { Client } from '@atelier/client';
import type { Surroundings } from './surroundings.ts';

/** A server to talk to: the one that runs, or one inside this process on the same data. Both are spoken to by HTTP requests. */
export interface Connection extends AsyncDisposable {
  client: Client;
  /** Address of the running server; undefined for one inside this process. */
  url: string | undefined;
  /** Who the person at this terminal is to the server. */
  userId(): Promise<string>;
  close(): Promise<void>;
}

/** What a running server leaves in the data folder. */
interface ServerFile {
  url: string;
  pid: number;
  token: string;
  version?: string;
}

export async function connect(surroundings: Surroundings, options: { environment?: Record<string, string | undefined>; own?: boolean } = {}): Promise<Connection> {
  const running = options.own === true ? undefined : findRunningServer(surroundings.home);
  if (running !== undefined && (running.version ?? surroundings.version) === surroundings.version) {
    const client = createClient({ baseUrl: running.url, token: running.token });
    if (await answers(client)) return connection(client, running.url, () => Promise.resolve());
  }
  const { openServer } = await import('@atelier/server');
  const server = await openServer({ home: surroundings.home, environment: { ...surroundings.environment, ...options.environment }, version: surroundings.version });
  const client = createClient({ baseUrl: 'http://atelier.invalid', token: server.token, fetch: (request) => server.fetch(request) });
  return connection(client, undefined, () => server.close());
}

/**
 * A connection for work that needs a model. The running server has the environment of the shell that started it; where it
 * has no model and this shell has one, the work is done in this process, on the same data, and the person is told.
 */
export async function connectForWork(surroundings: Surroundings, wanted: (client: Client) => Promise<string | undefined>): Promise<Connection> {
  const connection = await connect(surroundings);
  if (connection.url === undefined) return connection;
  const model = await wanted(connection.client);
  if (await hasModel(connection.client, surroundings.cwd, model)) return connection;
  const own = await connect(surroundings, { own: true });
  if (await hasModel(own.client, surroundings.cwd, model)) {
    surroundings.stderr.write(`The server at ${connection.url} has no ${model === undefined ? 'model' : `model ${model}`}, this shell has: the run works in this process, on the same data.\n`);
    await connection.close();
    return own;
  }
  await own.close();
  return connection;
}

/** Whether a server could call the model, or its default one. A provider that is set up serves models that no list names. */
async function hasModel(client: Client, root: string, model: string | undefined): Promise<boolean> {
  const { models } = await client.call('listModels', { query: { root, discover: 'false' } });
  return model === undefined ? models.some((entry) => entry.default) : models.some((entry) => entry.id === model || entry.provider === model.split('/')[0]);
}

/** The server that runs on a data folder. A file that a dead server left behind counts as none. */
export function findRunningServer(home: string): ServerFile | undefined {
  let text: string;
  try {
    text = readFileSync(join(home, 'server.json'), 'utf8');
  } catch {
    return undefined; // no server has left its address, or it is not ours to read
  }
  const file = parseServerFile(text);
  return file !== undefined && isAlive(file.pid) ? file : undefined;
}

/** Whether a process lives, ours or not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function connection(client: Client, url: string | undefined, close: () => Promise<void>): Connection {
  let user: Promise<string> | undefined;
  let closing: Promise<void> | undefined;
  const closeOnce = (): Promise<void> => (closing ??= close());
  return {
    client, url,
    userId: () => (user ??= client.call('getMe').then(({ principal }) => (principal.kind === 'user' ? principal.userId : principal.name))),
    close: closeOnce,
    [Symbol.asyncDispose]: closeOnce,
  };
}

/** The number may belong to another process by now: a server answers at once, anything else is passed by. */
async function answers(client: Client): Promise<boolean> {
  try {
    await client.call('getMe', { signal: AbortSignal.timeout(1_000) });
    return true;
  } catch {
    return false; // whatever it is, it is not our server; the command works by itself
  }
}

function parseServerFile(text: string): ServerFile | undefined {
  try {
    const value = JSON.parse(text) as Partial<ServerFile> | null; // checked field by field below
    const isRight = value !== null && typeof value.url === 'string' && typeof value.pid === 'number' && typeof value.token === 'string';
    return isRight ? value as ServerFile : undefined;
  } catch {
    return undefined; // half written or damaged: as if no server were there
  }
}
