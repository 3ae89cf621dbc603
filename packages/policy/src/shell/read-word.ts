import { readBacktick, readDollar } from './read-expansion.ts';
import { nested, peek, skipComment } from './shell-reader.ts';
import type { ShellReader } from './shell-reader.ts';
import { Unparsable } from './shell-line.ts';
import type { CommandContext, ShellWord } from './shell-line.ts';

/** A word before brace expansion: `marks` says of every character whether it is plain (u), quoted (q) or dynamic (d). */
export interface RawWord {
  text: string;
  marks: string;
  /** Whether quotes stood in it, also empty ones. */
  quoted: boolean;
}

const ends = new Set([' ', '\t', '\n', ';', '&', '|', '<', '>', '(', ')', '']);

/** Reads the word at the reader's position; `undefined` when an operator, a blank or the end stands there. */
export function readWord(reader: ShellReader, context: CommandContext): RawWord | undefined {
  const word: RawWord = { text: '', marks: '', quoted: false };
  const start = reader.at;
  const add = (text: string, mark: 'u' | 'q' | 'd') => {
    word.text += text;
    word.marks += mark.repeat(text.length);
  };
  for (;;) {
    const character = peek(reader);
    if ((character === '<' || character === '>') && peek(reader, 1) === '(') {
      const from = reader.at;
      reader.at += 2;
      nested(reader, () => reader.readToParenthesis(reader, { ...context, substitution: true, piped: false }));
      add(reader.text.slice(from, reader.at), 'd');
      continue;
    }
    if (character === '(' && reader.at > start) {
      if (/^[A-Za-z_]\w*\+?=$/.test(word.text) && !word.marks.includes('q')) {
        const from = reader.at;
        readArray(reader, context);
        add(reader.text.slice(from, reader.at), 'd');
        continue;
      }
      if (/[@?*+!]$/.test(word.text) && word.marks.endsWith('u')) throw new Unparsable('it uses an extended pattern');
    }
    if (ends.has(character)) break;
    if (character === '\\') {
      const next = peek(reader, 1);
      reader.at += 2;
      if (next === '\n') continue;
      word.quoted = true;
      add(next === '' ? '\\' : next, 'q');
    } else if (character === "'") {
      const close = reader.text.indexOf("'", reader.at + 1);
      if (close < 0) throw new Unparsable('a single quote is not closed');
      word.quoted = true;
      add(reader.text.slice(reader.at + 1, close), 'q');
      reader.at = close + 1;
    } else if (character === '"') {
      word.quoted = true;
      reader.at += 1;
      readDoubleQuoted(reader, context, add);
    } else if (character === '$' || character === '`') {
      readExpansion(reader, context, false, word, add);
    } else {
      add(character, 'u');
      reader.at += 1;
    }
  }
  return reader.at === start ? undefined : word;
}

type Add = (text: string, mark: 'u' | 'q' | 'd') => void;

function readExpansion(reader: ShellReader, context: CommandContext, inQuotes: boolean, word: RawWord | undefined, add: Add): void {
  const from = reader.at;
  if (peek(reader) === '`') {
    readBacktick(reader, context, inQuotes);
    add(reader.text.slice(from, reader.at), 'd');
    return;
  }
  if (!inQuotes && peek(reader, 1) === '"') {
    reader.at += 2;
    if (word) word.quoted = true;
    readDoubleQuoted(reader, context, add);
    return;
  }
  const piece = readDollar(reader, context, inQuotes, (inner) => readDoubleQuoted(inner, context, () => undefined));
  if (word && piece.literal !== undefined && piece.quoted) word.quoted = true;
  if (piece.literal === undefined) add(reader.text.slice(from, reader.at), 'd');
  else add(piece.literal, piece.quoted ? 'q' : 'u');
}

/** Reads up to and including the closing double quote; the reader stands after the opening one. */
function readDoubleQuoted(reader: ShellReader, context: CommandContext, add: Add): void {
  for (;;) {
    const character = peek(reader);
    if (character === '') throw new Unparsable('a double quote is not closed');
    if (character === '"') {
      reader.at += 1;
      return;
    }
    if (character === '\\') {
      const next = peek(reader, 1);
      if (next === '\n') reader.at += 2;
      else if (next !== '' && '$`"\\'.includes(next)) {
        add(next, 'q');
        reader.at += 2;
      } else {
        add('\\', 'q');
        reader.at += 1;
      }
    } else if (character === '$' || character === '`') {
      readExpansion(reader, context, true, undefined, (text, mark) => add(text, mark === 'd' ? 'd' : 'q'));
    } else {
      add(character, 'q');
      reader.at += 1;
    }
  }
}

function readArray(reader: ShellReader, context: CommandContext): void {
  reader.at += 1;
  for (;;) {
    const character = peek(reader);
    if (character === ')') {
      reader.at += 1;
      return;
    }
    if (/[\s]/.test(character)) reader.at += 1;
    else if (character === '#') skipComment(reader);
    else if (!readWord(reader, context)) throw new Unparsable('an array is not closed');
  }
}

/** The words that a raw word becomes by brace expansion (bash manual 3.5.1). */
export function expandWord(raw: RawWord): ShellWord[] {
  return expandBraces({ text: raw.text, marks: raw.marks }, { left: 256 }).map((part) => finishWord({ ...part, quoted: raw.quoted }));
}

/** The one word that a raw word is where braces are not expanded (assignments, redirections, `case`). */
export function finishWord(raw: RawWord): ShellWord {
  let glob = false;
  for (let index = 0; index < raw.text.length; index += 1) {
    if (raw.marks[index] === 'u' && '*?['.includes(raw.text[index] ?? '')) glob = true;
  }
  return { text: raw.text, dynamic: raw.marks.includes('d'), glob, quoted: raw.quoted };
}

interface Marked {
  text: string;
  marks: string;
}

function expandBraces(word: Marked, budget: { left: number }): Marked[] {
  budget.left -= 1;
  if (budget.left < 0) throw new Unparsable('its braces expand to too many words');
  for (let open = 0; open < word.text.length; open += 1) {
    if (word.text[open] !== '{' || word.marks[open] !== 'u') continue;
    budget.left -= 1;
    if (budget.left < 0) throw new Unparsable('its braces expand to too many words');
    const inner = alternatives(word, open, budget);
    if (!inner) continue;
    const before = { text: word.text.slice(0, open), marks: word.marks.slice(0, open) };
    const after = expandBraces({ text: word.text.slice(inner.end), marks: word.marks.slice(inner.end) }, budget);
    const result: Marked[] = [];
    for (const part of inner.parts) {
      for (const rest of after) result.push({ text: before.text + part.text + rest.text, marks: before.marks + part.marks + rest.marks });
    }
    if (result.length > 256) throw new Unparsable('its braces expand to too many words');
    return result;
  }
  return [word];
}

function alternatives(word: Marked, open: number, budget: { left: number }): { parts: Marked[]; end: number } | undefined {
  let depth = 0;
  let from = open + 1;
  const parts: Marked[] = [];
  for (let index = open; index < word.text.length; index += 1) {
    if (word.marks[index] !== 'u') continue;
    const character = word.text[index];
    if (character === '{') depth += 1;
    else if (character === '}') depth -= 1;
    if ((character === ',' && depth === 1) || depth === 0) {
      parts.push({ text: word.text.slice(from, index), marks: word.marks.slice(from, index) });
      from = index + 1;
    }
    if (depth > 0) continue;
    if (parts.length > 1) return { parts: parts.flatMap((part) => expandBraces(part, budget)), end: index + 1 };
    const only = parts[0];
    if (!only || !/^(-?\d+|[A-Za-z])\.\.(-?\d+|[A-Za-z])(\.\.-?\d+)?$/.test(only.text)) return undefined;
    // A sequence's members do not matter to policy, only that the word is not what it looks like.
    return { parts: [{ text: only.text, marks: 'd'.repeat(only.text.length) }], end: index + 1 };
  }
  return undefined;
}
