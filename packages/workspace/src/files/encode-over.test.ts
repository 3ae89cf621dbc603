import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeOver } from './encode-over.ts';
import { toTextFile } from './text-file.ts';

describe('encodeOver', () => {
  it('leaves the bytes as they were when the text is what was read', async () => {
    const lines = fc.array(fc.constantFrom('one', 'two', 'grün', '', '\n', '\r\n', '\rx'), { maxLength: 40 }).map((parts) => parts.join(''));
    const encodings = fc.constantFrom((text: string) => Buffer.from(text), (text: string) => Buffer.from(`\uFEFF${text}`), (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le'), (text: string) => Buffer.from(text, 'latin1'));
    await fc.assert(
      fc.asyncProperty(lines, encodings, async (text, encode) => {
        const bytes = encode(text);
        expect(await encodeOver(bytes, toTextFile(bytes, 'a.txt', 0).text, 'a.txt')).toEqual(bytes);
      }),
    );
  });
});
