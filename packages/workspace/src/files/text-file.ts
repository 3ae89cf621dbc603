import { hash as digest } from 'node:crypto';
import { WorkspaceError } from '../port.ts';
import type { Encoding, FilePage, TextFile } from '../port.ts';
import { createLinePager } from './page-lines.ts';
import type { PageOptions } from './page-lines.ts';
import { quotePath } from './parse-path.ts';
import { decodeText, detectEncoding, detectLineEnding } from './text-encoding.ts';

/** A file's bytes as the port's text file. Error: binary. */
export function toTextFile(bytes: Buffer, path: string, mode: number): TextFile {
  const encoding = requireText(bytes, path);
  const raw = decodeText(bytes, encoding);
  return { path, text: raw.replaceAll('\r\n', '\n'), hash: digest('sha256', bytes), bytes: bytes.length, encoding, lineEnding: detectLineEnding(raw).lineEnding, mode };
}

/** A page of a file whose bytes are all there. Error: binary. */
export function toFilePage(bytes: Buffer, path: string, page: PageOptions): FilePage {
  const encoding = requireText(bytes, path);
  const pager = createLinePager(page);
  pager.push(encoding === 'utf-8' || encoding === 'latin1' ? bytes : Buffer.from(decodeText(bytes, encoding), 'utf8'));
  const { lines, cut, lineCount } = pager.end();
  return { path, lines, firstLine: page.firstLine, totalLines: lineCount, cut, bytes: bytes.length, hash: digest('sha256', bytes) };
}

/** The encoding of bytes that must be text. Error: binary. */
export function requireText(bytes: Buffer, path: string): Encoding {
  const encoding = detectEncoding(bytes);
  if (encoding === 'binary') throw new WorkspaceError('binary', `${quotePath(path)} is a binary file and is not shown as text.`, { path });
  return encoding;
}
