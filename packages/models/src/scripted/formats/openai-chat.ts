import { summarize } from '../summarize.ts';
import type { ScriptedMessage, ScriptedUsage } from '../script.ts';
import { contentText, finishOf, joined, list, parsedInput, record, sse, string, type Format, type Reply } from './format.ts';

/** OpenAI's Chat Completions, with `reasoning_content` as most compatible servers send it. */
export const openaiChat: Format = {
  read(body) {
    const { model, messages, tools } = record(body);
    const instructions = list(messages).filter((message) => message['role'] === 'system' || message['role'] === 'developer').map((message) => contentText(message['content']));
    return summarize({
      model: string(model),
      format: 'openai-chat',
      instructions: instructions.join('\n'),
      messages: list(messages).flatMap(readMessage),
      tools: list(tools).map((tool) => string(record(tool['function'])['name'])),
      body,
    });
  },
  wantsStream: (body) => record(body)['stream'] === true,
  *encodeStream(pieces, reply) {
    const chunk = (delta: object, more: object = {}): string => sse({ ...head(reply, 'chat.completion.chunk'), choices: [{ index: 0, delta, finish_reason: null, ...more }] });
    yield chunk({ role: 'assistant', content: '' });
    for (const piece of pieces) {
      switch (piece.type) {
        case 'text':
          yield chunk({ content: piece.text });
          break;
        case 'reasoning':
          yield chunk({ reasoning_content: piece.text });
          break;
        case 'tool-start':
          yield chunk({ tool_calls: [{ index: piece.index, id: piece.callId, type: 'function', function: { name: piece.name, arguments: '' } }] });
          break;
        case 'tool-input':
          yield chunk({ tool_calls: [{ index: piece.index, function: { arguments: piece.text } }] });
          break;
        case 'finish':
          yield chunk({}, { finish_reason: finishReason(piece.reason) });
          yield sse({ ...head(reply, 'chat.completion.chunk'), choices: [], usage: usage(piece.usage) });
          yield sse('[DONE]');
          break;
        case 'error':
          yield sse({ error: { message: piece.message, type: piece.kind, code: piece.kind } });
          break;
        case 'tool-end':
        case 'cut':
        case 'end':
        case 'hang':
          break;
      }
    }
  },
  encodeWhole(pieces, reply) {
    const calls = pieces.flatMap((piece) => (piece.type === 'tool-end' ? [{ id: piece.callId, type: 'function', function: { name: piece.name, arguments: piece.input } }] : []));
    const finish = finishOf(pieces);
    const reasoning = joined(pieces, 'reasoning');
    const message = { role: 'assistant', content: joined(pieces, 'text') || null, ...(reasoning && { reasoning_content: reasoning }), ...(calls.length > 0 && { tool_calls: calls }) };
    return { ...head(reply, 'chat.completion'), choices: [{ index: 0, message, finish_reason: finishReason(finish.reason) }], usage: usage(finish.usage) };
  },
  encodeError: (status, message) => ({ error: { message, type: status === 401 ? 'invalid_request_error' : status === 429 ? 'rate_limit_error' : 'server_error', code: status === 401 ? 'invalid_api_key' : null } }),
};

function readMessage(message: Record<string, unknown>): ScriptedMessage[] {
  const text = contentText(message['content']);
  switch (message['role']) {
    case 'user':
      return [{ role: 'user', text, toolCalls: [], toolResults: [] }];
    case 'assistant': {
      const calls = list(message['tool_calls']).map((call) => ({ callId: string(call['id']), name: string(record(call['function'])['name']), input: parsedInput(record(call['function'])['arguments']) }));
      return [{ role: 'assistant', text, toolCalls: calls, toolResults: [] }];
    }
    case 'tool':
      return [{ role: 'tool', text: '', toolCalls: [], toolResults: [{ callId: string(message['tool_call_id']), text }] }];
    default:
      return [];
  }
}

const head = (reply: Reply, object: string): object => ({ id: `chatcmpl-${reply.id}`, object, created: reply.created, model: reply.model });

const finishReason = (reason: string): string => (reason === 'tool-calls' ? 'tool_calls' : reason === 'content-filter' ? 'content_filter' : reason);

function usage(tokens: Required<ScriptedUsage>): object {
  return {
    prompt_tokens: tokens.input,
    completion_tokens: tokens.output,
    total_tokens: tokens.input + tokens.output,
    prompt_tokens_details: { cached_tokens: tokens.cachedInput },
    completion_tokens_details: { reasoning_tokens: tokens.reasoning },
  };
}
