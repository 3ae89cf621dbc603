import { arithmeticEnd, requireArithmetic, scanExpansions } from './read-expansion.ts';
import { readHereDocuments, readRedirection } from './read-redirection.ts';
import { expandWord, finishWord, readWord } from './read-word.ts';
import type { RawWord } from './read-word.ts';
import { Unparsable } from './shell-line.ts';
import type { CommandContext, SimpleCommand } from './shell-line.ts';
import { nested, peek, readerOf, skipBlanks, skipComment } from './shell-reader.ts';
import type { ShellReader } from './shell-reader.ts';

/**
 * Reads a list of commands up to and including one of the closers (`)`, a reserved word, `;;`) and returns it; with no
 * closers, up to the end of the text. It is looser than a shell about separators, never about where a command begins.
 */
export function readCommands(reader: ShellReader, context: CommandContext, closers: string[]): string {
  let here = context;
  for (;;) {
    skipBlanks(reader);
    const character = peek(reader);
    if (character === '') {
      if (closers.length > 0) throw new Unparsable(`"${closers.join('" or "')}" is missing`);
      if (reader.pending.length > 0) throw new Unparsable('a here-document is not closed');
      return '';
    }
    if (character === '\n') {
      reader.at += 1;
      readHereDocuments(reader, here);
      here = { ...here, piped: context.piped };
    } else if (character === '#') skipComment(reader);
    else if (character === ')') {
      if (!closers.includes(')')) throw new Unparsable('a parenthesis closes what was not opened');
      if (reader.pending.length > 0) throw new Unparsable('a here-document is not closed');
      reader.at += 1;
      return ')';
    } else if (character === ';' || character === '&' || character === '|') {
      const operator = /^(?:;;&|;;|;&|;|&&|&|\|\||\|&|\|)/.exec(reader.text.slice(reader.at, reader.at + 3))?.[0] ?? character;
      reader.at += operator.length;
      if (operator.startsWith(';;') || operator === ';&') {
        if (!closers.includes(';;')) throw new Unparsable(`"${operator}" stands outside a case`);
        return ';;';
      }
      const branch = operator === '&&' || operator === '||';
      here = { ...here, piped: operator === '|' || operator === '|&', conditional: here.conditional || branch };
    } else {
      const closer = nestedCommand(reader, here, closers);
      if (closer !== undefined) return closer;
    }
  }
}

function nestedCommand(reader: ShellReader, context: CommandContext, closers: string[]): string | undefined {
  let closer: string | undefined;
  nested(reader, () => {
    closer = readCommand(reader, context, closers);
  });
  return closer;
}

const loose = /^(?:then|else|elif|fi|do|done|esac|in|\}|coproc|select)$/;

/** Reads one command. Returns the closer instead, when a reserved word that closes the list stands here. */
function readCommand(reader: ShellReader, context: CommandContext, closers: string[]): string | undefined {
  const inside = { ...context, conditional: true };
  if (peek(reader) === '(') {
    const arithmetic = peek(reader, 1) === '(' ? arithmeticEnd(reader.text, reader.at + 2) : undefined;
    if (arithmetic === undefined) {
      reader.at += 1;
      readCommands(reader, inside, [')']);
    } else readArithmetic(reader, context, arithmetic);
    readTrailing(reader, context);
    return undefined;
  }
  const start = reader.at;
  const reserved = /^(?:[a-z]+|\{|\}|!|\[\[)(?=[\s;&|<>()]|$)/.exec(reader.text.slice(reader.at, reader.at + 12))?.[0];
  if (reserved !== undefined) {
    reader.at += reserved.length;
    if (closers.includes(reserved)) return reserved;
    if (loose.test(reserved)) throw new Unparsable(`"${reserved}" stands where no command can`);
    if (readCompound(reader, context, inside, reserved)) return undefined;
    reader.at = start;
  }
  readSimple(reader, context);
  return undefined;
}

/** Reads the rest of a command that began with a reserved word; false when the word is an ordinary one. */
function readCompound(reader: ShellReader, context: CommandContext, inside: CommandContext, word: string): boolean {
  switch (word) {
    case '!':
      return true;
    case 'time':
      skipBlanks(reader);
      if (/^-p(?=\s)/.test(reader.text.slice(reader.at, reader.at + 3))) reader.at += 2;
      return true;
    case '{':
      readCommands(reader, inside, ['}']);
      break;
    case 'if':
      readCommands(reader, inside, ['then']);
      for (let closer = 'then'; closer !== 'fi'; ) {
        closer = readCommands(reader, inside, ['elif', 'else', 'fi']);
        if (closer === 'elif') readCommands(reader, inside, ['then']);
      }
      break;
    case 'while':
    case 'until':
      readCommands(reader, inside, ['do']);
      readCommands(reader, inside, ['done']);
      break;
    case 'for':
      readFor(reader, inside);
      break;
    case 'case':
      readCase(reader, inside);
      break;
    case 'function': {
      skipBlanks(reader);
      const name = readWord(reader, context);
      if (!name || name.marks.includes('d')) throw new Unparsable('a function has no name');
      skipBlanks(reader);
      if (peek(reader) === '(') readParentheses(reader);
      readFunction(reader, context, name.text);
      return true;
    }
    case '[[':
      readTest(reader, context);
      break;
    default:
      return false;
  }
  readTrailing(reader, context);
  return true;
}

function readArithmetic(reader: ShellReader, context: CommandContext, end: number, isFor = false): void {
  const expression = reader.text.slice(reader.at + 2, end);
  requireArithmetic(isFor ? expression.replaceAll(';', ',') : expression);
  scanExpansions(readerOf(expression, reader), { ...context, substitution: true, piped: false }, () => undefined);
  reader.at = end + 2;
}

/** The redirections after a compound command hold for all of it: they become a command without words. */
function readTrailing(reader: ShellReader, context: CommandContext): void {
  const command: SimpleCommand = { words: [], assignments: [], redirections: [], context };
  do skipBlanks(reader);
  while (readRedirection(reader, context, command.redirections));
  if (command.redirections.length > 0) reader.commands.push(command);
}

function skipToWord(reader: ShellReader, context: CommandContext): void {
  for (;;) {
    skipBlanks(reader);
    if (peek(reader) === '#') skipComment(reader);
    else if (peek(reader) === '\n') {
      reader.at += 1;
      readHereDocuments(reader, context);
    } else return;
  }
}

function isWord(raw: RawWord | undefined, text: string): boolean {
  return raw !== undefined && raw.text === text && !raw.quoted && !raw.marks.includes('d');
}

function readFor(reader: ShellReader, context: CommandContext): void {
  skipBlanks(reader);
  if (peek(reader) === '(' && peek(reader, 1) === '(') {
    const end = arithmeticEnd(reader.text, reader.at + 2);
    if (end === undefined) throw new Unparsable('a for is not understood');
    readArithmetic(reader, context, end, true);
  } else {
    const name = readWord(reader, context);
    if (!name || !/^[A-Za-z_]\w*$/.test(name.text) || name.marks.includes('d')) throw new Unparsable('a for has no name');
    if (/^(?:PATH|IFS|ENV|BASH_\w+|LD_\w+|DYLD_\w+|GIT_\w+|\w*PAGER|\w*EDITOR)$/.test(name.text)) throw new Unparsable('a loop changes a variable that decides what runs');
    skipToWord(reader, context);
    const start = reader.at;
    if (isWord(readWord(reader, context), 'in')) {
      for (skipBlanks(reader); readWord(reader, context); skipBlanks(reader));
    } else reader.at = start;
  }
  skipToWord(reader, context);
  if (peek(reader) === ';') reader.at += 1;
  skipToWord(reader, context);
  const opener = readWord(reader, context);
  if (isWord(opener, 'do')) readCommands(reader, context, ['done']);
  else if (isWord(opener, '{')) readCommands(reader, context, ['}']);
  else throw new Unparsable('a for has no do');
}

function readCase(reader: ShellReader, context: CommandContext): void {
  skipBlanks(reader);
  if (!readWord(reader, context)) throw new Unparsable('a case has no word');
  skipToWord(reader, context);
  if (!isWord(readWord(reader, context), 'in')) throw new Unparsable('a case has no in');
  for (;;) {
    skipToWord(reader, context);
    if (peek(reader) === '(') reader.at += 1;
    skipBlanks(reader);
    const pattern = readWord(reader, context);
    if (isWord(pattern, 'esac')) return;
    if (!pattern) throw new Unparsable('a case has no pattern');
    for (skipBlanks(reader); peek(reader) === '|'; skipBlanks(reader)) {
      reader.at += 1;
      skipBlanks(reader);
      if (!readWord(reader, context)) throw new Unparsable('a case has no pattern');
    }
    if (peek(reader) !== ')') throw new Unparsable('a pattern of a case is not closed');
    reader.at += 1;
    if (readCommands(reader, context, [';;', 'esac']) === 'esac') return;
  }
}

function readParentheses(reader: ShellReader): void {
  reader.at += 1;
  skipBlanks(reader);
  if (peek(reader) !== ')') throw new Unparsable('a parenthesis stands inside a command');
  reader.at += 1;
}

function readFunction(reader: ShellReader, context: CommandContext, name: string): void {
  reader.functions.add(name);
  skipToWord(reader, context);
  const before = reader.at;
  if (nestedCommand(reader, { ...context, inFunction: true, conditional: true }, []) !== undefined || reader.at === before) {
    throw new Unparsable('a function has no body');
  }
}

/** Reads up to `]]`; the test becomes a command whose first word is `[[`. */
function readTest(reader: ShellReader, context: CommandContext): void {
  const command: SimpleCommand = {
    words: [{ text: '[[', dynamic: false, glob: false, quoted: false }],
    assignments: [],
    redirections: [],
    context,
  };
  for (;;) {
    skipToWord(reader, context);
    const word = readWord(reader, context);
    if (isWord(word, ']]')) break;
    if (word) command.words.push({ ...finishWord(word), glob: false });
    else if (/[()<>&|]/.test(peek(reader))) reader.at += 1;
    else throw new Unparsable('a test is not closed');
  }
  reader.commands.push(command);
}

function readSimple(reader: ShellReader, context: CommandContext): void {
  const command: SimpleCommand = { words: [], assignments: [], redirections: [], context };
  for (;;) {
    skipBlanks(reader);
    if (readRedirection(reader, context, command.redirections)) continue;
    if (peek(reader) === '#') {
      skipComment(reader);
      break;
    }
    const raw = readWord(reader, context);
    if (!raw) {
      if (peek(reader) !== '(') break;
      const name = command.words[0];
      if (!name || command.words.length > 1 || command.assignments.length > 0 || command.redirections.length > 0) {
        throw new Unparsable('a parenthesis stands inside a command');
      }
      readParentheses(reader);
      readFunction(reader, context, name.text);
      return;
    }
    const assignment = command.words.length === 0 ? readAssignment(raw) : undefined;
    if (assignment) command.assignments.push(assignment);
    else command.words.push(...expandWord(raw));
  }
  if (command.words.length + command.assignments.length + command.redirections.length === 0) throw new Unparsable('a command is empty');
  reader.commands.push(command);
}

function readAssignment(raw: RawWord): { name: string; value: ReturnType<typeof finishWord> } | undefined {
  const head = /^([A-Za-z_]\w*)(?:\[[^\]]*\])?\+?=/.exec(raw.text);
  if (!head?.[1] || /[^u]/.test(raw.marks.slice(0, head[1].length))) return undefined;
  const from = head[0].length;
  return { name: head[1], value: finishWord({ text: raw.text.slice(from), marks: raw.marks.slice(from), quoted: raw.quoted }) };
}
