import { createHash, randomFillSync } from 'node:crypto';
import { appendFileSync, mkdirSync } from 'node:fs';
import { homedir, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createIdMaker } from '@atelier/thread';
import type { Principal } from '@atelier/thread';
import { detectSandbox, openLocalWorkspace } from '@atelier/workspace';
import { createTokens } from './auth/tokens.ts';
import { readConfig } from './config/read-config.ts';
import { readModels, readSettings } from './config/settings.ts';
import { openDatabase } from './database/open-database.ts';
import { diagnose } from './diagnose.ts';
import { createApp } from './http/create-app.ts';
import { serverHandlers } from './http/server-handlers.ts';
import { threadHandlers } from './http/thread-handlers.ts';
import { listen } from './listen.ts';
import type { Listening } from './listen.ts';
import { createPages } from './pages/pages.ts';
import { openRunKits } from './runs/run-kits.ts';
import { RunReactor } from './runs/run-reactor.ts';
import { DeltaHub } from './sockets/delta-hub.ts';
import { Blobs } from './threads/blobs.ts';
import { createLeases } from './threads/leases.ts';
import { ThreadStore } from './threads/thread-store.ts';
import type { ThreadStoreOptions } from './threads/thread-store.ts';

export interface ServerOptions {
  /** The data folder. */
  home: string;
  environment: Readonly<Record<string, string | undefined>>;
  version: string;
  /** Called after each commit. */
  observe?: ThreadStoreOptions['observe'];
}

/**
 * The product without a port: requests go in by `fetch`, and only threads that somebody works with through it are gone on
 * with. `listen` opens a port, and from then on whatever is due in any thread is done.
 */
export interface AtelierServer {
  /** Token of this process. */
  readonly token: string;
  fetch(request: Request): Promise<Response>;
  listen(options: { host: string; port: number }): Promise<{ url: string; signInUrl: string }>;
  /** Resolves when nothing is being worked on in a thread: its run is over or waits for a person. */
  settle(threadId: string): Promise<void>;
  close(): Promise<void>;
}

/** Opens everything and wires it by hand. The only place that knows all the parts. */
export async function openServer(options: ServerOptions): Promise<AtelierServer> {
  const { home, environment, version } = options;
  const now = (): number => Date.now();
  const newId = createIdMaker(now, (bytes) => randomFillSync(bytes));
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const user: Extract<Principal, { kind: 'user' }> = { kind: 'user', userId: 'me', name: environment['USER'] ?? environment['LOGNAME'] ?? 'me' };
  const report = (error: unknown, about: string): void => writeLog(home, now(), about, error);

  const database = await openDatabase(environment['ATELIER_DATABASE_URL'] ?? join(home, 'atelier.db'));
  const store = new ThreadStore({ database, blobs: new Blobs(join(home, 'blobs'), newId), now, observe: options.observe });
  const deltas = new DeltaHub();
  const closing = new AbortController();
  const tokens = createTokens({ database, now, user });

  const workspaceFolder = (root: string): string => join(home, 'workspaces', createHash('sha256').update(root).digest('hex').slice(0, 24));
  const kits = openRunKits({
    newId, now, random: () => Math.random(),
    sleep: async (ms, signal) => { await delay(ms, undefined, { signal }); },
    readSettings: (root) => readSettings({ home, environment, root }),
    // One person's server: whoever may call it may do everything.
    readAuthority: (users) => Promise.resolve({ users, rights: ['read', 'edit', 'run', 'approve', 'manage'] }),
    openWorkspace: (root) => openLocalWorkspace({
      root, environment, now, newId, homeDirectory: environment['HOME'] ?? homedir(), hiddenPaths: [home],
      scratchDirectory: join(workspaceFolder(root), 'scratch'), checkpointDirectory: join(workspaceFolder(root), 'checkpoints'),
    }),
  });
  const attended = new Set<string>();
  const expected = new Set<string>();
  let attendsAll = false;
  const reactor = new RunReactor({
    store, kits, newId, report,
    leases: createLeases({ database, now, ownerId: newId() }),
    publish: (threadId, delta) => deltas.publish(threadId, delta),
    // `atelier run` in a shell that has a model works beside a server that has none: that one must not take the run and fail it.
    async leavesToOthers({ threadId, restores, root, run, model }) {
      if (expected.delete(threadId) || !attendsAll || restores.length > 0) return false;
      try {
        return 'problem' in await (await readModels({ home, environment, root })).choose(run?.model ?? model);
      } catch {
        return false; // a broken configuration is told in the thread, where the run fails of it
      }
    },
    onBegin: (threadId) => deltas.forgetProblem(threadId),
    platform: `${process.platform} ${process.arch}`,
  });
  const attend = (threadId: string): void => {
    attended.add(threadId);
    reactor.wake(threadId);
  };
  const wakeDue = async (): Promise<void> => {
    const due = attendsAll ? (await database.kysely.selectFrom('threads').select('id').where('status', '<>', 'idle').execute()).map((row) => row.id) : attended;
    for (const threadId of due) {
      await store.refresh(threadId);
      reactor.wake(threadId);
    }
  };
  store.onAnyChange((threadId) => {
    if (threadId === undefined) void wakeDue().catch((error: unknown) => report(error, 'wake'));
    else if (attendsAll || attended.has(threadId)) reactor.wake(threadId);
  });

  const hosts = (environment['ATELIER_HOSTS'] ?? '').split(',').map((name) => name.trim().toLowerCase()).filter(Boolean);
  const guard = { hosts, inProcessHost: 'atelier.invalid' };
  const app = createApp({
    tokens, guard, version, report, pages: createPages(),
    handlers: {
      ...threadHandlers({
        store, deltas, now, attend, expect: (threadId) => expected.add(threadId), closing: closing.signal,
        defaultMode: async (root) => (await readSettings({ home, environment, root })).mode,
      }),
      ...serverHandlers({
        store, tokens, version, startedAt: new Date(now()).toISOString(),
        activeRuns: () => reactor.activeRuns,
        models: (root) => readModels({ home, environment, root }),
        workspace: (root) => kits.workspace(root),
        sandbox: () => detectSandbox({ platform: process.platform, environment }),
        diagnose: (root) => diagnose({ home, environment, root, database }),
      }),
    },
  });
  let listening: Listening | undefined;
  return {
    token: tokens.own,
    fetch: async (request) => app.fetch(request),
    async listen({ host, port }) {
      hosts.push(...(await readConfig(home)).server?.hosts.map((name) => name.toLowerCase()) ?? [], ...ownNames(host));
      attendsAll = true;
      await wakeDue();
      listening = await listen({ app, tokens, guard, home, version, host, port, socket: { store, deltas, attend, closing: closing.signal } });
      return { url: listening.url, signInUrl: `${listening.url}/sign-in?token=${await tokens.createSignIn()}` };
    },
    async settle(threadId) {
      attend(threadId);
      await reactor.settled();
    },
    async close() {
      closing.abort();
      await reactor.close();
      await listening?.close();
      await kits.close();
      await store.close();
    },
  };
}

/**
 * Names of the address that is listened on, as `Host` has them. They are addresses, not names, so that no page can rebind
 * its own name to pass for one.
 */
function ownNames(host: string): string[] {
  const isAny = host === '0.0.0.0' || host === '::';
  const addresses = isAny ? Object.values(networkInterfaces()).flatMap((list) => list ?? []).map(({ address }) => address) : [host];
  return addresses.map((address) => (address.includes(':') ? `[${address.toLowerCase()}]` : address.toLowerCase()));
}

/** What broke, for whoever looks into the server; people read a sentence where it happened. */
function writeLog(home: string, now: number, about: string, error: unknown): void {
  const text = error instanceof Error ? error.stack ?? error.message : String(error);
  const line = `${JSON.stringify({ at: new Date(now).toISOString(), about, error: text })}\n`;
  try {
    mkdirSync(join(home, 'logs'), { recursive: true, mode: 0o700 });
    appendFileSync(join(home, 'logs', 'server.log'), line, { mode: 0o600 });
  } catch {
    process.stderr.write(line); // the disk may be what is broken
  }
}
