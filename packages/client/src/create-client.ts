import { endpoints } from '@atelier/protocol';
import type { EndpointName, Endpoints } from '@atelier/protocol';
import { UnreachableError, readProblem } from './problem-error.ts';

/** Typed calls of the API. Answers are trusted: they are not parsed again, so that a call costs what the network costs. */
export interface Client {
  readonly baseUrl: string;
  /**
   * Calls an endpoint and returns its answer: the JSON value, the text for text endpoints, undefined for 204.
   * Throws `ProblemError` when the server refuses, `UnreachableError` when no answer comes, and the signal's reason
   * when it was aborted.
   */
  call<Name extends EndpointName>(name: Name, ...request: CallArguments<Name>): Promise<CallAnswer<Name>>;
  /** As `call`, and returns the answer unread, for streams and long texts. */
  open<Name extends EndpointName>(name: Name, ...request: CallArguments<Name>): Promise<Response>;
}

export interface ClientOptions {
  /** Where the server is, without `/api`; any valid address when `fetch` leads to a server in this process. */
  baseUrl: string;
  token?: string | undefined;
  /** How requests are sent: the platform's `fetch` by default. */
  fetch?: ((request: Request) => Promise<Response>) | undefined;
}

export function createClient(options: ClientOptions): Client {
  const baseUrl = options.baseUrl.replace(/\/+$/, '');
  const send = options.fetch ?? ((request: Request) => fetch(request));

  const open: Client['open'] = async (name, ...[request]) => {
    const endpoint = endpoints[name];
    const { path, query, body, signal, headers } = (request ?? {}) as LooseRequest; // CallArguments, seen without its generic
    const init: RequestInit = { method: endpoint.method, headers: { accept: endpoint.media ?? 'application/json', ...headers } };
    const sent = init.headers as Record<string, string>; // made one line above
    if (options.token !== undefined) sent['authorization'] = `Bearer ${options.token}`;
    if (signal !== undefined) init.signal = signal;
    if (body !== undefined) {
      sent['content-type'] = typeof body === 'string' ? 'application/x-ndjson' : 'application/json';
      init.body = typeof body === 'string' ? body : JSON.stringify(body);
    }
    const response = await reach(baseUrl, signal, () => send(new Request(baseUrl + fillPath(endpoint.url, path) + queryString(query), init)));
    if (!response.ok) throw await readProblem(response);
    return response;
  };

  return {
    baseUrl,
    open,
    async call(name, ...request) {
      const response = await open(name, ...request);
      const endpoint = endpoints[name];
      const signal = (request[0] as LooseRequest | undefined)?.signal;
      const answer: unknown = endpoint.status === 204 || response.status === 204 ? undefined
        : await reach(baseUrl, signal, () => (endpoint.media === undefined ? response.json() : response.text()));
      return answer as CallAnswer<typeof name>; // the server answers in the endpoint's shape; see `Client`
    },
  };
}

type Input<Schema> = Schema extends { _zod: { input: infer Value } } ? Value : never;
type Output<Schema> = Schema extends { _zod: { output: infer Value } } ? Value : never;
/** What a caller gives: inputs, but the real type where a schema would coerce anything. */
type Given<Schema> = { [Key in keyof Input<Schema>]: (unknown extends Input<Schema>[Key] ? (Key extends keyof Output<Schema> ? Output<Schema>[Key] : never) : Input<Schema>[Key]) | Optional<Input<Schema>, Key> };
type Optional<Value, Key extends keyof Value> = Partial<Pick<Value, Key>> extends Pick<Value, Key> ? undefined : never;
type Part<Name extends string, Value> = IsOptional<Value> extends true ? { [Key in Name]?: Value | undefined } : { [Key in Name]: Value };
/** Nothing in it is required; an empty object schema infers as a record of nothing. */
type IsOptional<Value> = string extends keyof Value ? true : Partial<Value> extends Value ? true : false;
type Body<Name extends EndpointName> = Endpoints[Name]['body'] extends infer Schema ? (Schema extends { _zod: { input: infer Value } } ? Value : undefined) : never;

/** What a call of an endpoint takes. */
export type CallRequest<Name extends EndpointName> =
  & Part<'path', Given<Endpoints[Name]['path']>>
  & Part<'query', Given<Endpoints[Name]['query']>>
  & ([Body<Name>] extends [undefined] ? { body?: undefined } : { body: Exclude<Body<Name>, undefined> })
  & { signal?: AbortSignal | undefined; headers?: Record<string, string> | undefined };
export type CallAnswer<Name extends EndpointName> = Output<Endpoints[Name]['answer']>;
type CallArguments<Name extends EndpointName> = Partial<CallRequest<Name>> extends CallRequest<Name> ? [request?: CallRequest<Name>] : [request: CallRequest<Name>];

type Field = string | number | boolean | undefined;

interface LooseRequest {
  path?: Record<string, Field>;
  query?: Record<string, Field>;
  body?: unknown;
  signal?: AbortSignal;
  headers?: Record<string, string>;
}

async function reach<Answer>(baseUrl: string, signal: AbortSignal | undefined, ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    signal?.throwIfAborted();
    throw new UnreachableError(baseUrl, error);
  }
}

function fillPath(url: string, path: Record<string, Field> = {}): string {
  return url.replace(/\{(\w+)\}/g, (_whole, name: string) => encodeURIComponent(String(path[name])));
}

function queryString(query: Record<string, Field> = {}): string {
  const fields = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) fields.set(name, String(value));
  }
  const text = fields.toString();
  return text === '' ? '' : `?${text}`;
}
