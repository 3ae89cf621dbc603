import { indentOf } from './normal-form.ts';

/**
 * Makes a function that gives a line the indentation of the file's style. `pairs` are the indentations of lines that an
 * edit quoted and of the same lines in the file; `unit` is the file's own step (a tab or some spaces). An indentation
 * that was not quoted is worked out from the nearest that was, one step of the file for each step of the edit.
 */
export function createReindent(pairs: readonly (readonly [string, string])[], unit: string): (line: string) => string {
  const mapping = mostFrequent(pairs);
  if ([...mapping].every(([quoted, real]) => quoted === real)) return (line) => line;
  const step = quotedStep([...mapping.keys()]);
  return (line) => {
    const indent = indentOf(line);
    const rest = line.slice(indent.length);
    return rest === '' ? '' : translate(indent, mapping, step, unit) + rest;
  };
}

/** The step of indentation that a text uses: a tab, or the most frequent growth in spaces; two spaces where it has none. */
export function indentUnit(text: string): string {
  const counts = new Map<string, number>();
  let previous = 0;
  for (const line of text.split('\n', 5000)) {
    const indent = indentOf(line);
    if (indent.length === line.length) continue;
    const key = indent.includes('\t') ? '\t' : ' '.repeat(Math.max(0, indent.length - previous));
    if (key !== '' && key.length <= 8 && (key === '\t' || key.length > 1)) counts.set(key, (counts.get(key) ?? 0) + 1);
    previous = indent.length;
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? '  ';
}

function mostFrequent(pairs: readonly (readonly [string, string])[]): Map<string, string> {
  const votes = new Map<string, Map<string, number>>();
  for (const [quoted, real] of pairs) {
    const reals = votes.get(quoted) ?? new Map<string, number>();
    votes.set(quoted, reals.set(real, (reals.get(real) ?? 0) + 1));
  }
  return new Map([...votes].map(([quoted, reals]) => [quoted, [...reals].sort((a, b) => b[1] - a[1])[0]?.[0] ?? quoted]));
}

/** Width in columns; a tab in an edit counts as one step, so that edits written with tabs keep their levels. */
function quotedStep(indents: readonly string[]): number {
  const widths = [...new Set(indents.filter((indent) => !indent.includes('\t')).map((indent) => indent.length))].sort((a, b) => a - b);
  const growths = widths.map((width, index) => width - (widths[index - 1] ?? 0)).filter((growth) => growth > 1);
  return growths.length === 0 ? 4 : Math.min(...growths);
}

function translate(indent: string, mapping: ReadonlyMap<string, string>, step: number, unit: string): string {
  const exact = mapping.get(indent);
  if (exact !== undefined) return exact;
  const below = [...mapping.keys()].filter((quoted) => indent.startsWith(quoted)).sort((a, b) => b.length - a.length)[0];
  if (below !== undefined) return (mapping.get(below) ?? '') + inUnits(indent.slice(below.length), step, unit);
  const above = [...mapping.keys()].filter((quoted) => quoted.startsWith(indent)).sort((a, b) => a.length - b.length)[0];
  if (above === undefined) return inUnits(indent, step, unit);
  const real = mapping.get(above) ?? '';
  const removed = inUnits(above.slice(indent.length), step, unit);
  return real.slice(0, Math.max(0, real.length - removed.length));
}

function inUnits(indent: string, step: number, unit: string): string {
  const tabs = indent.split('\t').length - 1;
  const spaces = indent.length - tabs;
  return unit.repeat(tabs + Math.floor(spaces / step)) + ' '.repeat(spaces % step);
}
