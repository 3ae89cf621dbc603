/**
 * How loosely two texts are compared.
 * `trailing`: white space at line ends is ignored. `spacing`: indentation too, runs of blanks count as one, and typographic
 * quotes, dashes and composed letters equal their plain forms. `layout`: all white space is ignored, line breaks
 * included, except between two words.
 */
export type Looseness = 'trailing' | 'spacing' | 'layout';

/** A text brought to a normal form, with the way back to the original. */
export interface NormalForm {
  text: string;
  /** Where in the original the character at an offset of `text` begins, and where it ends. */
  startOf(offset: number): number;
  endOf(offset: number): number;
}

const LINE_FEED = 10;

/** The normal form of a text with `\n` line ends. Linear in its length. */
export function normalForm(original: string, looseness: Looseness): NormalForm {
  const form: Building = { pieces: [], length: 0, offsets: [], starts: [], ends: [] };
  const composes = looseness !== 'trailing';
  let at = 0;
  while (at < original.length) {
    const code = original.charCodeAt(at);
    if (isBlank(code) || code === LINE_FEED) at = takeWhiteSpace(form, original, at, looseness);
    else if (composes && (code >= 128 || original.charCodeAt(at + 1) >= FIRST_MARK)) at = takeLetter(form, original, at);
    else at = takePlain(form, original, at, composes);
  }
  return {
    text: form.pieces.join(''),
    startOf: (offset) => {
      const piece = pieceAt(form.offsets, offset);
      return (form.starts[piece] ?? 0) + (form.ends[piece] === VERBATIM ? offset - (form.offsets[piece] ?? 0) : 0);
    },
    endOf: (offset) => {
      const piece = pieceAt(form.offsets, offset);
      const end = form.ends[piece] ?? 0;
      return end === VERBATIM ? (form.starts[piece] ?? 0) + offset - (form.offsets[piece] ?? 0) + 1 : end;
    },
  };
}

/** A single line in the `spacing` form: two lines with the same form differ in white space and typography only. */
export function normalLine(line: string): string {
  const plain = isPlain(line) ? line : normalForm(line, 'spacing').text;
  return plain.trim().replaceAll(/[ \t\f\v]+/g, ' ');
}

/** The white space that a line begins with. */
export function indentOf(line: string): string {
  return /^[ \t\u00A0]*/.exec(line)?.[0] ?? '';
}

export function isWordCode(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || code === 95 || code === 36 || (code >= 97 && code <= 122) || code >= 0xc0;
}

/** Combining marks begin here; a letter before one is taken together with it. */
const FIRST_MARK = 0x300;
/** Instead of its end: the piece has the original's own characters, one for one. */
const VERBATIM = -1;

/** Pieces of the normal form: their offsets in it, and where each was in the original. */
interface Building {
  pieces: string[];
  length: number;
  offsets: number[];
  starts: number[];
  ends: number[];
}

function push(form: Building, piece: string, start: number, end: number): void {
  if (piece === '') return;
  form.pieces.push(piece);
  form.offsets.push(form.length);
  form.starts.push(start);
  form.ends.push(end);
  form.length += piece.length;
}

/** The piece that holds an offset, by halving. */
function pieceAt(offsets: readonly number[], offset: number): number {
  let low = 0;
  let high = offsets.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((offsets[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Takes what stays as it is: up to white space or, where letters are composed, a letter beyond ASCII. */
function takePlain(form: Building, original: string, start: number, composes: boolean): number {
  let end = start + 1;
  for (; end < original.length; end += 1) {
    const code = original.charCodeAt(end);
    if (isBlank(code) || code === LINE_FEED || (composes && code >= 128)) break;
  }
  // The last letter belongs to a mark that follows it.
  if (composes && end - start > 1 && original.charCodeAt(end) >= FIRST_MARK) end -= 1;
  push(form, original.slice(start, end), start, VERBATIM);
  return end;
}

/** Takes a run of white space and writes what is left of it in the normal form. */
function takeWhiteSpace(form: Building, original: string, start: number, looseness: Looseness): number {
  let end = start;
  let lastBreak = -1;
  for (; end < original.length; end += 1) {
    const code = original.charCodeAt(end);
    if (code === LINE_FEED) lastBreak = end;
    else if (!isBlank(code)) break;
  }
  if (looseness === 'layout') {
    if (start > 0 && end < original.length && isWordCode(original.charCodeAt(start - 1)) && isWordCode(original.charCodeAt(end))) push(form, ' ', start, end);
    return end;
  }
  for (let at = start; at <= lastBreak; at += 1) if (original.charCodeAt(at) === LINE_FEED) push(form, '\n', at, at + 1);
  const blanksFrom = lastBreak === -1 ? start : lastBreak + 1;
  if (looseness === 'trailing') {
    if (end < original.length) push(form, original.slice(blanksFrom, end), blanksFrom, VERBATIM);
  } else if (lastBreak === -1 && start > 0 && end < original.length) push(form, ' ', start, end);
  return end;
}

const combining = /\p{M}/u;

/** Takes a letter with its combining marks, composed (NFC) and without typography. */
function takeLetter(form: Building, original: string, start: number): number {
  const letter = String.fromCodePoint(original.codePointAt(start) ?? 0);
  let end = start + letter.length;
  while (end < original.length && original.charCodeAt(end) >= FIRST_MARK) {
    const next = String.fromCodePoint(original.codePointAt(end) ?? 0);
    if (!combining.test(next)) break;
    end += next.length;
  }
  push(form, withoutTypography(original.slice(start, end).normalize('NFC')), start, end);
  return end;
}

function withoutTypography(letter: string): string {
  if (/^[\u2018\u2019\u201A\u201B]$/.test(letter)) return "'";
  if (/^[\u201C\u201D\u201E\u201F]$/.test(letter)) return '"';
  if (/^[\u2010-\u2015\u2212]$/.test(letter)) return '-';
  if (letter === '\u2026') return '...';
  return letter;
}

/** Blanks within a line: space, tab, no-break space, form feed, vertical tab, and the other spaces of Unicode. */
function isBlank(code: number): boolean {
  return code === 32 || code === 9 || code === 11 || code === 12 || code === 13 || code === 0xa0 || (code >= 0x2000 && code <= 0x200a) || code === 0x202f || code === 0x3000;
}

function isPlain(line: string): boolean {
  for (let at = 0; at < line.length; at += 1) if (line.charCodeAt(at) >= 128) return false;
  return true;
}
