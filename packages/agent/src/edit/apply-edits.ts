import { createSource } from './find-text.ts';
import type { Closeness } from './find-text.ts';
import { nearestText } from './nearest-text.ts';
import { placeEdit } from './place-edit.ts';
import type { Edit, Placed, Replacement } from './place-edit.ts';
import type { Span } from './span.ts';

export type { Edit } from './place-edit.ts';

export type AppliedEdits =
  /** `how` says for each edit how it was found; `already`: what it wants is there. */
  | { kind: 'applied'; text: string; how: (Closeness | 'already')[] }
  | { kind: 'refused'; reason: string };

/**
 * Applies several edits to a text with `\n` line ends, all or none. Every edit is placed in the text as it was; where that
 * is not possible because edits build on each other, they are made one after the other. An edit that has no place or more
 * than one is refused with what a model needs to mend it: the nearest text, or the candidates, with line numbers.
 */
export function applyEdits(text: string, given: readonly Edit[]): AppliedEdits {
  const edits = given.map((edit) => ({ ...edit, old: withLineFeeds(edit.old), new: withLineFeeds(edit.new) }));
  for (const [index, edit] of edits.entries()) {
    if (edit.old === edit.new) return refuse(edits, index, '`old` and `new` are the same, so nothing would change. Give as `new` the text that is wanted.');
    if (edit.old === '' && text !== '') return refuse(edits, index, '`old` is empty, but the file has content. To insert, quote as `old` the line beside the place, and give as `new` that line with the addition.');
    if (edit.old.trim() === '' && edit.old !== '') return refuse(edits, index, '`old` is only white space. Quote the lines around the place.');
  }
  if (text === '' && edits[0]?.old === '') return applyInTurn(edits[0].new, edits.slice(1), ['exact']);
  const source = createSource(text);
  const placed = edits.map((edit) => placeEdit(source, edit));
  const ambiguous = placed.findIndex((place) => place.kind === 'ambiguous');
  if (ambiguous !== -1) return refusePlace(text, edits, ambiguous, placed[ambiguous]);
  const missing = placed.findIndex((place) => place.kind === 'missing');
  const replacements = placed.flatMap((place) => (place.kind === 'placed' ? place.replacements : []));
  if (missing === -1 && !overlap(replacements)) return { kind: 'applied', text: replaceAll(text, replacements), how: placed.map(howPlaced) };
  if (edits.length === 1) return refusePlace(text, edits, 0, placed[0]);
  return applyInTurn(text, edits, []);
}

function applyInTurn(text: string, edits: readonly Edit[], how: (Closeness | 'already')[]): AppliedEdits {
  let current = text;
  for (const [index, edit] of edits.entries()) {
    const place = placeEdit(createSource(current), edit);
    if (place.kind === 'ambiguous' || place.kind === 'missing') return refusePlace(current, edits, index, place);
    if (place.kind === 'placed') current = replaceAll(current, place.replacements);
    how.push(howPlaced(place));
  }
  return { kind: 'applied', text: current, how };
}

function howPlaced(place: Placed): Closeness | 'already' {
  return place.kind === 'placed' ? place.how : 'already';
}

function overlap(replacements: readonly Replacement[]): boolean {
  const sorted = replacements.toSorted((a, b) => a.start - b.start || a.end - b.end);
  return sorted.some((replacement, index) => index > 0 && replacement.start < (sorted[index - 1]?.end ?? 0));
}

function replaceAll(text: string, replacements: readonly Replacement[]): string {
  const pieces: string[] = [];
  let at = 0;
  // A stable sort: insertions at one place keep the order of the edits.
  for (const { start, end, text: put } of replacements.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    pieces.push(text.slice(at, start), put);
    at = end;
  }
  return pieces.join('') + text.slice(at);
}

function withLineFeeds(text: string): string {
  return text.replaceAll('\r\n', '\n');
}

function refuse(edits: readonly Edit[], index: number, reason: string): AppliedEdits {
  return { kind: 'refused', reason: edits.length === 1 ? reason : `Edit ${index + 1} of ${edits.length}: ${reason} No edit was made.` };
}

function refusePlace(text: string, edits: readonly Edit[], index: number, place: Placed | undefined): AppliedEdits {
  if (place?.kind === 'ambiguous') return refuse(edits, index, describeCandidates(text, place.spans));
  return refuse(edits, index, describeNearest(text, edits[index]?.old ?? ''));
}

const MAX_SHOWN_CANDIDATES = 8;

function describeCandidates(text: string, spans: readonly Span[]): string {
  const shown = spans.slice(0, MAX_SHOWN_CANDIDATES).map(({ start }) => {
    const lineStart = text.lastIndexOf('\n', start - 1) + 1;
    const lineEnd = text.indexOf('\n', start);
    return `${lineNumber(text, start)}\t${text.slice(lineStart, lineEnd === -1 ? text.length : lineEnd).slice(0, 200)}`;
  });
  const more = spans.length > shown.length ? `\n(and ${spans.length - shown.length} more)` : '';
  return `\`old\` is in the file ${spans.length} times. Quote more lines around the one that is meant, or set \`all\` to change every one. It is at:\n${shown.join('\n')}${more}\n`;
}

function describeNearest(text: string, old: string): string {
  const nearest = nearestText(text, old);
  if (nearest === undefined) return '`old` is not in the file, nor anything like it. Read the file and quote it as it is.';
  const lines = nearest.lines.map((line, index) => `${nearest.firstLine + index}\t${line.slice(0, 400)}`);
  return `\`old\` is not in the file. The nearest text is:\n${lines.join('\n')}\nQuote the file as it is there.`;
}

function lineNumber(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}
