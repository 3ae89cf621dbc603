import type { Agent, ClientRequest, IncomingMessage, RequestOptions } from 'node:http';

export interface HttpFetchOptions {
  /** For `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`. */
  environment: Record<string, string | undefined>;
  connectMs: number;
  /** Called with the request's signal whenever a piece of the response comes. */
  onByte: (signal: AbortSignal) => void;
}

/**
 * The part of `fetch` that the provider packages use, on Node's own HTTP client. The built-in `fetch` gives up an answer
 * after 300 seconds without a byte whatever is configured, starts slower, and takes no proxy from the environment.
 */
export function createHttpFetch({ environment, connectMs, onByte }: HttpFetchOptions): typeof globalThis.fetch {
  const clients = new Map<string, Promise<Client>>();
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const opened = clients.get(url.protocol) ?? openClient(url.protocol, environment);
    clients.set(url.protocol, opened);
    const client = await opened;
    const send = (): Promise<IncomingMessage> => sendOnce(url, init, { client, connectMs });
    const message = await send().catch((error: unknown) => {
      if (error instanceof StaleConnection) return send();
      throw error;
    });
    const { signal } = init ?? {};
    const report = (): void => (signal === undefined || signal === null ? undefined : onByte(signal));
    report();
    if (message.statusCode === 200 && message.headers['content-type']?.startsWith('text/html') === true) {
      message.destroy();
      throw Object.assign(new Error(`${url.origin}${url.pathname} is a web page and no API of a model; most base URLs end with "/v1"`), { statusCode: 404 });
    }
    return toResponse(message, report);
  };
}

/** A kept connection that the server had closed meanwhile: nothing was sent over it, so it is simply done again. */
class StaleConnection extends Error {}

interface Client {
  agent: Agent;
  request(url: URL, options: RequestOptions): ClientRequest;
}

/** Loaded when first used: the client takes 15 MB and 20 milliseconds, which a command that calls no model does not need. */
async function openClient(protocol: string, environment: HttpFetchOptions['environment']): Promise<Client> {
  const options = { keepAlive: true, proxyEnv: environment };
  const { Agent, request } = protocol === 'https:' ? await import('node:https') : await import('node:http');
  return { agent: new Agent(options), request: (url, options) => request(url, options) };
}

function sendOnce(url: URL, init: RequestInit | undefined, { client, connectMs }: { client: Client; connectMs: number }): Promise<IncomingMessage> {
  const { signal } = init ?? {};
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error);
    const body = typeof init?.body === 'string' ? Buffer.from(init.body) : undefined;
    const headers = { ...Object.fromEntries(new Headers(init?.headers)), ...(body !== undefined && { 'content-length': String(body.length) }) };
    const request = client.request(url, { method: init?.method ?? 'GET', headers, agent: client.agent });
    const onAbort = (): void => void request.destroy(signal?.reason as Error);
    signal?.addEventListener('abort', onAbort, { once: true });
    const connecting = setTimeout(() => request.destroy(Object.assign(new Error(`No connection within ${connectMs} milliseconds`), { code: 'ETIMEDOUT' })), connectMs);
    request.once('socket', (socket) => {
      socket.setNoDelay(true);
      if (socket.connecting) socket.once('connect', () => clearTimeout(connecting));
      else clearTimeout(connecting);
    });
    request.once('response', resolve);
    request.once('close', () => {
      clearTimeout(connecting);
      signal?.removeEventListener('abort', onAbort);
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      const stale = request.reusedSocket && error.code === 'ECONNRESET' && signal?.aborted !== true;
      reject(stale ? new StaleConnection(error.message, { cause: error }) : firstOf(error));
    });
    request.end(body);
  });
}

/** Several addresses that all failed come as one error of errors; the first says enough. */
function firstOf(error: Error): Error {
  return error instanceof AggregateError && error.errors[0] instanceof Error ? error.errors[0] : error;
}

function toResponse(message: IncomingMessage, onByte: () => void): Response {
  const headers = new Headers();
  for (const [name, value] of Object.entries(message.headers)) if (value !== undefined) headers.set(name, String(value));
  const status = message.statusCode ?? 502;
  const init = { status, statusText: message.statusMessage ?? '', headers };
  if (status === 204 || status === 304) return new Response(null, init);
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        message.on('data', (chunk: Buffer) => {
          onByte();
          controller.enqueue(chunk);
          if ((controller.desiredSize ?? 0) <= 0) message.pause();
        });
        message.once('end', () => controller.close());
        message.once('error', (error) => controller.error(error));
      },
      pull: () => void message.resume(),
      cancel: () => void message.destroy(),
    },
    { highWaterMark: 64 },
  );
  return new Response(body, init);
}
