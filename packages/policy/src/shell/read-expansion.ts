import { nested, peek, readerOf } from './shell-reader.ts';
import type { ShellReader } from './shell-reader.ts';
import { Unparsable } from './shell-line.ts';
import type { CommandContext } from './shell-line.ts';

/** What `$` began: literal text, or (without `literal`) something that is only known when the line runs. */
export interface Piece {
  literal?: string;
  quoted?: boolean;
}

type SkipQuoted = (reader: ShellReader) => void;

/** Reads what begins with `$` at the reader's position; commands inside it are added to the reader's list. */
export function readDollar(reader: ShellReader, context: CommandContext, inQuotes: boolean, skipQuoted: SkipQuoted): Piece {
  const next = peek(reader, 1);
  const inside = { ...context, substitution: true, piped: false };
  if (next === "'" && !inQuotes) {
    reader.at += 2;
    return { literal: readAnsiC(reader), quoted: true };
  }
  if (next === '(') {
    if (peek(reader, 2) === '(') {
      const end = arithmeticEnd(reader.text, reader.at + 3);
      if (end !== undefined) {
        const expression = reader.text.slice(reader.at + 3, end);
        requireArithmetic(expression);
        scanExpansions(readerOf(expression, reader), inside, skipQuoted);
        reader.at = end + 2;
        return {};
      }
    }
    reader.at += 2;
    nested(reader, () => reader.readToParenthesis(reader, inside));
    return {};
  }
  if (next === '[') {
    const end = reader.text.indexOf(']', reader.at);
    if (end < 0) throw new Unparsable('an arithmetic expansion is not closed');
    scanExpansions(readerOf(reader.text.slice(reader.at + 2, end), reader), inside, skipQuoted);
    reader.at = end + 1;
    return {};
  }
  if (next === '{') {
    reader.at += 2;
    nested(reader, () => readParameter(reader, inside, inQuotes, skipQuoted));
    return {};
  }
  const name = /^(?:[A-Za-z_]\w*|[0-9@*#?$!-])/.exec(reader.text.slice(reader.at + 1, reader.at + 129))?.[0];
  if (name === undefined) {
    reader.at += 1;
    return { literal: '$' };
  }
  reader.at += 1 + name.length;
  while (/\w/.test(name) && !/^\d/.test(name) && /\w/.test(peek(reader))) reader.at += 1;
  return {};
}

/** Reads `${...}`; the reader stands after the opening brace. */
function readParameter(reader: ShellReader, context: CommandContext, inQuotes: boolean, skipQuoted: SkipQuoted): void {
  const start = reader.at;
  if (/[\s|]/.test(peek(reader))) throw new Unparsable('it uses a substitution in braces');
  for (;;) {
    const character = peek(reader);
    if (character === '') throw new Unparsable('a parameter expansion is not closed');
    if (character === '}') {
      if (reader.text.slice(start, reader.at).endsWith('@P')) throw new Unparsable('it expands a variable as a prompt');
      reader.at += 1;
      return;
    }
    if (character === '\\') reader.at += 2;
    else if (character === "'" && !inQuotes) {
      const close = reader.text.indexOf("'", reader.at + 1);
      if (close < 0) throw new Unparsable('a single quote is not closed');
      reader.at = close + 1;
    } else if (character === '"') {
      reader.at += 1;
      skipQuoted(reader);
    } else if (!readInner(reader, context, inQuotes, skipQuoted)) reader.at += 1;
  }
}

/** Reads a nested expansion or process substitution when one stands here. */
function readInner(reader: ShellReader, context: CommandContext, inQuotes: boolean, skipQuoted: SkipQuoted): boolean {
  const character = peek(reader);
  if (character === '`') readBacktick(reader, context, inQuotes);
  else if (character === '$' && !(peek(reader, 1) === '"' && !inQuotes)) readDollar(reader, context, inQuotes, skipQuoted);
  else if ((character === '<' || character === '>') && peek(reader, 1) === '(' && !inQuotes) {
    reader.at += 2;
    nested(reader, () => reader.readToParenthesis(reader, context));
  } else return false;
  return true;
}

/** Finds the commands in text where only expansions are special: arithmetic and the body of a here-document. */
export function scanExpansions(reader: ShellReader, context: CommandContext, skipQuoted: SkipQuoted): void {
  nested(reader, () => {
    while (reader.at < reader.text.length) {
      if (peek(reader) === '\\') reader.at += 2;
      else if (!readInner(reader, context, true, skipQuoted)) reader.at += 1;
    }
  });
}

/** Reads `` `...` `` and the commands in it, after undoing its own level of escapes (POSIX XCU 2.6.3). */
export function readBacktick(reader: ShellReader, context: CommandContext, inQuotes: boolean): void {
  let text = '';
  reader.at += 1;
  for (;;) {
    const character = peek(reader);
    if (character === '') throw new Unparsable('a backtick is not closed');
    if (character === '`') break;
    const next = peek(reader, 1);
    if (character === '\\' && next !== '' && (inQuotes ? '$`\\"' : '$`\\').includes(next)) {
      text += next;
      reader.at += 2;
    } else {
      text += character;
      reader.at += 1;
    }
  }
  reader.at += 1;
  nested(reader, () => reader.readAll(readerOf(text, { ...reader }), { ...context, substitution: true, piped: false }));
}

/** Where the `))` of an arithmetic begins, or `undefined` when the parentheses are those of subshells. */
export function arithmeticEnd(text: string, from: number): number | undefined {
  let depth = 0;
  for (let index = from; index < text.length; index += 1) {
    if (text[index] === '(') depth += 1;
    else if (text[index] === ')') {
      if (depth === 0) return text[index + 1] === ')' ? index : undefined;
      depth -= 1;
    }
  }
  return undefined;
}

/** Some shells take `((` for two subshells when the text is no expression, so that commands could hide there. */
export function requireArithmetic(text: string): void {
  const plain = text.replaceAll(/\$\([^()]*\)|`[^`]*`|\$\{[^{}]*\}/g, '0');
  if (/\b[A-Za-z_]\w*\s+-*[\w~/.$"']|[;\n]/.test(plain)) throw new Unparsable('it can be read as arithmetic and as commands');
}

const named: Record<string, string> = { a: '\x07', b: '\b', e: '\x1b', E: '\x1b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '\\': '\\', "'": "'", '"': '"', '?': '?' };

/** Reads the rest of `$'...'` (bash manual 3.1.2.4). */
function readAnsiC(reader: ShellReader): string {
  let text = '';
  for (;;) {
    const character = peek(reader);
    if (character === '') throw new Unparsable('a quote is not closed');
    reader.at += 1;
    if (character === "'") return text;
    if (character !== '\\') {
      text += character;
      continue;
    }
    const rest = reader.text.slice(reader.at, reader.at + 12);
    const code = /^(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|([0-7]{1,3})|c(.))/.exec(rest);
    if (!code) {
      const simple = named[rest[0] ?? ''];
      text += simple ?? `\\${rest[0] ?? ''}`;
      reader.at += 1;
      continue;
    }
    const hex = code[1] ?? code[2] ?? code[3];
    let point = code[5] === undefined ? 0 : code[5].charCodeAt(0) & 31;
    if (hex !== undefined) point = Number.parseInt(hex, 16);
    else if (code[4] !== undefined) point = Number.parseInt(code[4], 8) & 255;
    if (point === 0 || point > 0x10ffff) throw new Unparsable('a quoted character has no meaning');
    text += String.fromCodePoint(point);
    reader.at += code[0].length;
  }
}
