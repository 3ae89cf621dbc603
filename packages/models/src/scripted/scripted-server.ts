import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAnswerSource } from './answer-source.ts';
import { anthropic } from './formats/anthropic.ts';
import type { Format } from './formats/format.ts';
import { gemini } from './formats/gemini.ts';
import { openaiChat } from './formats/openai-chat.ts';
import { openaiResponses } from './formats/openai-responses.ts';
import { answerPieces } from './pieces.ts';
import type { Script, ScriptedAnswer } from './script.ts';
import { failureMessage } from './scripted-failure.ts';
import { sendAnswer } from './send-answer.ts';

/** A request as it came over the wire. Times are milliseconds since 1970, with fractions. */
export interface RecordedRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  /** The body, byte for byte. */
  raw: string;
  body: unknown;
  receivedAt: number;
  /** When the answer's last byte was handed to the socket; undefined while it is being sent. */
  answeredAt: number | undefined;
}

export interface ScriptedServer {
  /** `http://127.0.0.1:<port>`; the APIs lie at `/v1` (OpenAI, Anthropic), `/v1beta` (Gemini) and `/api` (Ollama). */
  readonly url: string;
  /** Every request to a model, in order; the lists of models are not among them. */
  readonly requests: RecordedRequest[];
  close(): Promise<void>;
}

/**
 * Starts a real HTTP server on 127.0.0.1 that speaks OpenAI Chat Completions and Responses, Anthropic Messages, Gemini
 * `generateContent` and the model lists of OpenAI and Ollama, and says what the script says. Without `delayMs` an answer
 * is one write. `GET /scripted/requests` gives the recorded requests to other processes.
 */
export async function startScriptedServer(script: Script, { port = 0, models = modelsOf(script) }: { port?: number; models?: string[] } = {}): Promise<ScriptedServer> {
  const source = createAnswerSource(script);
  const requests: RecordedRequest[] = [];
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      // A broken script is the test author's to read: it goes over the wire as a sentence.
      if (response.headersSent) response.destroy();
      else sendJson(response, 400, { error: { message: `The scripted model failed: ${String(error)}`, type: 'invalid_request_error' } });
    });
  });
  server.keepAliveTimeout = 60_000;
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (request.method === 'GET') return sendList(url, response, { models, requests });
    const recorded = await record(request, url);
    const format = formatOf(url);
    if (format === undefined) return sendJson(response, 404, { error: { message: `Nothing is served at ${url.pathname}.`, type: 'not_found_error' } });
    requests.push(recorded);
    const read = format.read(recorded.body, url);
    const number = requests.length;
    const answer = await source(read);
    response.once('close', () => (recorded.answeredAt ??= now()));
    if (answer.delayMs) await new Promise((resolve) => setTimeout(resolve, answer.delayMs));
    if (response.destroyed) return;
    if (answer.status !== undefined && answer.status >= 400) return sendError(response, format, answer);
    const pieces = answerPieces(answer, { step: read.step, characters: recorded.raw.length });
    const reply = { id: String(number), model: read.model, created: Math.floor(Date.now() / 1000) };
    await sendAnswer(response, { answer, pieces, format, reply, stream: format.wantsStream(recorded.body, url), onSent: () => (recorded.answeredAt = now()) });
  }

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, // a TCP server's address is an AddressInfo
    requests,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}

const now = (): number => performance.timeOrigin + performance.now();

function modelsOf(script: Script): string[] {
  const named = typeof script === 'function' || Array.isArray(script) ? undefined : script.models;
  return named ?? ['scripted'];
}

/** By path alone, so that a base URL with any prefix works. */
function formatOf(url: URL): Format | undefined {
  if (url.pathname.endsWith('/chat/completions')) return openaiChat;
  if (url.pathname.endsWith('/responses')) return openaiResponses;
  if (url.pathname.endsWith('/messages')) return anthropic;
  if (/:(streamGenerateContent|generateContent)$/.test(url.pathname)) return gemini;
  return undefined;
}

async function record(request: IncomingMessage, url: URL): Promise<RecordedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer); // no encoding is set, so chunks are Buffers
  const raw = Buffer.concat(chunks).toString('utf8');
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  return { method: request.method ?? 'POST', path: url.pathname + url.search, headers, raw, body: raw === '' ? undefined : (JSON.parse(raw) as unknown), receivedAt: now(), answeredAt: undefined };
}

function sendList(url: URL, response: ServerResponse, { models, requests }: { models: string[]; requests: RecordedRequest[] }): void {
  if (url.pathname === '/scripted/requests') return sendJson(response, 200, requests);
  if (url.pathname.endsWith('/api/tags')) return sendJson(response, 200, { models: models.map((name) => ({ name, model: name, size: 0, details: {} })) });
  if (url.pathname.startsWith('/v1beta/')) return sendJson(response, 200, { models: models.map((name) => ({ name: `models/${name}`, supportedGenerationMethods: ['generateContent'] })) });
  if (url.pathname.endsWith('/models')) return sendJson(response, 200, { object: 'list', data: models.map((id) => ({ id, object: 'model', created: 0, owned_by: 'scripted' })) });
  sendJson(response, 404, { error: { message: `Nothing is served at ${url.pathname}.`, type: 'not_found_error' } });
}

function sendError(response: ServerResponse, format: Format, answer: ScriptedAnswer): void {
  const status = answer.status ?? 500;
  const body = answer.body ?? JSON.stringify(format.encodeError(status, answer.message ?? failureMessage(status)));
  response.writeHead(status, { 'content-type': answer.body === undefined ? 'application/json' : 'text/html', ...answer.headers });
  response.end(body);
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}
