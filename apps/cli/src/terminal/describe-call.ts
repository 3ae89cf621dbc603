import { shownText } from '@atelier/thread';
import type { CallItem } from '@atelier/thread';
import { cleanText, cutText } from './display-width.ts';

/** One line that says what a call is: the tool's own summary where there is one, else the tool with its input. */
export function describeCall(call: CallItem, columns: number): string {
  if (call.check !== undefined) return oneLine(`Check ${call.check}: ${commandOf(call.input)}`, columns);
  return oneLine(call.summary ?? `${call.tool} ${describeInput(call.input)}`, columns);
}

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
