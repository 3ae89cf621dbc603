/**
 * `npm test`: types, lint, bundle, then every test; the last line is `N passed, N failed, N skipped`, alone.
 * `npm test -- --only unit` (or alone, e2e, types, lint; repeatable) runs a part; other arguments go to vitest.
 * Under `CI=true` a skipped test is a failure: a missing tool must not look like a green run.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const root = join(import.meta.dirname, '..');
const parts = ['types', 'lint', 'unit', 'alone', 'e2e'] as const;
type Part = (typeof parts)[number];

const { only, rest } = readArguments(process.argv.slice(2));
const wanted = (part: Part): boolean => only.length === 0 || only.includes(part);
const inCi = process.env['CI'] === 'true';
const environment = { ...process.env, PATH: [join(root, 'node_modules/.bin'), process.env['PATH']].join(delimiter) };
const scratch = mkdtempSync(join(tmpdir(), 'atelier-test-'));
const total = { passed: 0, failed: 0, skipped: 0 };
const broken: string[] = [];

try {
  if (wanted('types')) await step('types', ['scripts/check-types.ts']);
  if (wanted('lint')) await step('lint', ['node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings', 'packages', 'apps', 'scripts', 'tests', 'bench']);
  if (wanted('unit') || wanted('e2e')) await step('bundle', ['scripts/bundle.ts']);
  if (wanted('unit')) await tests('unit');
  if (wanted('alone')) await tests('alone');
  if (wanted('e2e')) await tests('e2e');
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
if (broken.length > 0) console.log(`\nNot green: ${broken.join(', ')}.`);
if (inCi && total.skipped > 0) console.log(`\nUnder CI=true a skipped test counts as a failure; ${total.skipped} were skipped.`);
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = broken.length > 0 || total.failed > 0 || (inCi && total.skipped > 0) ? 1 : 0;

async function step(name: string, argv: string[]): Promise<void> {
  const startedAt = performance.now();
  console.log(`\n> ${name}`);
  if (await run(argv) !== 0) broken.push(name);
  console.log(`  ${name}: ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
}

async function tests(project: 'unit' | 'alone' | 'e2e'): Promise<void> {
  const report = join(scratch, `${project}.json`);
  await step(project, ['node_modules/vitest/vitest.mjs', 'run', '--project', project, '--reporter', inCi ? 'default' : 'dot', '--reporter', 'json', '--outputFile.json', report, ...rest]);
  const counts = readReport(report);
  if (counts === undefined) {
    if (!broken.includes(project)) broken.push(project);
    return;
  }
  total.passed += counts.numPassedTests;
  // A suite that failed to load has no failed test, and still is a failure.
  total.failed += Math.max(counts.numFailedTests, counts.success ? 0 : 1);
  total.skipped += counts.numPendingTests + counts.numTodoTests;
}

/** The parts of vitest's JSON report that are counted. */
interface Report {
  success: boolean;
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
}

function readReport(path: string): Report | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Report; // written by the pinned vitest a moment ago
  } catch (error) {
    console.error(`vitest left no report: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

function run(argv: string[]): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, argv, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: environment });
    child.on('error', (error) => { console.error(`${argv[0]} could not be started: ${error.message}`); resolve(1); });
    child.on('close', (code) => resolve(code ?? 1));
  });
}

function readArguments(argv: string[]): { only: Part[]; rest: string[] } {
  const only: Part[] = [];
  const rest: string[] = [];
  for (let index = 0; index < argv.length; index += 1) {
    const [flag, inline] = (argv[index] ?? '').split('=', 2);
    if (flag !== '--only') { rest.push(argv[index] ?? ''); continue; }
    const value = inline ?? argv[index += 1];
    const part = parts.find((candidate) => candidate === value);
    if (part === undefined) {
      console.error(`--only takes one of ${parts.join(', ')}, not ${value ?? 'nothing'}. Example: npm test -- --only unit`);
      process.exit(2);
    }
    only.push(part);
  }
  return { only, rest };
}
