import { findExact, findText } from './find-text.ts';
import type { Closeness, Source } from './find-text.ts';
import { mergeLines, replaceLines } from './merge-lines.ts';
import { indentUnit } from './reindent.ts';
import { endsLine, startsLine } from './span.ts';
import type { Span } from './span.ts';

/** One replacement in a file: `old` by `new`; with `all`, everywhere that `old` is. */
export interface Edit {
  old: string;
  new: string;
  all?: boolean | undefined;
}

/** What is to be put where, in offsets of the text that was searched. */
export interface Replacement extends Span {
  text: string;
}

export type Placed =
  | { kind: 'placed'; how: Closeness; replacements: Replacement[] }
  /** `new` stands there already, and `old` does not. */
  | { kind: 'already' }
  | { kind: 'ambiguous'; how: Closeness; spans: Span[] }
  | { kind: 'missing' };

/** Finds the one place that an edit means and works out what to put there. Never chooses between two places. */
export function placeEdit(source: Source, edit: Edit): Placed {
  const found = findText(source, edit.old);
  if (found.how !== 'exact' && isThere(source, edit, found.how === 'anchors' ? undefined : found.spans)) return { kind: 'already' };
  const [only] = found.spans;
  if (only === undefined) return { kind: 'missing' };
  if (found.how === 'exact') {
    if (edit.all === true) return placedAll(found.how, withoutOverlap(found.spans), (span) => replaceExactly(source.text, span, edit));
    if (found.spans.length > 1) return { kind: 'ambiguous', ...found };
    if (isInsertedAlready(source.text, only, edit)) return { kind: 'already' };
    return { kind: 'placed', how: 'exact', replacements: [replaceExactly(source.text, only, edit)] };
  }
  if (found.spans.length > 1 && (edit.all !== true || found.how === 'anchors')) return { kind: 'ambiguous', ...found };
  return placedAll(found.how, withoutOverlap(found.spans), (span) => replaceLoosely(source.text, span, edit, found.how));
}

function placedAll(how: Closeness, spans: Span[], replace: (span: Span) => Replacement | undefined): Placed {
  const replacements = spans.map(replace);
  // A block that cannot be merged without losing lines that were not quoted counts as not found.
  return replacements.every((replacement) => replacement !== undefined) ? { kind: 'placed', how, replacements } : { kind: 'missing' };
}

function withoutOverlap(spans: Span[]): Span[] {
  const kept: Span[] = [];
  for (const span of spans) if (span.start >= (kept.at(-1)?.end ?? 0)) kept.push(span);
  return kept;
}

/**
 * Whether `new`, long enough not to be there by chance, is in the file once: the edit was made before. Where something
 * like `old` was found, only when it is that place.
 */
function isThere(source: Source, edit: Edit, likeOld: readonly Span[] | undefined): boolean {
  if (edit.new.trim().length < 8 || edit.old.includes(edit.new)) return false;
  const [only, another] = findExact(source.text, edit.new);
  if (only === undefined || another !== undefined) return false;
  return likeOld === undefined || likeOld.every((span) => span.start < only.end && only.start < span.end);
}

/** Whether an edit that only adds lines to `old` finds them there: making it again would double them. */
function isInsertedAlready(text: string, { start }: Span, edit: Edit): boolean {
  const added = edit.new.replace(edit.old, '');
  const inNew = edit.new.indexOf(edit.old);
  if (inNew === -1 || !added.includes('\n') || added.trim() === '') return false;
  return text.startsWith(edit.new, start - inNew) && startsLine(text, start - inNew) && endsLine(text, start - inNew + edit.new.length);
}

/** A deleted line takes its line end along. */
function replaceExactly(text: string, { start, end }: Span, edit: Edit): Replacement {
  const wholeLines = edit.new === '' && (start === 0 || text[start - 1] === '\n') && text[end] === '\n' && !edit.old.endsWith('\n');
  return shrink(text, { start, end: wholeLines ? end + 1 : end, text: edit.new });
}

function replaceLoosely(text: string, span: Span, edit: Edit, how: Closeness): Replacement | undefined {
  const wholeFirstLine = startsLine(text, span.start);
  const start = wholeFirstLine ? text.lastIndexOf('\n', span.start - 1) + 1 : span.start;
  const old = trimBlankLines(edit.old);
  const wanted = trimBlankLines(edit.new);
  const real = text.slice(start, span.end).split('\n');
  const unit = indentUnit(text);
  const input = { real, old: old.lines, new: wanted.lines, unit, wholeFirstLine };
  // Another layout has the same words, so nothing is lost when all of it is replaced.
  const merged = mergeLines(input) ?? (how === 'layout' ? replaceLines(input) : undefined);
  if (merged === undefined) return undefined;
  const before = '\n'.repeat(Math.max(0, wanted.before - old.before));
  const after = '\n'.repeat(Math.max(0, wanted.after - old.after));
  const dropsLineEnd = (old.after > 0 && wanted.after === 0) || (wanted.lines.length === 0 && wholeFirstLine && endsLine(text, span.end));
  const lineEnd = dropsLineEnd ? text.indexOf('\n', span.end) + 1 : 0;
  return shrink(text, { start, end: lineEnd > 0 ? lineEnd : span.end, text: before + merged.join('\n') + after });
}

/** The lines of a quoted text without the blank ones around, and how many line ends those were. */
function trimBlankLines(text: string): { lines: string[]; before: number; after: number } {
  const lines = text.split('\n');
  let before = 0;
  while (before < lines.length && lines[before]?.trim() === '') before += 1;
  if (before === lines.length) return { lines: [], before: 0, after: 0 };
  let after = 0;
  while (lines[lines.length - 1 - after]?.trim() === '') after += 1;
  return { lines: lines.slice(before, lines.length - after), before, after };
}

/** Leaves out what a replacement does not change, so that two edits that quote the same line do not collide. */
function shrink(text: string, { start, end, text: put }: Replacement): Replacement {
  let head = 0;
  while (head < end - start && head < put.length && text[start + head] === put[head]) head += 1;
  let tail = 0;
  while (tail < end - start - head && tail < put.length - head && text[end - 1 - tail] === put[put.length - 1 - tail]) tail += 1;
  return { start: start + head, end: end - tail, text: put.slice(head, put.length - tail) };
}
