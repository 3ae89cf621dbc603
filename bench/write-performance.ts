import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { meets } from './figure.ts';
import type { Figure } from './figure.ts';

const path = join(import.meta.dirname, '../docs/performance.md');
const BEGIN = '<!-- figures: written by `npm run bench` -->';
const END = '<!-- end of figures -->';

/** Puts the measured figures between the two marks of docs/performance.md; what people wrote around them stays. */
export async function writePerformance(measured: { group: string; figures: Figure[] }[], machine: string): Promise<void> {
  const text = await readFile(path, 'utf8');
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin === -1 || end === -1) throw new Error(`docs/performance.md has lost its marks "${BEGIN}" and "${END}"; put them back around the tables.`);
  const tables = measured.map(({ group, figures }) => [`### ${group}`, '', '| figure | measured | promised | |', '|---|---|---|---|', ...figures.map(row), ''].join('\n'));
  await writeFile(path, `${text.slice(0, begin + BEGIN.length)}\n\nMachine: ${machine}.\n\n${tables.join('\n')}\n${text.slice(end)}`);
}

function row(figure: Figure): string {
  const value = `${figure.value.toFixed(figure.value < 10 ? 2 : 0)} ${figure.unit}`;
  const promised = figure.limit === undefined ? '' : `${figure.more === true ? '>=' : '<='} ${figure.limit} ${figure.unit}`;
  const note = [meets(figure) ? '' : '**not met**', figure.note ?? ''].filter(Boolean).join('; ');
  return `| ${figure.name} | ${value} | ${promised} | ${note} |`;
}
