import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { createCapturedOutput, firstCharacter, wholeCharacters } from './captured-output.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'atelier-output-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('short output comes back whole; long output as head and tail, and whole in a file, however it was cut into pieces', () => {
  let count = 0;
  fc.assert(fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 40 }), { maxLength: 40 }), fc.integer({ min: 1, max: 7 }), (texts, cut) => {
    const all = Buffer.from(texts.join(''));
    const spillPath = path.join(folder, `${count++}`);
    const output = createCapturedOutput({ shownBytes: 60, maxBytes: 1_000_000, spillPath });
    for (let at = 0; at < all.length; at += cut) expect(output.write(all.subarray(at, at + cut))).toBe(true);
    const { text, wholePath } = output.finish();
    expect(output.bytes).toBe(all.length);
    if (all.length <= 60) {
      expect([text, wholePath, existsSync(spillPath)]).toEqual([all.toString(), undefined, false]);
      return;
    }
    expect(readFileSync(wholePath ?? '')).toEqual(all);
    const parts = /^([^]*)\n\[\.\.\. \d+ of \d+ bytes left out \.\.\.\]\n([^]*)$/.exec(text);
    expect(all.toString().startsWith(parts?.[1] ?? '?')).toBe(true);
    expect(all.toString().endsWith(parts?.[2] ?? '?')).toBe(true);
  }));
});

test('over the limit it says so, and the file stops growing', () => {
  const spillPath = path.join(folder, 'limit');
  const output = createCapturedOutput({ shownBytes: 10, maxBytes: 100, spillPath });
  expect([output.write(Buffer.alloc(90)), output.write(Buffer.alloc(20)), output.write(Buffer.alloc(1_000))]).toEqual([true, false, false]);
  output.finish();
  expect(readFileSync(spillPath)).toHaveLength(100);
});

test('a file that cannot be made is a note, not a failure', () => {
  const output = createCapturedOutput({ shownBytes: 10, maxBytes: 100, spillPath: path.join(import.meta.filename, 'file') });
  output.write(Buffer.from('x'.repeat(50)));
  expect(output.finish()).toMatchObject({ wholePath: undefined, note: expect.stringContaining('free some disk space') });
});

test('pieces are cut between characters', () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), fc.nat(), (text, at) => {
    const bytes = Buffer.from(text);
    const head = bytes.subarray(0, at % (bytes.length + 1));
    const tail = bytes.subarray(head.length);
    expect(head.subarray(0, wholeCharacters(head)).toString()).not.toContain('\uFFFD');
    expect(tail.subarray(firstCharacter(tail)).toString()).not.toContain('\uFFFD');
  }));
});
