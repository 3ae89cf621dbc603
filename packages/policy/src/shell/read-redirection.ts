import { readDollar, scanExpansions } from './read-expansion.ts';
import { finishWord, readWord } from './read-word.ts';
import { Unparsable } from './shell-line.ts';
import type { CommandContext, Redirection, RedirectionOperator } from './shell-line.ts';
import { readerOf, skipBlanks } from './shell-reader.ts';
import type { ShellReader } from './shell-reader.ts';

const start = /^(\d+|\{[A-Za-z_]\w*\})?(&>>|&>|<<<|<<-|<<|<>|<&|>&|>>|>\||<(?!\()|>(?!\())/;

/** Reads a redirection when one stands at the reader's position and adds it to the list (bash manual 3.6). */
export function readRedirection(reader: ShellReader, context: CommandContext, list: Redirection[]): boolean {
  const found = start.exec(reader.text.slice(reader.at, reader.at + 64));
  if (!found?.[2]) return false;
  // The expression above lists exactly the operators of the type.
  const operator = found[2] as RedirectionOperator;
  reader.at += found[0].length;
  skipBlanks(reader);
  const raw = readWord(reader, context);
  if (!raw) throw new Unparsable('a redirection has no target');
  const redirection: Redirection = { operator, target: finishWord(raw) };
  if (found[1] !== undefined) redirection.descriptor = found[1];
  list.push(redirection);
  if (operator === '<<' || operator === '<<-') {
    if (redirection.target.dynamic) throw new Unparsable('the delimiter of a here-document is an expansion');
    reader.pending.push(redirection);
  }
  return true;
}

/** Reads the bodies of the here-documents that wait; the reader stands after a newline. */
export function readHereDocuments(reader: ShellReader, context: CommandContext): void {
  for (const redirection of reader.pending.splice(0)) {
    const expands = !redirection.target.quoted;
    const lines: string[] = [];
    for (;;) {
      if (reader.at >= reader.text.length) throw new Unparsable('a here-document is not closed');
      const found = reader.text.indexOf('\n', reader.at);
      const end = found < 0 ? reader.text.length : found;
      let line = reader.text.slice(reader.at, end);
      reader.at = Math.min(end + 1, reader.text.length);
      if (redirection.operator === '<<-') line = line.replace(/^\t+/, '');
      if (line === redirection.target.text) break;
      // A shell joins such a line with the next one, so that the delimiter might not be one.
      if (expands && /(?:^|[^\\])(?:\\\\)*\\$/.test(line)) throw new Unparsable('a line of a here-document is continued');
      lines.push(line);
    }
    const body = lines.map((line) => `${line}\n`).join('');
    redirection.body = { text: body, expands };
    if (expands) scanExpansions(readerOf(body, reader), { ...context, substitution: true, piped: false }, skipNothing);
  }
}

/** In a here-document a double quote is an ordinary character, also inside `${ }` as far as commands can hide there. */
function skipNothing(reader: ShellReader): void {
  while (reader.at < reader.text.length && reader.text[reader.at] !== '"') {
    if (reader.text[reader.at] === '\\') reader.at += 2;
    else if (reader.text[reader.at] === '$') readDollar(reader, { substitution: true, piped: false, inFunction: false, conditional: true }, true, skipNothing);
    else reader.at += 1;
  }
  if (reader.at >= reader.text.length) throw new Unparsable('a double quote is not closed');
  reader.at += 1;
}
