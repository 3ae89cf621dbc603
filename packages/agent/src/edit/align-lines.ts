/** Above this product of lengths, what is left after equal ends were taken off is not aligned. */
const MAX_CELLS = 4_000_000;

/**
 * The longest common subsequence of two lists of lines, as pairs of indexes in ascending order. Equal ends are taken off
 * first; a remainder too large for the table (Wagner and Fischer, 1974) stays unpaired.
 */
export function alignLines(a: readonly string[], b: readonly string[]): [number, number][] {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1;
  const pairs: [number, number][] = [];
  for (let index = 0; index < head; index += 1) pairs.push([index, index]);
  pairs.push(...alignMiddle(a, b, head, a.length - tail, b.length - tail));
  for (let left = tail; left > 0; left -= 1) pairs.push([a.length - left, b.length - left]);
  return pairs;
}

function alignMiddle(a: readonly string[], b: readonly string[], from: number, aEnd: number, bEnd: number): [number, number][] {
  const rows = aEnd - from;
  const columns = bEnd - from;
  if (rows === 0 || columns === 0 || rows * columns > MAX_CELLS) return [];
  const width = columns + 1;
  // lengths[row * width + column]: length of the common subsequence of what follows the two positions.
  const lengths = new Uint32Array((rows + 1) * width);
  for (let row = rows - 1; row >= 0; row -= 1) {
    for (let column = columns - 1; column >= 0; column -= 1) {
      lengths[row * width + column] =
        a[from + row] === b[from + column]
          ? (lengths[(row + 1) * width + column + 1] ?? 0) + 1
          : Math.max(lengths[(row + 1) * width + column] ?? 0, lengths[row * width + column + 1] ?? 0);
    }
  }
  const pairs: [number, number][] = [];
  let row = 0;
  let column = 0;
  while (row < rows && column < columns) {
    if (a[from + row] === b[from + column]) {
      pairs.push([from + row, from + column]);
      row += 1;
      column += 1;
    } else if ((lengths[(row + 1) * width + column] ?? 0) >= (lengths[row * width + column + 1] ?? 0)) row += 1;
    else column += 1;
  }
  return pairs;
}
