import { describe, expect, test } from 'vitest';
import { classifyCommand } from './classify-command.ts';
import type { CommandClass } from './classify-command.ts';
import { corpus } from './corpus.ts';
import type { CorpusKind } from './corpus.ts';
import { testFacts } from './testing.ts';

const marks: Record<Exclude<CorpusKind, 'reads' | 'changes' | 'destroys'>, keyof CommandClass> = {
  unparsed: 'unparsed', privileged: 'privileged', git: 'gitDestructive', secret: 'secrets', protected: 'ciFiles', outside: 'outside',
};

describe.each(Object.keys(corpus) as CorpusKind[])('%s', (kind) => {
  test.each(corpus[kind])('%j', (line) => {
    const found = classifyCommand(line, testFacts);
    if (kind === 'reads' || kind === 'changes' || kind === 'destroys') {
      const asks = Object.values(marks).filter((mark) => found[mark] !== undefined).map((mark) => [mark, found[mark]]);
      expect(asks).toEqual([]);
      expect({ readOnly: found.readOnly, destructive: found.destructive }).toEqual({ readOnly: kind === 'reads', destructive: kind === 'destroys' });
    } else {
      expect(found[marks[kind]]).toEqual(expect.any(String));
    }
  });
});

test('the corpus has more than three hundred lines, none of them twice', () => {
  const lines = Object.values(corpus).flat();
  expect(lines.length).toBeGreaterThan(300);
  expect(new Set(lines).size).toBe(lines.length);
});

test.each([
  ['words', `echo ${'word '.repeat(10_000)}; rm -rf build`], ['commands', `${'ls;'.repeat(5000)} rm -rf build`], ['braces', `rm ${'{'.repeat(50_000)}`], ['nesting', `rm ${'$('.repeat(40_000)}`], ['stars', `rm .${'*a'.repeat(20_000)}`],
  ['letters in arithmetic', `echo $((${'a'.repeat(80_000)})); rm a`], ['wrappers', `${'env '.repeat(20_000)} rm a`], ['a script', `rm a; awk '${'print '.repeat(15_000)}'`],
])('hostile length in %s is judged, and in less than two seconds', (_name, line) => {
  const began = performance.now();
  expect(classifyCommand(line, testFacts)).toMatchObject({ readOnly: false });
  expect(performance.now() - began).toBeLessThan(2000);
});

test('what people write is judged in less than a millisecond', () => {
  const lines = Object.values(corpus).flat();
  const began = performance.now();
  for (let round = 0; round < 5; round += 1) for (const line of lines) classifyCommand(line, testFacts);
  expect((performance.now() - began) / (5 * lines.length)).toBeLessThan(1);
});
