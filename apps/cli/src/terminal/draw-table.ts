import { cutText, displayWidth } from './display-width.ts';

/** Rows with columns of equal width, two spaces between; the last column is cut where the terminal ends. */
export function drawTable(rows: readonly (readonly string[])[], columns: number): string[] {
  const widths = (rows[0] ?? []).map((_cell, column) => Math.max(...rows.map((row) => displayWidth(row[column] ?? ''))));
  return rows.map((row) => {
    const last = row.length - 1;
    const begin = row.slice(0, last).map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - displayWidth(cell)))).join('  ');
    const lead = last === 0 ? '' : `${begin}  `;
    return lead + cutText(row[last] ?? '', Math.max(12, columns - displayWidth(lead)));
  });
}
