import type { WriteOptions } from '../port.ts';
import { decodeText, detectEncoding, detectLineEnding, encodeText } from './text-encoding.ts';

/**
 * The bytes that writing `text` over `existing` leaves: encoding, byte order mark and line endings of the existing file
 * stay, unless `options` names others. A file that mixes line endings keeps each unchanged line's own. A new file is
 * written as given.
 */
export async function encodeOver(existing: Buffer | undefined, text: string, path: string, options: WriteOptions = {}): Promise<Buffer> {
  const known = existing === undefined || existing.length === 0 ? 'binary' : detectEncoding(existing);
  if (existing === undefined || known === 'binary') {
    const ended = options.lineEnding === undefined ? text : setLineEnding(text, options.lineEnding);
    return encodeText(ended, options.encoding ?? 'utf-8', path);
  }
  const before = decodeText(existing, known);
  const { lineEnding, mixed } = detectLineEnding(before);
  const ended = options.lineEnding === undefined && mixed ? await keepMixedEndings(before, text, lineEnding) : setLineEnding(text, options.lineEnding ?? lineEnding);
  return encodeText(ended, options.encoding ?? known, path);
}

function setLineEnding(text: string, lineEnding: '\n' | '\r\n'): string {
  const unix = text.replaceAll('\r\n', '\n');
  return lineEnding === '\n' ? unix : unix.replaceAll('\n', '\r\n');
}

async function keepMixedEndings(before: string, text: string, usual: '\n' | '\r\n'): Promise<string> {
  const old = before.split('\n');
  const bare = old.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  const wanted = text.replaceAll('\r\n', '\n').split('\n');
  const endings = wanted.map(() => usual);
  const { diffArrays } = await import('diff');
  const parts = diffArrays(bare, wanted, { timeout: 500 });
  if (parts === undefined) return wanted.join(usual);
  let from = 0;
  let to = 0;
  for (const part of parts) {
    if (!part.added && !part.removed) {
      for (let index = 0; index < part.count; index += 1) {
        // The last line has no ending of its own.
        if (from + index < old.length - 1) endings[to + index] = old[from + index]?.endsWith('\r') ? '\r\n' : '\n';
      }
    }
    if (!part.added) from += part.count;
    if (!part.removed) to += part.count;
  }
  return wanted.map((line, index) => (index === wanted.length - 1 ? line : line + (endings[index] ?? usual))).join('');
}
