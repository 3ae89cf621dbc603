/** A part of a text, by offsets; `end` is after its last character. */
export interface Span {
  start: number;
  end: number;
}

/** Whether only white space is before an offset in its line. */
export function startsLine(text: string, offset: number): boolean {
  return offset === 0 || text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset).trim() === '';
}

/** Whether only white space is after an offset in its line. */
export function endsLine(text: string, offset: number): boolean {
  const lineEnd = text.indexOf('\n', offset);
  return text.slice(offset, lineEnd === -1 ? text.length : lineEnd).trim() === '';
}
