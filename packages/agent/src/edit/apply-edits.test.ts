import { describe, expect, test } from 'vitest';
import { applyEdits } from './apply-edits.ts';
import { editCorpus } from './edit-corpus.ts';

test('the corpus has at least 120 cases with names of their own', () => {
  expect(new Set(editCorpus.map((entry) => entry.name)).size).toBe(editCorpus.length);
  expect(editCorpus.length).toBeGreaterThanOrEqual(120);
});

describe('the edit corpus', () => {
  for (const { name, file, edits, wanted } of editCorpus) {
    test(name, () => {
      const applied = applyEdits(file, edits);
      if (typeof wanted === 'string') expect(applied).toMatchObject({ kind: 'applied', text: wanted });
      else expect(applied).toMatchObject({ kind: 'refused', reason: expect.stringMatching(wanted.refused) });
    });
  }
});
