/**
 * `npm run faults`: runs the fault suites and writes what came of each fault into `docs/reliability.md`, between its two
 * marks. Ends with 1 when a fault was not survived, or when a test that the table names is not there any more.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { faultSuites } from './reliability/fault-suites.ts';
import { renderFaults } from './reliability/render-faults.ts';
import type { Report } from './reliability/render-faults.ts';

const root = join(import.meta.dirname, '..');
const page = join(root, 'docs/reliability.md');
const marks = ['<!-- results: written by `npm run faults` -->', '<!-- end of results -->'] as const;

const { report, exitCode } = runSuites();
const { text, missing } = renderFaults(faultSuites, relativeTo(root, report), `${process.platform === 'linux' ? 'Linux' : process.platform}, ${availableParallelism()} cores, Node ${process.version}`);
const [before = '', rest = ''] = readFileSync(page, 'utf8').split(marks[0]);
const after = rest.split(marks[1])[1];
if (after === undefined) throw new Error(`docs/reliability.md has lost its marks. Put back the lines ${marks.join(' and ')}, then try again.`);
writeFileSync(page, `${before}${marks[0]}\n\n${text}\n${marks[1]}${after}`);
console.log(`docs/reliability.md: ${text.split('\n')[0]}`);
for (const name of missing) console.error(`No test is named “${name}” any more: mend scripts/reliability/fault-suites.ts.`);
process.exitCode = missing.length > 0 ? 1 : exitCode;

function runSuites(): { report: Report; exitCode: number } {
  const folder = mkdtempSync(join(tmpdir(), 'atelier-faults-'));
  const outputFile = join(folder, 'report.json');
  try {
    const vitest = join(root, 'node_modules/vitest/vitest.mjs');
    const run = spawnSync(process.execPath, [vitest, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${outputFile}`, ...faultSuites.map((suite) => suite.file)], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
    return { report: JSON.parse(readFileSync(outputFile, 'utf8')) as Report, exitCode: run.status ?? 1 }; // written by vitest in this shape
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function relativeTo(folder: string, { testResults }: Report): Report {
  return { testResults: testResults.map((file) => ({ ...file, name: relative(folder, file.name) })) };
}
