import { stripVTControlCharacters } from 'node:util';

/** How many columns a text takes in a terminal; escape sequences take none, wide characters and emoji two. */
export function displayWidth(text: string): number {
  if (/^[\x20-\x7E]*$/.test(text)) return text.length;
  let width = 0;
  for (const { segment } of segmenter().segment(stripVTControlCharacters(text))) width += segmentWidth(segment);
  return width;
}

/**
 * Text from a model, a tool or a file, made harmless for a terminal: escape sequences and control characters are
 * removed, tabs become spaces, and a carriage return leaves what was written over it.
 */
export function cleanText(text: string): string {
  if (/^[\x20-\x7E\n\u00A0-\u024F]*$/.test(text)) return text;
  return stripVTControlCharacters(text).replaceAll('\r\n', '\n').replaceAll('\t', '  ')
    .replace(/^.*\r(?!$)/gm, '').replace(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/g, '');
}

/** The beginning of a text that fits into `columns`, with “…” where something is missing. Colours are kept, and closed. */
export function cutText(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  let width = 0;
  let cut = '';
  for (const piece of text.split(/(\u001B\[[0-9;]*m)/)) {
    if (piece.startsWith('\u001B')) {
      cut += piece;
      continue;
    }
    for (const { segment } of segmenter().segment(piece)) {
      width += segmentWidth(segment);
      if (width > columns - 1) return `${cut}…${cut.includes('\u001B') ? '\u001B[0m' : ''}`;
      cut += segment;
    }
  }
  return cut;
}

/**
 * Breaks a line that may carry colours at spaces, or inside a word that is longer than a line. Colours go on in the
 * next line: a terminal keeps them until they are closed.
 */
export function wrapLine(line: string, columns: number, indent = ''): string[] {
  if (columns < 8 || displayWidth(line) <= columns) return [line];
  const lines: string[] = [];
  let current = '';
  let width = 0;
  const room = (): number => columns - (lines.length === 0 ? 0 : indent.length);
  const flush = (): void => {
    lines.push((lines.length === 0 ? '' : indent) + current.trimEnd());
    current = '';
    width = 0;
  };
  for (const word of line.split(/(?<= )/)) {
    const wide = displayWidth(word.trimEnd());
    if (width > 0 && width + wide > room()) flush();
    if (wide <= room()) {
      current += word;
      width += displayWidth(word);
      continue;
    }
    for (const piece of word.split(/(\u001B\[[0-9;]*m)/)) {
      if (piece.startsWith('\u001B')) { current += piece; continue; }
      for (const { segment } of segmenter().segment(piece)) {
        if (width + segmentWidth(segment) > room()) flush();
        current += segment;
        width += segmentWidth(segment);
      }
    }
  }
  if (current !== '') flush();
  return lines;
}

/** Made for the first text that is not plain ASCII: it takes some milliseconds, which no start has to wait for. */
function segmenter(): Intl.Segmenter {
  return made ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
}
let made: Intl.Segmenter | undefined;

function segmentWidth(segment: string): number {
  const point = segment.codePointAt(0) ?? 0;
  if (point < 0x20 || (point >= 0x7F && point < 0xA0)) return 0;
  if (/^(?:\p{M}|\p{Cf})/u.test(segment)) return 0;
  return isWide(point) || /\p{Emoji_Presentation}|\uFE0F/u.test(segment) ? 2 : 1;
}

/** East Asian Wide and Fullwidth (Unicode UAX #11), in ranges. */
function isWide(point: number): boolean {
  return point >= 0x1100 && (point <= 0x115F || (point >= 0x2E80 && point <= 0x303E) || (point >= 0x3041 && point <= 0x33FF) || (point >= 0x3400 && point <= 0x4DBF)
    || (point >= 0x4E00 && point <= 0x9FFF) || (point >= 0xA000 && point <= 0xA4CF) || (point >= 0xA960 && point <= 0xA97F) || (point >= 0xAC00 && point <= 0xD7A3)
    || (point >= 0xF900 && point <= 0xFAFF) || (point >= 0xFE30 && point <= 0xFE6F) || (point >= 0xFF00 && point <= 0xFF60) || (point >= 0xFFE0 && point <= 0xFFE6)
    || (point >= 0x20000 && point <= 0x3FFFD));
}
