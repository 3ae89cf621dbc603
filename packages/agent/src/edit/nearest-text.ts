import { normalLine } from './normal-form.ts';

export interface NearestText {
  /** 1-based. */
  firstLine: number;
  lines: string[];
}

const MAX_SHOWN = 30;
/** A line is near when it shares this part of its words with the quoted text. */
const MIN_SHARE = 0.34;

/**
 * The part of a text that is most like a quoted text: the window of as many lines that shares the most lines, then
 * words, with it. Undefined where nothing is like it. Linear in the length of the text.
 */
export function nearestText(text: string, quoted: string): NearestText | undefined {
  const old = quoted.split('\n').filter((line) => line.trim() !== '');
  if (old.length === 0) return undefined;
  const wantedLines = new Set(old.map(normalLine).filter((line) => line.length > 2));
  const wantedWords = new Set(old.flatMap(words));
  const lines = text.split('\n');
  const scores = lines.map((line) => {
    if (wantedLines.has(normalLine(line))) return 1;
    const own = words(line);
    if (own.length === 0) return 0;
    const share = own.filter((word) => wantedWords.has(word)).length / own.length;
    return share < MIN_SHARE ? 0 : share * 0.7 * Math.min(1, own.length / 3);
  });
  const size = Math.min(quoted.trim().split('\n').length, MAX_SHOWN);
  let sum = 0;
  let best = { score: 0, end: -1 };
  for (const [index, score] of scores.entries()) {
    sum += score - (index >= size ? (scores[index - size] ?? 0) : 0);
    if (sum > best.score + 1e-9) best = { score: sum, end: index };
  }
  if (best.end === -1) return undefined;
  const start = Math.max(0, best.end - size + 1);
  const from = Math.max(0, start - 1);
  return { firstLine: from + 1, lines: lines.slice(from, Math.min(lines.length, start + size + 1)) };
}

function words(line: string): string[] {
  return line.match(/[\p{L}\p{N}_$]{2,}/gu) ?? [];
}
