import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLinePager } from './page-lines.ts';

describe('createLinePager', () => {
  it('gives the same page however the bytes come in pieces', () => {
    const text = fc.array(fc.constantFrom('a', 'ü', '🦊', '\n', '\r\n', 'word'), { maxLength: 60 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 9 }), (whole, firstLine, maxLines, step) => {
        const pager = createLinePager({ firstLine, maxLines, maxBytes: 10_000 });
        const bytes = Buffer.from(whole);
        for (let at = 0; at < bytes.length; at += step) pager.push(bytes.subarray(at, at + step));
        const { lines, lineCount, cut } = pager.end();
        const all = whole.split(/\r?\n/);
        if (all.at(-1) === '') all.pop();
        expect([lines, lineCount, cut]).toEqual([all.slice(firstLine - 1, firstLine - 1 + maxLines), all.length, false]);
      }),
    );
  });

  it('stays within its bytes and never returns half a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), fc.integer({ min: 4, max: 40 }), (whole, maxBytes) => {
        const pager = createLinePager({ firstLine: 1, maxLines: 100, maxBytes });
        pager.push(Buffer.from(whole));
        const { lines } = pager.end();
        expect(lines.every((line) => whole.includes(line))).toBe(true);
        expect(Buffer.byteLength(lines.join('\n'))).toBeLessThanOrEqual(maxBytes);
      }),
    );
  });
});
