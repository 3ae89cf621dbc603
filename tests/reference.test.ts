import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { renderReference } from '../scripts/reference/render-reference.ts';

const folder = join(import.meta.dirname, '../docs/reference');

it('has a reference that is what the source says now (otherwise: npm run docs)', () => {
  const wanted = renderReference();
  expect(readdirSync(folder).toSorted()).toEqual(Object.keys(wanted).toSorted());
  for (const [name, text] of Object.entries(wanted)) expect(readFileSync(join(folder, name), 'utf8')).toBe(text);
});
