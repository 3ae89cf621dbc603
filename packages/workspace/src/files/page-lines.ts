import { isUtf8 } from 'node:buffer';

export interface PageOptions {
  /** 1-based. */
  firstLine: number;
  maxLines: number;
  maxBytes: number;
  /** A longer line is cut; as `maxBytes` by default. */
  maxLineBytes?: number;
}

export interface LinePager {
  /** Takes the next piece of the file (UTF-8 or Latin-1 bytes). */
  push(chunk: Buffer): void;
  /** Whether the page has all that it can hold; further pieces are only counted. */
  isFull(): boolean;
  /** Ends the file and returns the page; `lineCount` is the number of lines that were pushed. */
  end(): { lines: string[]; cut: boolean; lineCount: number };
}

/**
 * Cuts one page of lines out of a file of any size, in memory bounded by the page. Line endings are `\n` and `\r\n`; one
 * at the end of the file starts no further line.
 */
export function createLinePager(options: PageOptions): LinePager {
  const maxLineBytes = Math.max(1, Math.min(options.maxLineBytes ?? options.maxBytes, options.maxBytes));
  const lines: string[] = [];
  let pieces: Buffer[] = [];
  let kept = 0;
  let lineCut = false;
  let lineStarted = false;
  let cut = false;
  let full = options.maxLines <= 0;
  let bytes = 0;
  let lineNumber = 1;

  const wanted = () => !full && lineNumber >= options.firstLine;

  function keep(piece: Buffer): void {
    lineStarted = true;
    if (!wanted()) return;
    // One byte more than allowed, so that a `\r` before the ending does not make a line too long.
    const room = maxLineBytes + 1 - kept;
    if (piece.length > room) lineCut = true;
    if (room <= 0) return;
    pieces.push(Buffer.from(piece.subarray(0, room)));
    kept += Math.min(room, piece.length);
  }

  function finishLine(): void {
    if (wanted()) add(Buffer.concat(pieces));
    pieces = [];
    kept = 0;
    lineCut = false;
    lineStarted = false;
    lineNumber += 1;
  }

  function add(whole: Buffer): void {
    let line = !lineCut && whole.at(-1) === 13 ? whole.subarray(0, -1) : whole;
    if (line.length > maxLineBytes) lineCut = true;
    line = line.subarray(0, maxLineBytes);
    if (bytes + line.length + 1 > options.maxBytes && lines.length > 0) {
      cut = true;
      full = true;
      return;
    }
    cut ||= lineCut;
    bytes += line.length + 1;
    lines.push(lineCut ? decodeCut(line) : decode(line));
    if (lines.length >= options.maxLines || bytes >= options.maxBytes) full = true;
  }

  return {
    push(chunk) {
      let at = 0;
      while (at < chunk.length) {
        const end = chunk.indexOf(10, at);
        keep(chunk.subarray(at, end === -1 ? chunk.length : end));
        if (end === -1) return;
        finishLine();
        at = end + 1;
      }
    },
    isFull: () => full,
    end() {
      if (lineStarted) finishLine();
      return { lines, cut, lineCount: lineNumber - 1 };
    },
  };
}

function decode(line: Buffer): string {
  return isUtf8(line) ? line.toString('utf8') : line.toString('latin1');
}

/** Decodes a line that was cut anywhere, without the part of a character at its end. */
function decodeCut(line: Buffer): string {
  for (let end = line.length; end >= Math.max(0, line.length - 3); end -= 1) {
    if (isUtf8(line.subarray(0, end))) return line.toString('utf8', 0, end);
  }
  return line.toString('latin1');
}
