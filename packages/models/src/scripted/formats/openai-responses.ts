import type { Piece } from '../pieces.ts';
import { summarize } from '../summarize.ts';
import type { ScriptedMessage, ScriptedUsage } from '../script.ts';
import { contentText, finishOf, joined, list, parsedInput, record, sse, string, type Format, type Reply } from './format.ts';

/** OpenAI's Responses API. Reasoning is sent as a summary with encrypted content, which the client sends back. */
export const openaiResponses: Format = {
  read(body) {
    const { model, input, tools, instructions } = record(body);
    const items = typeof input === 'string' ? [{ role: 'user', content: input }] : list(input);
    const system = items.filter((item) => item['role'] === 'system' || item['role'] === 'developer').map((item) => contentText(item['content']));
    return summarize({
      model: string(model),
      format: 'openai-responses',
      instructions: [string(instructions), ...system].filter(Boolean).join('\n'),
      messages: items.flatMap(readItem),
      tools: list(tools).map((tool) => string(tool['name'])),
      body,
    });
  },
  wantsStream: (body) => record(body)['stream'] === true,
  *encodeStream(pieces, reply) {
    let sequence = 0;
    const event = (type: string, fields: object): string => sse({ type, sequence_number: sequence++, ...fields }, type);
    const output: Item[] = [];
    let open: Item | undefined;
    const close = function* (): Generator<string> {
      if (open === undefined) return;
      if (open.type === 'reasoning') yield event('response.reasoning_summary_part.done', { item_id: open.id, output_index: output.length - 1, summary_index: 0, part: { type: 'summary_text', text: open.text } });
      yield event('response.output_item.done', { output_index: output.length - 1, item: whole(open) });
      open = undefined;
    };
    const start = function* (item: Item): Generator<string> {
      yield* close();
      open = item;
      output.push(item);
      yield event('response.output_item.added', { output_index: output.length - 1, item: begun(item) });
      if (item.type === 'reasoning') yield event('response.reasoning_summary_part.added', { item_id: item.id, output_index: output.length - 1, summary_index: 0, part: { type: 'summary_text', text: '' } });
    };
    const ensure = function* (type: Item['type']): Generator<string> {
      if (open?.type !== type) yield* start({ type, id: `${type === 'message' ? 'msg' : 'rs'}_${reply.id}_${output.length}`, text: '' });
    };

    yield event('response.created', { response: response(reply, 'in_progress') });
    for (const piece of pieces) {
      switch (piece.type) {
        case 'text':
          yield* ensure('message');
          append(open, piece.text);
          yield event('response.output_text.delta', { item_id: open?.id, output_index: output.length - 1, content_index: 0, delta: piece.text, logprobs: [] });
          break;
        case 'reasoning':
          yield* ensure('reasoning');
          append(open, piece.text);
          yield event('response.reasoning_summary_text.delta', { item_id: open?.id, output_index: output.length - 1, summary_index: 0, delta: piece.text });
          break;
        case 'tool-start':
          yield* start({ type: 'function_call', id: `fc_${reply.id}_${piece.index}`, text: '', callId: piece.callId, name: piece.name });
          break;
        case 'tool-input':
          append(open, piece.text);
          yield event('response.function_call_arguments.delta', { item_id: open?.id, output_index: output.length - 1, delta: piece.text });
          break;
        case 'tool-end':
          yield event('response.function_call_arguments.done', { item_id: open?.id, output_index: output.length - 1, arguments: piece.input });
          yield* close();
          break;
        case 'finish': {
          yield* close();
          const cutShort = incomplete(piece.reason);
          yield event(cutShort ? 'response.incomplete' : 'response.completed', { response: { ...response(reply, cutShort ? 'incomplete' : 'completed'), output: output.map(whole), incomplete_details: cutShort, usage: usage(piece.usage) } });
          break;
        }
        case 'error':
          yield event('response.failed', { response: { ...response(reply, 'failed'), error: { code: piece.kind, message: piece.message } } });
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
    const reasoning = joined(pieces, 'reasoning');
    const text = joined(pieces, 'text');
    const items: Item[] = [
      ...(reasoning ? [{ type: 'reasoning' as const, id: `rs_${reply.id}_0`, text: reasoning }] : []),
      ...(text ? [{ type: 'message' as const, id: `msg_${reply.id}_1`, text }] : []),
      ...pieces.flatMap((piece): Item[] => (piece.type === 'tool-end' ? [{ type: 'function_call', id: `fc_${reply.id}_${piece.index}`, text: piece.input, callId: piece.callId, name: piece.name }] : [])),
    ];
    const cutShort = incomplete(finish.reason);
    return { ...response(reply, cutShort ? 'incomplete' : 'completed'), output: items.map(whole), incomplete_details: cutShort, usage: usage(finish.usage) };
  },
  encodeError: (status, message) => ({ error: { message, type: status === 429 ? 'rate_limit_error' : 'server_error', param: null, code: status === 401 ? 'invalid_api_key' : null } }),
};

interface Item {
  type: 'message' | 'reasoning' | 'function_call';
  id: string;
  text: string;
  callId?: string;
  name?: string;
}

function append(item: Item | undefined, text: string): void {
  if (item !== undefined) item.text += text;
}

function begun(item: Item): object {
  if (item.type === 'message') return { type: 'message', id: item.id, status: 'in_progress', role: 'assistant', content: [] };
  if (item.type === 'reasoning') return { type: 'reasoning', id: item.id, summary: [], encrypted_content: null };
  return { type: 'function_call', id: item.id, status: 'in_progress', call_id: item.callId, name: item.name, arguments: '' };
}

function whole(item: Item): object {
  if (item.type === 'message') return { type: 'message', id: item.id, status: 'completed', role: 'assistant', content: [{ type: 'output_text', text: item.text, annotations: [], logprobs: [] }] };
  if (item.type === 'reasoning') return { type: 'reasoning', id: item.id, summary: [{ type: 'summary_text', text: item.text }], encrypted_content: `encrypted:${item.id}` };
  return { type: 'function_call', id: item.id, status: 'completed', call_id: item.callId, name: item.name, arguments: item.text };
}

function response(reply: Reply, status: string): object {
  return { id: `resp_${reply.id}`, object: 'response', created_at: reply.created, status, model: reply.model, output: [], error: null, incomplete_details: null };
}

function readItem(item: Record<string, unknown>): ScriptedMessage[] {
  const text = contentText(item['content']);
  if (item['type'] === 'function_call') return [{ role: 'assistant', text: '', toolCalls: [{ callId: string(item['call_id']), name: string(item['name']), input: parsedInput(item['arguments']) }], toolResults: [] }];
  if (item['type'] === 'function_call_output') return [{ role: 'tool', text: '', toolCalls: [], toolResults: [{ callId: string(item['call_id']), text: contentText(item['output']) }] }];
  if (item['type'] === 'reasoning') return [{ role: 'assistant', text: '', toolCalls: [], toolResults: [] }];
  if (item['role'] === 'user' || item['role'] === 'assistant') return [{ role: item['role'], text, toolCalls: [], toolResults: [] }];
  return [];
}

function incomplete(reason: Extract<Piece, { type: 'finish' }>['reason']): { reason: string } | null {
  return reason === 'length' ? { reason: 'max_output_tokens' } : reason === 'content-filter' ? { reason: 'content_filter' } : null;
}

function usage(tokens: Required<ScriptedUsage>): object {
  return {
    input_tokens: tokens.input,
    input_tokens_details: { cached_tokens: tokens.cachedInput },
    output_tokens: tokens.output,
    output_tokens_details: { reasoning_tokens: tokens.reasoning },
    total_tokens: tokens.input + tokens.output,
  };
}
