import { summarize } from '../summarize.ts';
import type { Piece } from '../pieces.ts';
import type { ScriptedMessage, ScriptedUsage } from '../script.ts';
import { finishOf, list, parsedInput, record, sse, string, type Format, type Reply } from './format.ts';

/** Google's `generateContent`. Calls carry a thought signature, which the client sends back. */
export const gemini: Format = {
  read(body, url) {
    const { systemInstruction, contents, tools } = record(body);
    return summarize({
      model: /models\/([^/:]+):/.exec(url.pathname)?.[1] ?? '',
      format: 'gemini',
      instructions: list(record(systemInstruction)['parts']).map((part) => string(part['text'])).join('\n'),
      messages: list(contents).flatMap(readContent),
      tools: list(tools).flatMap((tool) => list(tool['functionDeclarations']).map((declared) => string(declared['name']))),
      body,
    });
  },
  wantsStream: (_body, url) => url.pathname.endsWith(':streamGenerateContent'),
  *encodeStream(pieces, reply) {
    for (const piece of pieces) {
      const parts = partsOf(piece, reply);
      if (parts.length > 0) yield sse(chunk(parts, reply));
      else if (piece.type === 'finish') yield sse(chunk([{ text: '' }], reply, piece));
      else if (piece.type === 'error') yield sse({ error: { code: 503, message: piece.message, status: 'UNAVAILABLE' } });
    }
  },
  encodeWhole(pieces, reply) {
    return chunk(pieces.flatMap((piece) => partsOf(piece, reply)), reply, finishOf(pieces));
  },
  encodeError: (status, message) => ({ error: { code: status, message, status: statusNames[status] ?? 'INTERNAL' } }),
};

const statusNames: Record<number, string> = { 400: 'INVALID_ARGUMENT', 401: 'UNAUTHENTICATED', 403: 'PERMISSION_DENIED', 404: 'NOT_FOUND', 429: 'RESOURCE_EXHAUSTED', 503: 'UNAVAILABLE' };

/** A function call comes whole: this format has no deltas of it. Input that is not an object cannot be said in it. */
function partsOf(piece: Piece, reply: Reply): object[] {
  if (piece.type === 'text') return [{ text: piece.text }];
  if (piece.type === 'reasoning') return [{ text: piece.text, thought: true }];
  if (piece.type !== 'tool-end') return [];
  return [{ functionCall: { id: piece.callId, name: piece.name, args: parsedInput(piece.input) }, thoughtSignature: `thought:${reply.id}:${piece.index}` }];
}

function chunk(parts: object[], reply: Reply, finish?: Extract<Piece, { type: 'finish' }>): object {
  const ended = finish === undefined ? {} : { finishReason: finishReason(finish.reason) };
  return {
    candidates: [{ content: { role: 'model', parts }, index: 0, ...ended }],
    ...(finish !== undefined && { usageMetadata: usage(finish.usage) }),
    modelVersion: reply.model,
    responseId: reply.id,
  };
}

function readContent(content: Record<string, unknown>): ScriptedMessage[] {
  const parts = list(content['parts']);
  const text = parts.map((part) => (part['thought'] === true ? '' : string(part['text']))).join('');
  if (content['role'] === 'model') {
    const calls = parts.filter((part) => 'functionCall' in part).map((part) => record(part['functionCall']));
    return [{ role: 'assistant', text, toolCalls: calls.map((call) => ({ callId: string(call['id']), name: string(call['name']), input: call['args'] })), toolResults: [] }];
  }
  const results = parts.filter((part) => 'functionResponse' in part).map((part) => record(part['functionResponse']));
  if (results.length === 0) return [{ role: 'user', text, toolCalls: [], toolResults: [] }];
  const read: ScriptedMessage = { role: 'tool', text: '', toolCalls: [], toolResults: results.map((result) => ({ callId: string(result['id']), text: resultText(result['response']) })) };
  return text === '' ? [read] : [read, { role: 'user', text, toolCalls: [], toolResults: [] }];
}

function resultText(response: unknown): string {
  const { content } = record(response);
  return typeof content === 'string' ? content : JSON.stringify(response);
}

const finishReason = (reason: string): string => (reason === 'length' ? 'MAX_TOKENS' : reason === 'content-filter' ? 'SAFETY' : 'STOP');

function usage(tokens: Required<ScriptedUsage>): object {
  return {
    promptTokenCount: tokens.input,
    cachedContentTokenCount: tokens.cachedInput,
    candidatesTokenCount: tokens.output - tokens.reasoning,
    thoughtsTokenCount: tokens.reasoning,
    totalTokenCount: tokens.input + tokens.output,
  };
}
