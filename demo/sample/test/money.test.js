import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatMoney, roundToCents } from '../src/money.js';

test('keeps whole cents as they are', () => {
  assert.equal(roundToCents(12.5), 12.5);
  assert.equal(roundToCents(0.07), 0.07);
});

test('rounds half a cent up', () => {
  assert.equal(roundToCents(0.125), 0.13);
  assert.equal(roundToCents(1.005), 1.01);
});

test('formats an amount for people', () => {
  assert.equal(formatMoney(12.5), '12.50 €');
});
