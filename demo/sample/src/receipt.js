import { priceCart } from './cart.js';
import { formatMoney } from './money.js';

/** The receipt of a cart, as lines of text. */
export function printReceipt(cart) {
  const price = priceCart(cart);
  const rows = [
    ...cart.lines.map((line) => [`${line.count} x ${line.name}`, line.price * line.count]),
    ['Goods', price.goods],
    ...(price.voucher > 0 ? [['Voucher', -price.voucher]] : []),
    [`Tax ${cart.taxPercent} %`, price.tax],
    ['Total', price.total],
  ];
  return rows.map(([label, amount]) => `${label.padEnd(20)}${formatMoney(amount).padStart(12)}`).join('\n');
}
