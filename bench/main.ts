/**
 * `npm run bench`: measures what the product promises and writes docs/performance.md. Figures are compared inside one
 * run on one machine; an absolute limit holds for two cores like those of the table in the document.
 *
 *   npm run bench                    everything but the install
 *   npm run bench -- --only run,log  some groups: run, screen, large, workspace, log
 *   npm run bench -- --install       also a clean install
 *   npm run bench -- --peers         also other agents, installed from the registry into a temporary folder
 *   npm run bench -- --no-write      prints, and leaves the document alone
 */
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { meets } from './figure.ts';
import type { Figure } from './figure.ts';
import { writePerformance } from './write-performance.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' }, install: { type: 'boolean', default: false }, peers: { type: 'boolean', default: false },
    'no-write': { type: 'boolean', default: false }, quick: { type: 'boolean', default: false },
  },
});
const rounds = values.quick ? 4 : 12;

const groups: Record<string, () => Promise<Figure[]>> = {
  run: async () => (await import('./run-figures.ts')).runFigures({ rounds }),
  screen: async () => (await import('./screen-figures.ts')).screenFigures({ rounds }),
  large: async () => (await import('./large-figures.ts')).largeFigures({ rounds, quick: values.quick }),
  workspace: async () => (await import('./workspace-figures.ts')).workspaceFigures({ rounds }),
  log: async () => (await import('./log-figures.ts')).logFigures(),
  ...(values.install ? { install: async () => (await import('./install-figures.ts')).installFigures() } : {}),
  ...(values.peers ? { peers: async () => (await import('./peer-figures.ts')).peerFigures({ rounds: 3 }) } : {}),
};
const wanted = values.only?.split(',') ?? Object.keys(groups);
const unknown = wanted.filter((name) => !(name in groups));
if (unknown.length > 0) {
  console.error(`There is no group ${unknown.join(', ')}. The groups are ${Object.keys(groups).join(', ')}.`);
  process.exit(2);
}

const measured: { group: string; figures: Figure[] }[] = [];
for (const group of wanted) {
  console.log(`\n${group}`);
  const figures = await groups[group]?.() ?? [];
  for (const figure of figures) console.log(`  ${meets(figure) ? ' ' : '!'} ${figure.name}: ${format(figure)}${figure.limit === undefined ? '' : ` (promised ${figure.more === true ? '>=' : '<='} ${figure.limit} ${figure.unit})`}${figure.note === undefined ? '' : ` - ${figure.note}`}`);
  measured.push({ group, figures });
}
const machine = `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}, ${process.platform}`;
if (!values['no-write'] && values.only === undefined) await writePerformance(measured, machine);
const missed = measured.flatMap(({ figures }) => figures).filter((figure) => !meets(figure));
console.log(missed.length === 0 ? '\nEvery promised figure is met.' : `\nNot met: ${missed.map((figure) => figure.name).join('; ')}.`);
process.exitCode = missed.length === 0 ? 0 : 1;

function format(figure: Figure): string {
  return `${figure.value.toFixed(figure.value < 10 ? 2 : 0)} ${figure.unit}`;
}
