import { summarize } from '../summarize.ts';
import type { ScriptedMessage, ScriptedUsage } from '../script.ts';
import { contentText, finishOf, joined, list, parsedInput, record, sse, string, type Format } from './format.ts';

/** Anthropic's Messages API. Thinking carries a signature, which the client sends back. */
export const anthropic: Format = {
  read(body) {
    const { model, system, messages, tools } = record(body);
    return summarize({
      model: string(model),
      format: 'anthropic',
      instructions: contentText(system),
      messages: list(messages).flatMap(readMessage),
      tools: list(tools).map((tool) => string(tool['name'])),
      body,
    });
  },
  wantsStream: (body) => record(body)['stream'] === true,
  *encodeStream(pieces, reply) {
    const event = (type: string, fields: object): string => sse({ type, ...fields }, type);
    let index = -1;
    let open: 'text' | 'thinking' | 'tool_use' | undefined;
    const close = function* (): Generator<string> {
      if (open === 'thinking') yield event('content_block_delta', { index, delta: { type: 'signature_delta', signature: `signature:${reply.id}:${index}` } });
      if (open !== undefined) yield event('content_block_stop', { index });
      open = undefined;
    };
    const start = function* (type: 'text' | 'thinking' | 'tool_use', block: object): Generator<string> {
      if (open === type && type !== 'tool_use') return;
      yield* close();
      open = type;
      index += 1;
      yield event('content_block_start', { index, content_block: { type, ...block } });
    };
    const begin = (tokens: Required<ScriptedUsage> | undefined): string =>
      event('message_start', { message: { id: `msg_${reply.id}`, type: 'message', role: 'assistant', model: reply.model, content: [], stop_reason: null, stop_sequence: null, usage: inputUsage(tokens) } });

    yield begin(finishOf(pieces).usage);
    yield event('ping', {});
    for (const piece of pieces) {
      switch (piece.type) {
        case 'text':
          yield* start('text', { text: '' });
          yield event('content_block_delta', { index, delta: { type: 'text_delta', text: piece.text } });
          break;
        case 'reasoning':
          yield* start('thinking', { thinking: '', signature: '' });
          yield event('content_block_delta', { index, delta: { type: 'thinking_delta', thinking: piece.text } });
          break;
        case 'tool-start':
          yield* start('tool_use', { id: piece.callId, name: piece.name, input: {} });
          break;
        case 'tool-input':
          yield event('content_block_delta', { index, delta: { type: 'input_json_delta', partial_json: piece.text } });
          break;
        case 'tool-end':
          yield* close();
          break;
        case 'finish':
          yield* close();
          yield event('message_delta', { delta: { stop_reason: stopReason(piece.reason), stop_sequence: null }, usage: { ...inputUsage(piece.usage), output_tokens: piece.usage.output } });
          yield event('message_stop', {});
          break;
        case 'error':
          yield event('error', { error: { type: piece.kind, message: piece.message } });
          break;
        case 'cut':
        case 'end':
        case 'hang':
          break;
      }
    }
  },
  encodeWhole(pieces, reply) {
    const finish = finishOf(pieces);
    const thinking = joined(pieces, 'reasoning');
    const text = joined(pieces, 'text');
    const content = [
      ...(thinking ? [{ type: 'thinking', thinking, signature: `signature:${reply.id}:0` }] : []),
      ...(text ? [{ type: 'text', text }] : []),
      ...pieces.flatMap((piece) => (piece.type === 'tool-end' ? [{ type: 'tool_use', id: piece.callId, name: piece.name, input: parsedInput(piece.input) }] : [])),
    ];
    return { id: `msg_${reply.id}`, type: 'message', role: 'assistant', model: reply.model, content, stop_reason: stopReason(finish.reason), stop_sequence: null, usage: { ...inputUsage(finish.usage), output_tokens: finish.usage.output } };
  },
  encodeError: (status, message) => ({ type: 'error', error: { type: errorTypes[status] ?? 'api_error', message } }),
};

const errorTypes: Record<number, string> = { 400: 'invalid_request_error', 401: 'authentication_error', 404: 'not_found_error', 429: 'rate_limit_error', 529: 'overloaded_error' };

function readMessage(message: Record<string, unknown>): ScriptedMessage[] {
  const role = message['role'] === 'assistant' ? 'assistant' : 'user';
  if (typeof message['content'] === 'string') return [{ role, text: message['content'], toolCalls: [], toolResults: [] }];
  const blocks = list(message['content']);
  const results = blocks.filter((block) => block['type'] === 'tool_result').map((block) => ({ callId: string(block['tool_use_id']), text: contentText(block['content']) }));
  const calls = blocks.filter((block) => block['type'] === 'tool_use').map((block) => ({ callId: string(block['id']), name: string(block['name']), input: block['input'] }));
  const texts = blocks.filter((block) => block['type'] === 'text');
  return [
    ...(results.length > 0 ? [{ role: 'tool' as const, text: '', toolCalls: [], toolResults: results }] : []),
    ...(texts.length > 0 || calls.length > 0 || results.length === 0 ? [{ role, text: contentText(texts), toolCalls: calls, toolResults: [] } satisfies ScriptedMessage] : []),
  ];
}

function inputUsage(tokens: Required<ScriptedUsage> | undefined): object {
  const { input = 0, cachedInput = 0, cacheWrite = 0 } = tokens ?? {};
  return { input_tokens: input - cachedInput - cacheWrite, cache_read_input_tokens: cachedInput, cache_creation_input_tokens: cacheWrite, output_tokens: 1 };
}

const stopReason = (reason: string): string => (reason === 'tool-calls' ? 'tool_use' : reason === 'length' ? 'max_tokens' : reason === 'content-filter' ? 'refusal' : 'end_turn');
