/** One measured figure. `limit` is what was promised; a figure without one is only told. */
export interface Figure {
  name: string;
  value: number;
  unit: 'ms' | 'MB' | 'KB' | 's' | 'x' | '%' | '/s';
  limit?: number;
  /** Whether more is better (a rate) instead of less. */
  more?: boolean;
  /** How it was measured, or what it is compared with. */
  note?: string;
}

export function meets(figure: Figure): boolean {
  if (figure.limit === undefined) return true;
  return figure.more === true ? figure.value >= figure.limit : figure.value <= figure.limit;
}

export function median(values: number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] ?? Number.NaN : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}
