import { alignLines } from './align-lines.ts';
import { indentOf, normalForm } from './normal-form.ts';
import { createReindent } from './reindent.ts';

export interface MergeInput {
  /** The lines of the file that the edit was found to mean; they may differ from `old`. */
  real: readonly string[];
  /** The lines that the edit quoted, and those that it wants instead. */
  old: readonly string[];
  new: readonly string[];
  /** The file's step of indentation. */
  unit: string;
  /** Whether `real[0]` is a whole line; otherwise its indentation says nothing. */
  wholeFirstLine: boolean;
}

/**
 * Carries the change from `old` to `new` over to `real` (a three-way merge by lines): lines that the edit does not change
 * stay as the file has them, new ones take the file's indentation. Undefined where the edit would change lines that
 * the file has otherwise in number, so that nothing it did not quote is ever lost.
 */
export function mergeLines({ real, old, new: wanted, unit, wholeFirstLine }: MergeInput): string[] | undefined {
  const matches = alignLines(old.map(withoutLayout), real.map(withoutLayout));
  const places = placeOldLines(old, real, matches);
  const reindent = createReindent(indentPairs(old, real, matches, wholeFirstLine), unit);
  const merged: string[] = [];
  let taken = 0;
  for (const hunk of hunksBetween(old, wanted)) {
    const start = places.start(hunk.oldStart, hunk.oldEnd);
    const end = hunk.oldStart === hunk.oldEnd ? start : places.end(hunk.oldEnd);
    if (start === undefined || end === undefined || start < taken || end < start || !places.isCovered(hunk.oldStart, hunk.oldEnd)) return undefined;
    merged.push(...real.slice(taken, start));
    merged.push(...wanted.slice(hunk.newStart, hunk.newEnd).map((line, index) => (start + index === 0 && merged.length === 0 && !wholeFirstLine ? line.trimStart() : reindent(line))));
    taken = end;
  }
  merged.push(...real.slice(taken));
  return merged;
}

/** Puts `new` in place of all of `real`, with the file's indentation; for a text that differs from `old` in layout only. */
export function replaceLines({ real, old, new: wanted, unit, wholeFirstLine }: MergeInput): string[] {
  const reindent = createReindent(indentPairs(old, real, [], wholeFirstLine), unit);
  return wanted.map((line, index) => (index === 0 && !wholeFirstLine ? line.trimStart() : reindent(line)));
}

function withoutLayout(line: string): string {
  return normalForm(line, 'layout').text;
}

interface Hunk {
  oldStart: number;
  oldEnd: number;
  newStart: number;
  newEnd: number;
}

function hunksBetween(old: readonly string[], wanted: readonly string[]): Hunk[] {
  const hunks: Hunk[] = [];
  let oldStart = 0;
  let newStart = 0;
  const close = (oldEnd: number, newEnd: number) => {
    if (oldEnd > oldStart || newEnd > newStart) hunks.push({ oldStart, oldEnd, newStart, newEnd });
  };
  for (const [inOld, inNew] of alignLines(old, wanted)) {
    close(inOld, inNew);
    oldStart = inOld + 1;
    newStart = inNew + 1;
  }
  close(old.length, wanted.length);
  return hunks;
}

/** Where old lines are in the file: equal lines by their pair, gaps of equal size line by line. */
function placeOldLines(old: readonly string[], real: readonly string[], matches: readonly [number, number][]) {
  const place = new Map<number, number>(matches);
  /** Gaps whose sizes differ: old lines `[start, end)` are, together, the file's lines `[realStart, realEnd)`. */
  const blocks: { start: number; end: number; realStart: number; realEnd: number }[] = [];
  let start = 0;
  let realStart = 0;
  for (const [end, realEnd] of [...matches, [old.length, real.length] as const]) {
    if (end - start === realEnd - realStart) for (let index = start; index < end; index += 1) place.set(index, realStart + index - start);
    else blocks.push({ start, end, realStart, realEnd });
    start = end + 1;
    realStart = realEnd + 1;
  }
  return {
    start: (index: number, end: number) => {
      if (index === end && index > 0) return endOf(index);
      return place.get(index) ?? blocks.find((block) => block.start === index && block.end > index)?.realStart ?? (index === old.length ? real.length : undefined);
    },
    end: endOf,
    /** No gap of differing size lies partly inside the lines, and none that is only in the file lies between them. */
    isCovered: (from: number, to: number) =>
      blocks.every((block) =>
        block.start === block.end ? block.start <= from || block.start >= to : block.end <= from || block.start >= to || (block.start >= from && block.end <= to),
      ),
  };
  function endOf(index: number): number | undefined {
    if (index === 0) return 0;
    const last = place.get(index - 1);
    return last === undefined ? blocks.find((block) => block.end === index && block.start < index)?.realEnd : last + 1;
  }
}

function indentPairs(old: readonly string[], real: readonly string[], matches: readonly [number, number][], wholeFirstLine: boolean): [string, string][] {
  const aligned = matches.length === 0 ? [[0, 0] as const] : matches;
  return aligned
    .filter(([inOld, inReal]) => (inOld > 0 && inReal > 0) || wholeFirstLine)
    .map(([inOld, inReal]): [string, string] => [old[inOld] ?? '', real[inReal] ?? ''])
    .filter(([quoted]) => quoted.trim() !== '')
    .map(([quoted, line]) => [indentOf(quoted), indentOf(line)]);
}
