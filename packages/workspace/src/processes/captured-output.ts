import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';

export interface CapturedOutputOptions {
  /** Output up to this many bytes is kept whole; of longer output the first third and the last two thirds are kept. */
  shownBytes: number;
  /** Where the whole output goes when it is longer; the file is made only then, unless `spillAlways`. */
  spillPath: string;
  /** Output over this is not kept anywhere; `write` then says that the command must end. */
  maxBytes: number;
  /** A background process: everything goes to the file at once, so that it can be read from any offset. */
  spillAlways?: boolean;
}

/** The output of one command, in bounded memory (twice `shownBytes` at most) and bounded disk (`maxBytes`). */
export interface CapturedOutput {
  /** Takes a piece; false once `maxBytes` are passed. */
  write(piece: Buffer): boolean;
  readonly bytes: number;
  /** Closes the file. `text` is whole or head and tail with a line between; `note` says what could not be kept. */
  finish(): { text: string; wholePath: string | undefined; note: string | undefined };
}

export function createCapturedOutput(options: CapturedOutputOptions): CapturedOutput {
  const headBytes = Math.floor(options.shownBytes / 3);
  const tailBytes = options.shownBytes - headBytes;
  let first: Buffer[] = [];
  let tail: Buffer[] = [];
  let tailLength = 0;
  let head: Buffer | undefined;
  let bytes = 0;
  let file: number | undefined;
  let spilled = 0;
  let note: string | undefined;

  function open(): void {
    try {
      mkdirSync(path.dirname(options.spillPath), { recursive: true });
      file = openSync(options.spillPath, 'w', 0o600);
    } catch (error) {
      note = keepingFailed(error);
    }
  }

  /** Synchronous on purpose: it holds the pipe back while the disk is slow, so that nothing queues up in memory. */
  function spill(piece: Buffer): void {
    if (file === undefined) return;
    const wanted = piece.subarray(0, Math.max(0, options.maxBytes - spilled));
    try {
      for (let at = 0; at < wanted.length; ) at += writeSync(file, wanted, at);
      spilled += wanted.length;
    } catch (error) {
      note = keepingFailed(error);
      closeSync(file);
      file = undefined;
    }
  }

  function toTail(piece: Buffer): void {
    tail.push(piece);
    tailLength += piece.length;
    while (tailLength - (tail[0]?.length ?? 0) >= tailBytes) tailLength -= tail.shift()?.length ?? 0;
    // Many tiny pieces would cost more than their bytes.
    if (tail.length > 1_024) tail = [Buffer.concat(tail)];
  }

  if (options.spillAlways === true) open();
  return {
    write(piece) {
      bytes += piece.length;
      if (options.spillAlways === true) spill(piece);
      if (head === undefined) {
        first.push(piece);
        if (first.length > 1_024) first = [Buffer.concat(first)];
        if (bytes > options.shownBytes) {
          const all = Buffer.concat(first);
          first = [];
          head = Buffer.from(all.subarray(0, headBytes));
          if (options.spillAlways !== true) {
            open();
            spill(all);
          }
          toTail(Buffer.from(all.subarray(Math.max(headBytes, all.length - tailBytes))));
        }
      } else {
        if (options.spillAlways !== true) spill(piece);
        toTail(piece.length > tailBytes ? Buffer.from(piece.subarray(piece.length - tailBytes)) : piece);
      }
      return bytes <= options.maxBytes;
    },
    get bytes() {
      return bytes;
    },
    finish() {
      const kept = spilled > 0;
      if (file !== undefined) closeSync(file);
      file = undefined;
      if (head === undefined) return { text: Buffer.concat(first).toString('utf8'), wholePath: undefined, note };
      const shownHead = head.subarray(0, wholeCharacters(head));
      const joined = Buffer.concat(tail);
      const lastPart = joined.subarray(Math.max(0, joined.length - tailBytes));
      const shownTail = lastPart.subarray(firstCharacter(lastPart));
      const left = bytes - shownHead.length - shownTail.length;
      return { text: `${shownHead.toString('utf8')}\n[... ${left} of ${bytes} bytes left out ...]\n${shownTail.toString('utf8')}`, wholePath: kept ? options.spillPath : undefined, note };
    },
  };
}

/** Length of the longest prefix that does not end inside a UTF-8 character. Pure. */
export function wholeCharacters(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return bytes.length;
    if (byte >= 0xc0) {
      const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return needed > back ? bytes.length - back : bytes.length;
    }
  }
  return bytes.length;
}

/** Index of the first byte that begins a UTF-8 character, at most 3. Pure. */
export function firstCharacter(bytes: Uint8Array): number {
  for (let at = 0; at < Math.min(3, bytes.length); at += 1) if (((bytes[at] ?? 0) & 0xc0) !== 0x80) return at;
  return Math.min(3, bytes.length);
}

function keepingFailed(error: unknown): string {
  return `The whole output could not be kept (${error instanceof Error ? error.message : String(error)}); free some disk space to keep the next one.`;
}
