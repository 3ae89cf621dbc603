import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseCatalog } from './merge-catalog.ts';
import { costOf } from './step/cost.ts';

const path = join(import.meta.dirname, 'catalog.json');
const file = parseCatalog(readFileSync(path, 'utf8'));
const models = Object.values(file.models).flatMap((models) => Object.entries(models));

test('the shipped catalog has the expected form and size', () => {
  expect(models.length).toBeGreaterThan(60);
  expect(statSync(path).size).toBeLessThan(40_000);
});

test('every vendor\'s usual model is in it, with prices', () => {
  for (const [vendor, model] of Object.entries(file.defaults)) expect(file.models[vendor]?.[model]?.price, `${vendor}/${model}`).toBeDefined();
});

test('an answer fits into the window, and cached input is never dearer than fresh', () => {
  for (const [name, { window, output, price }] of models) {
    expect(output, name).toBeLessThan(window);
    if (price !== undefined) expect(price.cachedInput ?? 0, name).toBeLessThanOrEqual(price.input);
  }
});

test('fill-in-the-middle templates hold both places', () => {
  for (const { template } of file.fim) {
    expect(template.prompt).toContain('{prefix}');
    expect(template.prompt).toContain('{suffix}');
  }
});

test('the cost counts cached, written and fresh input apart', () => {
  const usage = { input: 1_000_000, cachedInput: 600_000, cacheWrite: 100_000, output: 100_000, reasoning: 50_000 };
  expect(costOf(usage, { input: 3, cachedInput: 0.3, cacheWrite: 3.75, output: 15 })).toBeCloseTo(0.9 + 0.18 + 0.375 + 1.5);
  expect(costOf(usage, undefined)).toBeUndefined();
});
