import { isAscii } from 'node:buffer';
import { WorkspaceError } from '../port.ts';
import type { GrepMatch, GrepQuery } from '../port.ts';
import { requiredLiteral } from './required-literal.ts';

/** Searches files' bytes for one query, line by line. */
export interface LineSearch {
  /** A quick no: false where the bytes cannot hold a match. Safe from slow expressions. */
  mayMatch(bytes: Buffer): boolean;
  /** Whether `search` can run away: an expression, not plain text. */
  readonly mayRunAway: boolean;
  /** The matches in a file's bytes, at most `limit`; `more` where there were further ones. An expression that runs away makes this endless. */
  search(path: string, bytes: Buffer, limit: number): { matches: GrepMatch[]; more: boolean };
}

/** Only this much of a line is searched, and only this much of it is shown. */
const searchedLineLength = 10_000;
const shownLineLength = 500;

/**
 * Prepares a query. A plain query without `ignoreCase` is found in the bytes themselves; an expression is tried only on
 * files that hold a text which every match must have. Error: `failed` for an expression that is none, with the reason.
 */
export function createLineSearch(query: GrepQuery): LineSearch {
  if (query.pattern === '') throw new WorkspaceError('failed', 'The pattern is empty. Give the text or the expression to search for.');
  const inline = query.regex ? /^\(\?i\)/.exec(query.pattern) : null;
  const pattern = inline ? query.pattern.slice(4) : query.pattern;
  const ignoreCase = Boolean(query.ignoreCase) || inline !== null;
  const flags = `${ignoreCase ? 'i' : ''}${query.regex && /\\[pP]\{/.test(pattern) ? 'u' : ''}`;
  const expression = query.regex ? compile(pattern, flags) : compile(pattern.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'), flags);
  const literal = query.regex ? requiredLiteral(pattern) : pattern;
  const needle = literal === '' || ignoreCase ? undefined : Buffer.from(literal, 'utf8');
  const find = query.regex || ignoreCase ? (line: string) => line.search(expression) : (line: string) => line.indexOf(pattern);
  // Where an expression cannot look beyond its line, the whole file is tried at once before it is cut into lines.
  const inFile = query.regex && !/\(\?(?:[=!]|<[=!])/.test(pattern) ? compile(pattern, `${flags}m`) : undefined;
  const plainFind = !query.regex && !ignoreCase && !pattern.includes('\n');
  const context = Math.max(0, Math.min(query.contextLines ?? 0, 20));

  return {
    mayRunAway: query.regex === true,
    mayMatch: (bytes) => needle === undefined || bytes.includes(needle) || isUtf16(bytes),
    search(path, bytes, limit) {
      const text = textOf(bytes);
      if (inFile !== undefined && text.length < 1_000_000 && !inFile.test(text)) return { matches: [], more: false };
      if (plainFind && !text.includes(pattern)) return { matches: [], more: false };
      const lines = text.split('\n');
      if (lines.at(-1) === '') lines.pop();
      const line = (index: number) => (lines[index] ?? '').replace(/\r$/, '');
      const matches: GrepMatch[] = [];
      for (let index = 0; index < lines.length; index += 1) {
        const at = find(line(index).slice(0, searchedLineLength));
        if (at === -1) continue;
        if (matches.length >= limit) return { matches, more: true };
        const around = (from: number, to: number) => Array.from({ length: Math.max(0, to - from) }, (_, offset) => shown(line(from + offset), 0));
        matches.push({
          path,
          line: index + 1,
          text: shown(line(index), at),
          before: around(Math.max(0, index - context), index),
          after: around(index + 1, Math.min(lines.length, index + 1 + context)),
        });
      }
      return { matches, more: false };
    },
  };
}

function compile(pattern: string, flags: string): RegExp {
  try {
    return new RegExp(pattern, flags);
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^Invalid regular expression: /, '') : String(error);
    throw new WorkspaceError('failed', `The pattern is not a regular expression: ${reason}. Escape special characters with a backslash, or search for it as plain text.`, { cause: error });
  }
}

/** Whether bytes are searched at all: text as far as their start tells, UTF-16 by its byte order mark. */
export function isSearchable(bytes: Buffer): boolean {
  return isUtf16(bytes) || !bytes.subarray(0, 8_000).includes(0);
}

function isUtf16(bytes: Buffer): boolean {
  return (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
}

function textOf(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.toString('utf16le', 2);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return Buffer.from(bytes.subarray(2, bytes.length - (bytes.length % 2))).swap16().toString('utf16le');
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  return isAscii(bytes) ? bytes.toString('latin1', start) : bytes.toString('utf8', start);
}

/** A line as it is shown: a long one around its match. */
function shown(line: string, at: number): string {
  if (line.length <= shownLineLength) return line;
  const from = Math.max(0, Math.min(at - 100, line.length - shownLineLength));
  const piece = line.slice(from, from + shownLineLength).toWellFormed();
  return `${from > 0 ? '…' : ''}${piece}${from + shownLineLength < line.length ? '…' : ''}`;
}
