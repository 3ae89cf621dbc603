import { roundToCents } from './money.js';

/** What the goods of a cart cost, before voucher and tax. */
export function sumLines(lines) {
  return roundToCents(lines.reduce((sum, line) => sum + line.price * line.count, 0));
}

/** Prices a cart: the voucher is taken off the goods, and tax is due on what is left. */
export function priceCart({ lines, voucher = 0, taxPercent }) {
  const goods = sumLines(lines);
  const tax = roundToCents(goods * taxPercent / 100);
  const used = Math.min(voucher, goods);
  return { goods, voucher: used, tax, total: roundToCents(goods - used + tax) };
}
