import type { LanguageModelV4CallOptions, LanguageModelV4Message, LanguageModelV4ToolResultOutput } from '@ai-sdk/provider';
import type { UnnumberedRequest } from './answer-source.ts';
import { summarize } from './summarize.ts';
import type { ScriptedMessage } from './script.ts';

/** Reads the call of a `LanguageModelV4` as a script's request. */
export function readPrompt(options: LanguageModelV4CallOptions, model: string): UnnumberedRequest {
  const instructions = options.prompt.flatMap((message) => (message.role === 'system' ? [message.content] : [])).join('\n');
  const messages = options.prompt.flatMap((message) => (message.role === 'system' ? [] : [readMessage(message)]));
  return summarize({ model, format: 'prompt', instructions, messages, tools: (options.tools ?? []).map((tool) => tool.name), body: options });
}

function readMessage(message: Exclude<LanguageModelV4Message, { role: 'system' }>): ScriptedMessage {
  const read: ScriptedMessage = { role: message.role, text: '', toolCalls: [], toolResults: [] };
  for (const part of message.content) {
    if (part.type === 'text') read.text += part.text;
    else if (part.type === 'tool-call') read.toolCalls.push({ callId: part.toolCallId, name: part.toolName, input: part.input });
    else if (part.type === 'tool-result') read.toolResults.push({ callId: part.toolCallId, text: outputText(part.output) });
  }
  return read;
}

function outputText(output: LanguageModelV4ToolResultOutput): string {
  switch (output.type) {
    case 'text':
    case 'error-text':
      return output.value;
    case 'execution-denied':
      return output.reason ?? '';
    case 'json':
    case 'error-json':
    case 'content':
      return JSON.stringify(output.value);
  }
}
