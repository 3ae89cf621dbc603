import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyEdits } from './apply-edits.ts';
import { findExact } from './find-text.ts';
import { normalForm } from './normal-form.ts';

/** Few letters and lines, so that repetitions, overlaps and near misses are frequent. */
const line = fc.tuple(fc.constantFrom('', '  ', '\t', '    '), fc.constantFrom('a = 1;', 'b(x);', 'c( x );', '}', 'if (a) {', 'return b;', 'd', '')).map((parts) => parts.join(''));
const text = fc.array(line, { maxLength: 14 }).map((lines) => lines.join('\n'));
const distinctLines = fc.uniqueArray(fc.stringMatching(/^[a-z]{5,9}\([a-z]{1,5}, [0-9]{1,4}\);$/), { minLength: 5, maxLength: 30 });

test('what is matched to the letter is there once', () => {
  fc.assert(
    fc.property(text, text, text, (file, old, wanted) => {
      const applied = applyEdits(file, [{ old, new: wanted }]);
      const places = findExact(file, old).length;
      if (places > 1) expect(applied.kind).toBe('refused');
      if (applied.kind === 'applied' && file !== '') expect(places).toBe(applied.how[0] === 'exact' ? 1 : places);
    }),
    { numRuns: 2000 },
  );
});

test('two candidates are never chosen between, however loosely they match', () => {
  fc.assert(
    fc.property(distinctLines, fc.nat(), fc.constantFrom('  ', '\t', '      '), (lines, at, indent) => {
      const block = lines.slice(at % (lines.length - 2), (at % (lines.length - 2)) + 3);
      const file = [...lines, 'between', ...block.map((one) => indent + one)].join('\n');
      const quoted = block.map((one) => `   ${one.replace('(', '( ')}`).join('\n');
      expect(applyEdits(file, [{ old: quoted, new: 'put in place of it' }])).toMatchObject({ kind: 'refused', reason: expect.stringContaining('2 times') });
    }),
  );
});

test('an edit undone by its reverse leaves the file as it was', () => {
  fc.assert(
    fc.property(text, fc.nat(), fc.nat(), text, (file, from, length, wanted) => {
      const start = from % (file.length + 1);
      const old = file.slice(start, start + (length % 40) + 1);
      const applied = applyEdits(file, [{ old, new: wanted }]);
      if (applied.kind === 'refused' || applied.how[0] !== 'exact') return;
      const back = applyEdits(applied.text, [{ old: wanted, new: old }]);
      if (back.kind === 'applied' && back.how[0] === 'exact') expect(back.text).toBe(file);
    }),
    { numRuns: 2000 },
  );
});

test('a block quoted with other white space is changed at its place, and nothing else is', () => {
  fc.assert(
    fc.property(distinctLines, fc.nat(), fc.constantFrom('', '  ', '\t', '\t\t'), fc.constantFrom('', '   ', '\t'), (lines, at, indent, quotedIndent) => {
      const start = at % (lines.length - 2);
      const file = lines.map((one) => indent + one).join('\n');
      const quoted = lines.slice(start, start + 3).map((one) => `${quotedIndent}${one.replace(', ', ',  ')}`);
      const wanted = [quoted[0], `${quotedIndent}changed();`, quoted[2]];
      const expected = lines.map((one, index) => indent + (index === start + 1 ? 'changed();' : one)).join('\n');
      expect(applyEdits(file, [{ old: quoted.join('\n'), new: wanted.join('\n') }])).toMatchObject({ kind: 'applied', text: expected });
    }),
  );
});

test('refused edits name a line of the file and never change it', () => {
  fc.assert(
    fc.property(text, text, text, (file, old, wanted) => {
      const applied = applyEdits(file, [{ old, new: wanted }, { old: 'surely not there 8273', new: 'x' }]);
      expect(applied.kind).toBe('refused');
    }),
  );
});

test('offsets of a normal form lead back to the text they came from', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.constantFrom('trailing', 'spacing', 'layout'), (original, looseness) => {
      const form = normalForm(original, looseness);
      for (let index = 0; index < form.text.length; index += 1) {
        expect(form.endOf(index)).toBeGreaterThan(form.startOf(index));
        if (index > 0) expect(form.startOf(index)).toBeGreaterThanOrEqual(form.startOf(index - 1));
        if (looseness === 'trailing') expect(original[form.startOf(index)]).toBe(form.text[index]);
      }
    }),
  );
});

test('a file of 50,000 lines is searched by every means in less than three seconds', () => {
  const lines = Array.from({ length: 50_000 }, (_, index) => `\tconst value${index} = compute(${index % 100});`);
  const file = lines.join('\n');
  const quoted = (from: number) => lines.slice(from, from + 6).map((one) => `  ${one.trim()}`);
  const started = performance.now();
  expect(applyEdits(file, [{ old: quoted(40_000).join('\n'), new: 'x' }]).kind).toBe('applied');
  expect(applyEdits(file, [{ old: [...quoted(20_000), 'missing'].join('\n'), new: 'x' }]).kind).toBe('refused');
  expect(applyEdits(file, [{ old: 'compute(7)', new: 'x' }]).kind).toBe('refused');
  expect(performance.now() - started).toBeLessThan(3000);
});
