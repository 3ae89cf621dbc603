import type { Price } from '../model-facts.ts';
import type { Usage } from './step-update.ts';

/** US dollars for one answer; undefined where the price is not known. A missing cache price is the price of input. */
export function costOf(usage: Usage, price: Price | undefined): number | undefined {
  if (price === undefined) return undefined;
  const fresh = Math.max(0, usage.input - usage.cachedInput - usage.cacheWrite);
  const millionths = fresh * price.input + usage.cachedInput * (price.cachedInput ?? price.input) + usage.cacheWrite * (price.cacheWrite ?? price.input) + usage.output * price.output;
  return millionths / 1_000_000;
}
