import { Agent as HttpAgent, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

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
  const options = { keepAlive: true, proxyEnv: environment };
  const agents = { http: new HttpAgent(options), https: new HttpsAgent(options) };
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const send = (): Promise<IncomingMessage> => sendOnce(url, init, { agents, connectMs });
    const message = await send().catch((error: unknown) => {
      if (error instanceof StaleConnection) return send();
      throw error;
    });
    const { signal } = init ?? {};
    const report = (): void => (signal === undefined || signal === null ? undefined : onByte(signal));
    report();
    return toResponse(message, report);
  };
}

/** A kept connection that the server had closed meanwhile: nothing was sent over it, so it is simply done again. */
class StaleConnection extends Error {}

interface Wire {
  agents: { http: HttpAgent; https: HttpsAgent };
  connectMs: number;
}

function sendOnce(url: URL, init: RequestInit | undefined, { agents, connectMs }: Wire): Promise<IncomingMessage> {
  const { signal } = init ?? {};
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error);
    const body = typeof init?.body === 'string' ? Buffer.from(init.body) : undefined;
    const headers = { ...Object.fromEntries(new Headers(init?.headers)), ...(body !== undefined && { 'content-length': String(body.length) }) };
    const options = { method: init?.method ?? 'GET', headers };
    const request: ClientRequest = url.protocol === 'https:' ? httpsRequest(url, { ...options, agent: agents.https }) : httpRequest(url, { ...options, agent: agents.http });
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
    request.once('error', (error: NodeJS.ErrnoException) => {
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
