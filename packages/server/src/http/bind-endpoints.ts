import { endpoints } from '@atelier/protocol';
import type { Endpoint, EndpointName, Endpoints } from '@atelier/protocol';
import type { Principal } from '@atelier/thread';
import type { Context, Hono } from 'hono';
import type { z } from 'zod';
import { ProblemError } from './problem-error.ts';
import { readBody } from './read-body.ts';

const DEFAULT_BODY_BYTES = 1024 * 1024;

/** What a handler gets: everything parsed, and who asks. */
export interface Call<Name extends EndpointName> {
  path: z.output<Endpoints[Name]['path']>;
  query: z.output<Endpoints[Name]['query']>;
  body: [Exclude<Endpoints[Name]['body'], undefined>] extends [z.ZodType] ? z.output<Exclude<Endpoints[Name]['body'], undefined>> : undefined;
  principal: Principal;
  request: Request;
}

/** A handler returns the answer's value, or a whole response for streams and texts. */
export type Handlers = { [Name in EndpointName]: (call: Call<Name>) => Promise<z.input<Endpoints[Name]['answer']> | Response> };

/** Binds every endpoint of the protocol to its handler: the table is the only place that knows methods and paths. */
export function bindEndpoints(app: Hono<{ Variables: { principal: Principal } }>, handlers: Handlers): void {
  for (const [name, endpoint] of Object.entries(endpoints) as [EndpointName, Endpoint][]) {
    const handle = handlers[name] as (call: unknown) => Promise<unknown>; // its call is parsed below, by the endpoint's own schemas
    app.on(endpoint.method, endpoint.url.replaceAll(/\{(\w+)\}/g, ':$1'), async (context) => {
      const call = {
        path: parse(endpoint.path, context.req.param(), 'path'),
        query: parse(endpoint.query, context.req.query(), 'query'),
        body: await parseBody(endpoint, context),
        principal: context.get('principal'),
        request: context.req.raw,
      };
      const answer = await handle(call);
      if (answer instanceof Response) return answer;
      return endpoint.status === 204 ? new Response(null, { status: 204 }) : Response.json(answer, { status: endpoint.status });
    });
  }
}

async function parseBody(endpoint: Endpoint, context: Context): Promise<unknown> {
  if (endpoint.body === undefined) return undefined;
  const text = await readBody(context.req.raw, endpoint.maxBodyBytes ?? DEFAULT_BODY_BYTES);
  const type = context.req.header('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (endpoint.body.def.type === 'string') return text;
  if (type !== 'application/json') throw new ProblemError('unsupported-media-type', 'Send the body as application/json.');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new ProblemError('invalid-request', `The body is not JSON: ${error instanceof Error ? error.message : String(error)}.`);
  }
  return parse(endpoint.body, json, 'body');
}

function parse(schema: z.ZodType, value: unknown, place: string): unknown {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.slice(0, 20).map((issue) => ({ path: [place, ...issue.path.map(String)].join('.'), message: issue.message }));
  throw new ProblemError('invalid-request', `The request does not fit: ${issues.map((issue) => `${issue.path}: ${issue.message}`).join('; ')}.`, issues);
}
