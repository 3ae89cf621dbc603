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

test('a command of ten thousand words is judged in time', () => {
  const found = classifyCommand(`echo ${'word '.repeat(10_000)}; rm -rf build`, testFacts);
  expect(found).toMatchObject({ destructive: true, readOnly: false });
});
