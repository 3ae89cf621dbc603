import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Client } from 'pg';

/** The parts below the HTTP surface, for measurements and tests of other packages. */
export { openDatabase } from './database/open-database.ts';
export { Blobs } from './threads/blobs.ts';
export { ensureProject } from './threads/projects.ts';
export { ThreadStore } from './threads/thread-store.ts';

const run = promisify(execFile);
const STARTS_WITHIN_MS = 30_000;
const BINARIES = '/usr/lib/postgresql';

/** A real PostgreSQL for tests and measurements. */
export interface TestPostgres {
  url: string;
  /** URL of an empty schema of its own, so that tests share the server and see nothing of each other. */
  freshUrl(): Promise<string>;
  /** A plain connection, to be ended by whoever asked for it. */
  connect(): Promise<Client>;
  /** Stops the server and removes its files. */
  close(): Promise<void>;
}

/**
 * Starts a PostgreSQL of its own: a new cluster in a temporary folder, reached by a unix socket only, synced as in
 * production. `ATELIER_TEST_POSTGRES_URL` names a server to use instead. `missing` says why there is none.
 */
export async function startPostgres(environment: Readonly<Record<string, string | undefined>> = process.env): Promise<TestPostgres | { missing: string }> {
  const given = environment['ATELIER_TEST_POSTGRES_URL'];
  if (given !== undefined && given !== '') return withSchemas(given, async () => undefined);
  const binaries = await newestBinaries();
  if (binaries === undefined) return { missing: `no PostgreSQL is installed under ${BINARIES}; install Debian's "postgresql", or set ATELIER_TEST_POSTGRES_URL` };
  const asOwner = await ownerCommand();
  if ('missing' in asOwner) return asOwner;

  const folder = await mkdtemp(join(tmpdir(), 'atelier-pg-'));
  if (asOwner.owner !== undefined) await chown(folder, asOwner.owner.uid, asOwner.owner.gid);
  const inFolder = join(folder, 'cluster');
  const [initProgram, ...initArguments] = [...asOwner.command, join(binaries, 'initdb'), '-D', inFolder, '-A', 'trust', '-U', 'postgres', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'];
  await run(initProgram, initArguments, { cwd: folder });
  const [program, ...args] = [...asOwner.command, join(binaries, 'postgres'), '-D', inFolder, '-k', folder, '-c', 'listen_addresses=', '-c', 'max_connections=200'];
  const server = spawn(program, args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  server.stderr.on('data', (chunk: Buffer) => { log = `${log}${chunk.toString()}`.slice(-10_000); });
  const close = async (): Promise<void> => {
    await stop(server);
    await rm(folder, { recursive: true, force: true });
  };
  const url = `postgresql:///postgres?host=${encodeURIComponent(folder)}&user=postgres`;
  try {
    await untilReady(server, url, () => log);
  } catch (error) {
    await close();
    throw error;
  }
  return withSchemas(url, close);
}

/** Debian keeps each major version in a folder of its own. */
async function newestBinaries(): Promise<string | undefined> {
  const versions = await readdir(BINARIES).catch(() => []); // no such folder: not installed
  const newest = versions.filter((name) => /^\d+$/.test(name)).sort((left, right) => Number(right) - Number(left))[0];
  return newest === undefined ? undefined : join(BINARIES, newest, 'bin');
}

/** PostgreSQL refuses to run as root, so there it runs as the user that its package made. It dies with this process. */
async function ownerCommand(): Promise<{ command: string[]; owner?: { uid: number; gid: number } } | { missing: string }> {
  if (process.getuid?.() !== 0) return { command: [] };
  try {
    const ids = await Promise.all(['-u', '-g'].map(async (flag) => Number((await run('id', [flag, 'postgres'])).stdout)));
    const [uid = 0, gid = 0] = ids;
    return { command: ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--pdeathsig=QUIT', '--'], owner: { uid, gid } };
  } catch (error) {
    return { missing: `PostgreSQL does not run as root, and there is no user "postgres" (${error instanceof Error ? error.message.trim() : String(error)})` };
  }
}

async function untilReady(server: ChildProcess, url: string, log: () => string): Promise<void> {
  const { default: pg } = await import('pg');
  const until = performance.now() + STARTS_WITHIN_MS;
  for (;;) {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      if (server.exitCode !== null || performance.now() > until) throw new Error(`PostgreSQL did not start:\n${log()}`, { cause: error });
    }
    await delay(20);
  }
}

function withSchemas(url: string, close: () => Promise<void>): TestPostgres {
  let count = 0;
  return {
    url,
    close,
    async connect() {
      const { default: pg } = await import('pg');
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      return client;
    },
    async freshUrl() {
      count += 1;
      const schema = `atelier_${process.pid}_${count}`;
      const { default: pg } = await import('pg');
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await client.query(`drop schema if exists ${schema} cascade`);
      await client.query(`create schema ${schema}`);
      await client.end();
      return `${url}${url.includes('?') ? '&' : '?'}options=${encodeURIComponent(`-c search_path=${schema}`)}`;
    },
  };
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = once(server, 'exit');
  server.kill('SIGINT'); // fast shutdown: open connections are ended
  await ended;
}
