import { shownText } from '@atelier/thread';
import type { CallItem } from '@atelier/thread';
import { cleanText, cutText } from './display-width.ts';

/** One line that says what a call is: the tool's own summary where there is one, else the tool with its input. */
export function describeCall(call: CallItem, columns: number): string {
  if (call.check !== undefined) return oneLine(`Check ${call.check}: ${commandOf(call.input)}`, columns);
  if (call.question !== undefined) return oneLine(`Question: ${call.question.question}`, columns);
  if (call.summary === undefined) return oneLine(`${call.tool} ${describeInput(call.input)}`, columns);
  return oneLine(call.stage === 'ok' ? call.summary : call.summary.replace(/^\w+/, (verb) => wishes[verb] ?? verb), columns);
}

/** Tools say what they did; of a call that did not do it, it is said what it would do. */
const wishes: Record<string, string> = { Edited: 'Edit', Created: 'Create', Wrote: 'Write', Replaced: 'Replace', Deleted: 'Delete', Moved: 'Move' };

/** What came back, on one line: the first telling line of the output, without what the summary said already. */
export function describeResult(call: CallItem, columns: number): string {
  const text = call.output === undefined ? '' : cleanText(shownText(call.output)).trim();
  if (call.stage === 'ok' && call.tool === 'run_command') return '';
  const line = text.split('\n').find((candidate) => candidate.trim() !== '') ?? '';
  return line === call.summary ? '' : cutText(line.trim(), columns);
}

export function oneLine(text: string, columns: number): string {
  return cutText(cleanText(text).replace(/\s+/g, ' ').trim(), columns);
}

function describeInput(input: unknown): string {
  if (typeof input !== 'object' || input === null) return typeof input === 'string' ? input : '';
  const values = Object.values(input).filter((value) => typeof value === 'string' || typeof value === 'number');
  return values.map(String).join(' ');
}

function commandOf(input: unknown): string {
  return typeof input === 'object' && input !== null && 'command' in input && typeof input.command === 'string' ? input.command : '';
}
