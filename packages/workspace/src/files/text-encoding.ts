import { isUtf8 } from 'node:buffer';
import { WorkspaceError } from '../port.ts';
import type { Encoding, LineEnding } from '../port.ts';

/**
 * The encoding of a text file's bytes, or `binary`. A byte order mark decides; then a NUL in the first 8,000 bytes means
 * binary (as in Git); then valid UTF-8; the rest is Latin-1 unless it is full of control characters.
 */
export function detectEncoding(bytes: Buffer): Encoding | 'binary' {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8-bom';
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return utf16(bytes, 'utf-16le');
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return utf16(bytes, 'utf-16be');
  const start = bytes.subarray(0, 8_000);
  if (start.includes(0)) return 'binary';
  if (isUtf8(bytes)) return 'utf-8';
  const controls = start.reduce((count, byte) => count + (byte < 32 && byte !== 9 && byte !== 10 && byte !== 13 && byte !== 12 ? 1 : 0), 0);
  return controls > start.length / 20 ? 'binary' : 'latin1';
}

/** The text of bytes whose encoding is known, without byte order mark, line endings as they are. */
export function decodeText(bytes: Buffer, encoding: Encoding): string {
  switch (encoding) {
    case 'utf-8':
      return bytes.toString('utf8');
    case 'utf-8-bom':
      return bytes.toString('utf8', 3);
    case 'utf-16le':
      return bytes.toString('utf16le', 2);
    case 'utf-16be':
      return Buffer.from(bytes.subarray(2)).swap16().toString('utf16le');
    case 'latin1':
      return bytes.toString('latin1');
    default:
      return encoding satisfies never;
  }
}

/** The bytes of a text; the inverse of `decodeText`. Error: `failed` where Latin-1 has no such character. */
export function encodeText(text: string, encoding: Encoding, path: string): Buffer {
  switch (encoding) {
    case 'utf-8':
      return Buffer.from(text, 'utf8');
    case 'utf-8-bom':
      return Buffer.from(`\uFEFF${text}`, 'utf8');
    case 'utf-16le':
      return Buffer.from(`\uFEFF${text}`, 'utf16le');
    case 'utf-16be':
      return Buffer.from(`\uFEFF${text}`, 'utf16le').swap16();
    case 'latin1': {
      const odd = /[^\u0000-\u00FF]/u.exec(text)?.[0]; // oxlint-disable-line no-control-regex -- the range is Latin-1
      if (odd !== undefined) throw new WorkspaceError('failed', `${JSON.stringify(path)} is encoded in Latin-1, which has no ${JSON.stringify(odd)}. Leave that character out, or convert the file to UTF-8 first (iconv).`, { path });
      return Buffer.from(text, 'latin1');
    }
    default:
      return encoding satisfies never;
  }
}

/** Which line ending a text mostly has, and whether it has both. */
export function detectLineEnding(text: string): { lineEnding: LineEnding; mixed: boolean } {
  let windows = 0;
  let unix = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) {
    if (text.charCodeAt(at - 1) === 13) windows += 1;
    else unix += 1;
  }
  return { lineEnding: windows > unix ? '\r\n' : '\n', mixed: windows > 0 && unix > 0 };
}

function utf16(bytes: Buffer, encoding: 'utf-16le' | 'utf-16be'): Encoding | 'binary' {
  if (bytes.length % 2 === 1) return 'binary';
  const units = encoding === 'utf-16le' ? bytes : Buffer.from(bytes).swap16();
  return units.toString('utf16le').isWellFormed() ? encoding : 'binary';
}
