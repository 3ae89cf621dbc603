import { alignLines } from './align-lines.ts';
import { indentOf, normalLine } from './normal-form.ts';
import type { Span } from './span.ts';

/** Share of the lines between the anchors that must be the file's own. */
const MIN_SIMILARITY = 0.6;
/** Anchors shorter than this, such as a closing brace, may end a block but not begin one. */
const MIN_ANCHOR_CHARACTERS = 4;
const MAX_PAIRS = 2000;

/**
 * Finds a block of at least four lines by its first and last line: both are in the file, about as far apart as quoted, with
 * the same difference of indentation, and most of the lines between are the file's. All candidates are returned.
 */
export function findAnchors(text: string, quoted: string): Span[] {
  const old = quoted.split('\n');
  while (old.length > 0 && old[0]?.trim() === '') old.shift();
  while (old.length > 0 && old.at(-1)?.trim() === '') old.pop();
  if (old.length < 4) return [];
  const first = normalLine(old[0] ?? '');
  const last = normalLine(old.at(-1) ?? '');
  if (first.length < MIN_ANCHOR_CHARACTERS || last === '') return [];
  const lines = text.split('\n');
  const spans: Span[] = [];
  let offset = 0;
  const offsets = lines.map((line) => {
    const start = offset;
    offset += line.length + 1;
    return start;
  });
  const slack = Math.max(1, Math.floor(old.length / 3));
  let pairs = 0;
  for (const [start, line] of lines.entries()) {
    if (!line.includes(first.slice(0, 1)) || normalLine(line) !== first) continue;
    for (let end = start + Math.max(2, old.length - 1 - slack); end <= start + old.length - 1 + slack && end < lines.length && pairs < MAX_PAIRS; end += 1) {
      if (normalLine(lines[end] ?? '') !== last || !sameSlope(old, lines, start, end)) continue;
      pairs += 1;
      if (similarity(old, lines.slice(start, end + 1)) >= MIN_SIMILARITY) spans.push({ start: offsets[start] ?? 0, end: (offsets[end] ?? 0) + (lines[end] ?? '').length });
    }
  }
  return spans;
}

/** Whether the last line is deeper, as deep or less deep than the first in both. */
function sameSlope(old: readonly string[], lines: readonly string[], start: number, end: number): boolean {
  const quoted = indentOf(old.at(-1) ?? '').length - indentOf(old[0] ?? '').length;
  const real = indentOf(lines[end] ?? '').length - indentOf(lines[start] ?? '').length;
  return Math.sign(quoted) === Math.sign(real);
}

/** Share of common lines between the anchors, of the longer of the two. */
function similarity(old: readonly string[], real: readonly string[]): number {
  const a = old.slice(1, -1).map(normalLine);
  const b = real.slice(1, -1).map(normalLine);
  const longer = Math.max(a.length, b.length);
  return longer === 0 ? 1 : alignLines(a, b).length / longer;
}
