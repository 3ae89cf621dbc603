import type { CallItem } from '@atelier/thread';
import type { Connection } from '../connect.ts';
import type { Surroundings } from '../surroundings.ts';
import { askKey, askLine } from '../terminal/ask-key.ts';
import { cleanText } from '../terminal/display-width.ts';
import { describeCall } from '../terminal/describe-call.ts';
import { renderPreview } from '../terminal/render-item.ts';
import type { RunPrinter } from './run-printer.ts';

/**
 * Asks the person at the terminal about one call and sends the answer. Resolves to `cancel` when the person pressed
 * Ctrl+C instead; the approval stays open then.
 */
export async function askPerson(call: CallItem, options: { surroundings: Surroundings; connection: Connection; threadId: string; printer: RunPrinter; signal: AbortSignal }): Promise<'answered' | 'cancel'> {
  return call.question === undefined ? askApproval(call, options) : askQuestion(call, options);
}

type AskOptions = Parameters<typeof askPerson>[1];

async function askApproval(call: CallItem, { surroundings, connection, threadId, printer, signal }: AskOptions): Promise<'answered' | 'cancel'> {
  const { style, stdin, stdout } = surroundings;
  const { approval } = call;
  if (approval === undefined) return 'answered';
  const columns = stdout.columns || 80;
  printer.print(['', `${style.yellow('?')} ${style.bold(describeCall(call, columns - 4))}`, ...renderPreview(call, { style, columns }), ...(call.verdict === undefined ? [] : [style.dim(`    ${cleanText(call.verdict.reason)}`)])]);
  const always = approval.grant === undefined ? '' : `  ${style.bold('a')} always: ${cleanText(approval.grant.describes)}`;
  const prompt = `  ${style.bold('y')} allow  ${style.bold('n')} deny${always}  ${style.bold('d')} show everything  ${style.bold('r')} deny with a reason`;
  for (;;) {
    printer.hold([prompt]);
    const key = await askKey(stdin, ['y', 'n', 'd', 'r', ...(approval.grant === undefined ? [] : ['a'])], signal);
    if (key === 'cancel') {
      printer.hold(undefined);
      return 'cancel';
    }
    if (key === 'd') {
      printer.print(renderPreview(call, { style, columns, whole: true }));
      continue;
    }
    let reason: string | undefined;
    if (key === 'r') {
      printer.hold([]);
      reason = (await askLine(stdin, stdout, '  Reason: ', signal)).trim();
    }
    printer.hold(undefined);
    const answer = key === 'y' || key === 'a' ? 'allow' : 'deny';
    printer.print([style.dim(answer === 'allow' ? (key === 'a' ? '  allowed, from now on too' : '  allowed') : '  denied')]);
    await connection.client.call('sendCommand', {
      path: { threadId },
      body: { commandId: surroundings.newId(), command: { type: 'decide-approval', approvalId: approval.approvalId, answer, always: key === 'a', ...(reason ? { reason } : {}) } },
    });
    return 'answered';
  }
}

async function askQuestion(call: CallItem, { surroundings, connection, threadId, printer, signal }: AskOptions): Promise<'answered' | 'cancel'> {
  const { style, stdin, stdout } = surroundings;
  const { question } = call;
  if (question === undefined) return 'answered';
  const options = question.options.map((option, index) => `    ${style.bold(String(index + 1))} ${cleanText(option)}`);
  printer.print(['', `${style.yellow('?')} ${style.bold(cleanText(question.question))}`, ...options]);
  printer.hold([]);
  let text = '';
  while (text === '') text = (await askLine(stdin, stdout, options.length === 0 ? '  Answer: ' : '  Answer (number or text): ', signal)).trim();
  printer.hold(undefined);
  const answer = question.options[Number(text) - 1] ?? text;
  await connection.client.call('sendCommand', { path: { threadId }, body: { commandId: surroundings.newId(), command: { type: 'answer-question', questionId: question.questionId, answer } } });
  return 'answered';
}
