/** Rounds an amount to whole cents; half a cent rounds up. */
export function roundToCents(amount) {
  return Math.floor(amount * 100) / 100;
}

/** An amount for people: `12.50 €`. */
export function formatMoney(amount) {
  return `${roundToCents(amount).toFixed(2)} €`;
}
