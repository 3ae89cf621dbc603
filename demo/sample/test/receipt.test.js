import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printReceipt } from '../src/receipt.js';

test('prints one row for each line and one for each sum', () => {
  const receipt = printReceipt({ lines: [{ name: 'Tea', price: 4.5, count: 2 }], voucher: 2, taxPercent: 19 });
  assert.deepEqual(receipt.split('\n').map((row) => row.trim().replace(/\s{2,}/g, ' | ')), [
    '2 x Tea | 9.00 €', 'Goods | 9.00 €', 'Voucher | -2.00 €', 'Tax 19 % | 1.33 €', 'Total | 8.33 €',
  ]);
});
