import { randomUUID } from 'node:crypto';
import type { Principal } from '@atelier/thread';
import { Hono } from 'hono';
import type { Tokens } from '../auth/tokens.ts';
import { bindEndpoints } from './bind-endpoints.ts';
import type { Handlers } from './bind-endpoints.ts';
import { checkSource } from './guard.ts';
import type { GuardOptions } from './guard.ts';
import { ProblemError, problemOf, problemResponse } from './problem-error.ts';

export interface AppOptions {
  handlers: Handlers;
  tokens: Tokens;
  guard: GuardOptions;
  version: string;
  /** Pages for people, at paths outside `/api`. */
  pages: Hono;
  report(error: unknown, requestId: string): void;
}

export type App = Hono<{ Variables: { principal: Principal; requestId: string } }>;

const COOKIE = 'atelier';
/** Answered without a token. */
const OPEN = new Set(['/api/sign-in', '/api/openapi.json']);

/** The whole HTTP surface: who asks, from where, which endpoint; every failure becomes the one problem body. */
export function createApp(options: AppOptions): App {
  const app: App = new Hono();
  app.use(async (context, next) => {
    const given = context.req.header('x-request-id');
    const requestId = given !== undefined && /^[\w.:-]{1,100}$/.test(given) ? given : randomUUID();
    context.set('requestId', requestId);
    checkSource(context.req.raw, options.guard);
    await next();
    context.header('x-request-id', requestId);
  });
  app.onError((error, context) => {
    const problem = problemOf(error);
    const requestId = context.get('requestId') ?? randomUUID();
    if (problem.status >= 500) options.report(error, requestId);
    return problemResponse(problem, requestId);
  });
  app.use('/api/*', async (context, next) => {
    context.header('cache-control', 'no-store');
    if (!OPEN.has(context.req.path)) context.set('principal', await requirePrincipal(context.req.raw, options.tokens));
    await next();
  });
  app.get('/api/openapi.json', async (context) => context.json((await import('./openapi.ts')).openApiDocument(options.version)));
  app.get('/sign-in', async (context) => {
    const token = await options.tokens.exchange(context.req.query('token') ?? '');
    if (token === undefined) return context.redirect('/?sign-in=failed');
    context.header('set-cookie', `${COOKIE}=${token}; HttpOnly; SameSite=Strict; Path=/; Max-Age=2592000`);
    return context.redirect('/');
  });
  bindEndpoints(app as unknown as Parameters<typeof bindEndpoints>[0], options.handlers);
  app.route('/', options.pages);
  app.notFound((context) => {
    const problem = knownPath(app, context.req.path)
      ? new ProblemError('method-not-allowed', `${context.req.method} is not served at ${context.req.path}. /api/openapi.json lists what is.`)
      : new ProblemError('not-found', `There is nothing at ${context.req.path}. /api/openapi.json lists what is served.`);
    return problemResponse(problem, context.get('requestId') ?? randomUUID());
  });
  return app;
}

/** Bearer token, or the cookie of a login. Throws `unauthorized`. */
export async function requirePrincipal(request: Request, tokens: Tokens): Promise<Principal> {
  const bearer = /^bearer (.+)$/i.exec(request.headers.get('authorization') ?? '')?.[1];
  const cookie = new RegExp(`(?:^|;\\s*)${COOKIE}=([\\w-]+)`).exec(request.headers.get('cookie') ?? '')?.[1];
  const token = bearer ?? cookie;
  const principal = token === undefined ? undefined : await tokens.principalOf(token);
  if (principal === undefined) throw new ProblemError('unauthorized', 'Sign in first: open the address that `atelier serve` printed, or send its token as "Authorization: Bearer …".');
  return principal;
}

function knownPath(app: App, path: string): boolean {
  return app.routes.some((route) => route.method !== 'ALL' && new RegExp(`^${route.path.replaceAll(/:\w+/g, '[^/]+')}$`).test(path));
}
