import type { UnnumberedRequest } from './answer-source.ts';
import type { ScriptedMessage } from './script.ts';

/** Adds what a script asks for most: which step it is, the last words of the user, the newest tool results. */
export function summarize(request: Omit<UnnumberedRequest, 'step' | 'lastUserText' | 'lastToolResults'>): UnnumberedRequest {
  const { messages } = request;
  const lastAnswer = messages.findLastIndex((message) => message.role === 'assistant');
  return {
    ...request,
    step: countAnswers(messages),
    lastUserText: messages.findLast((message) => message.role === 'user' && message.text !== '')?.text ?? '',
    lastToolResults: messages.slice(lastAnswer + 1).flatMap((message) => message.toolResults),
  };
}

/** Neighbouring assistant messages are one answer: some formats send its parts apart. */
function countAnswers(messages: ScriptedMessage[]): number {
  return messages.filter((message, at) => message.role === 'assistant' && messages[at - 1]?.role !== 'assistant').length;
}
