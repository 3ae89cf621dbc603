import type { Finding, ModelSummary } from '@atelier/protocol';
import type { ModelEntry, Models } from '@atelier/models';
import type { Workspace } from '@atelier/workspace';
import type { Tokens } from '../auth/tokens.ts';
import type { ThreadStore } from '../threads/thread-store.ts';
import type { Handlers } from './bind-endpoints.ts';
import { ProblemError } from './problem-error.ts';

export interface ServerHandlerOptions {
  store: ThreadStore;
  tokens: Tokens;
  version: string;
  startedAt: string;
  activeRuns(): number;
  models(root: string | undefined): Promise<Models>;
  workspace(root: string): Promise<Workspace>;
  sandbox(): { kind: 'bubblewrap' | 'seatbelt' | 'none'; missing: string | undefined };
  diagnose(root: string | undefined): Promise<Finding[]>;
}

type ServerHandlers = Pick<Handlers, 'getServer' | 'getMe' | 'runDoctor' | 'signIn' | 'listModels' | 'getChanges'>;

/** What the API says of the server itself, its models, and what runs changed. */
export function serverHandlers(options: ServerHandlerOptions): ServerHandlers {
  const { store } = options;
  return {
    async getServer() {
      const models = await options.models(undefined);
      const chosen = models.resolve();
      const { missing, kind } = options.sandbox();
      const counted = await store.database.kysely.selectFrom('threads').select((select) => select.fn.countAll<number>().as('threads')).executeTakeFirstOrThrow();
      return {
        version: options.version, pid: process.pid, startedAt: options.startedAt, database: store.database.kind,
        sandbox: { kind, ...(missing !== undefined && { missing }) },
        model: 'problem' in chosen ? { reason: chosen.problem, scripted: false } : { id: chosen.id, reason: chosen.reason, scripted: chosen.scripted },
        threads: Number(counted.threads), activeRuns: options.activeRuns(), memoryBytes: process.memoryUsage.rss(),
      };
    },

    getMe: ({ principal }) => Promise.resolve({ principal }),

    runDoctor: async ({ query }) => ({ findings: await options.diagnose(query.root) }),

    async signIn({ body }) {
      const token = await options.tokens.exchange(body.token);
      if (token === undefined) throw new ProblemError('unauthorized', 'This sign-in token is unknown, used already or too old. Start the server again for a new one.');
      return Response.json({ token }, { headers: { 'set-cookie': `atelier=${token}; HttpOnly; SameSite=Strict; Path=/; Max-Age=2592000` } });
    },

    async listModels({ query }) {
      const models = await options.models(query.root);
      if (query.discover === 'true') await models.discover(AbortSignal.timeout(3000));
      const chosen = await models.choose(undefined, AbortSignal.timeout(3000));
      const defaultId = 'problem' in chosen ? undefined : chosen.id;
      // After the choice, which may have asked the servers for their models.
      const entries = models.list();
      // A name that only the configuration knows is used all the same, so it is listed too.
      if (!('problem' in chosen) && !entries.some((entry) => entry.id === chosen.id)) entries.unshift({ id: chosen.id, provider: chosen.provider, model: chosen.model, facts: chosen.facts, source: 'configuration' });
      const summaries = entries.map((entry) => summary(entry, entry.id === defaultId));
      summaries.sort((left, right) => Number(right.default) - Number(left.default));
      return { models: summaries, reason: 'problem' in chosen ? chosen.problem : chosen.reason, problems: [...models.notes] };
    },

    async getChanges({ path, query }) {
      await store.refresh(path.threadId);
      const state = await store.state(path.threadId);
      if (state === undefined) throw new ProblemError('thread-not-found', `There is no thread ${path.threadId}.`);
      const active = state.run !== undefined && (query.runId === undefined || query.runId === state.run.runId) ? { runId: state.run.runId, before: state.run.before, after: undefined } : undefined;
      const run = active ?? (query.runId === undefined ? state.runs.findLast((candidate) => candidate.before !== undefined) : state.runs.find((candidate) => candidate.runId === query.runId));
      if (run?.before === undefined) return { ...(run && { runId: run.runId }), files: [], diff: '' };
      const { checkpoints } = await options.workspace(state.root);
      const [files, diff] = await Promise.all([checkpoints.changes(run.before, run.after), checkpoints.diff(run.before, run.after === undefined ? {} : { to: run.after })]);
      return { runId: run.runId, files: files.map((file) => ({ path: file.path, kind: file.kind, added: file.added, removed: file.removed })), diff };
    },
  };
}

function summary({ id, provider, facts, source }: ModelEntry, isDefault: boolean): ModelSummary {
  const { price } = facts;
  return {
    id, provider, known: facts.known, window: facts.window, outputLimit: facts.outputLimit,
    ...(price && { pricePerMillion: { input: price.input, output: price.output, ...(price.cachedInput !== undefined && { cachedInput: price.cachedInput }) } }),
    abilities: [...facts.abilities], default: isDefault, scripted: source === 'script',
  };
}
