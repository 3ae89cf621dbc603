import { Unparsable } from './shell-line.ts';
import type { CommandContext, Redirection, SimpleCommand } from './shell-line.ts';

/** A position in shell text and what was found before it. Substitutions read on with the same lists. */
export interface ShellReader {
  text: string;
  at: number;
  depth: number;
  commands: SimpleCommand[];
  functions: Set<string>;
  /** Here-documents whose text begins after the next newline. */
  pending: Redirection[];
  /** Reads commands up to and including the closing parenthesis; given here so that words and lists need no import cycle. */
  readToParenthesis: (reader: ShellReader, context: CommandContext) => void;
  /** Reads commands up to the end of the text. */
  readAll: (reader: ShellReader, context: CommandContext) => void;
}

const deepest = 40;

/** Runs `read` one level deeper; text that nests further than any person would write is not parsed. */
export function nested(reader: ShellReader, read: () => void): void {
  reader.depth += 1;
  if (reader.depth > deepest) throw new Unparsable('it is nested too deeply');
  read();
  reader.depth -= 1;
}

/** A reader of other text (backticks, a here-document) whose commands go to the same lists. */
export function readerOf(text: string, parent: ShellReader): ShellReader {
  return { ...parent, text, at: 0, pending: [] };
}

export function peek(reader: ShellReader, offset = 0): string {
  return reader.text[reader.at + offset] ?? '';
}

/** Skips blanks and line continuations, not newlines. */
export function skipBlanks(reader: ShellReader): void {
  for (;;) {
    const character = peek(reader);
    if (character === ' ' || character === '\t') reader.at += 1;
    else if (character === '\\' && peek(reader, 1) === '\n') reader.at += 2;
    else return;
  }
}

export function skipComment(reader: ShellReader): void {
  const end = reader.text.indexOf('\n', reader.at);
  reader.at = end < 0 ? reader.text.length : end;
}
