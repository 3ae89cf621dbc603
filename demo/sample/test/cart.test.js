import assert from 'node:assert/strict';
import { test } from 'node:test';
import { priceCart, sumLines } from '../src/cart.js';

const lines = [{ name: 'Coffee', price: 19.99, count: 3 }];

test('sums the lines of a cart', () => {
  assert.equal(sumLines(lines), 59.97);
});

test('takes the voucher off before tax', () => {
  assert.deepEqual(priceCart({ lines, voucher: 10, taxPercent: 19 }), { goods: 59.97, voucher: 10, tax: 9.49, total: 59.46 });
});

test('never lets a voucher make a cart cheaper than nothing', () => {
  assert.equal(priceCart({ lines, voucher: 100, taxPercent: 19 }).total, 0);
});
