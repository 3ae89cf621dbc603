import type { FaultSuite } from './fault-suites.ts';

/** What vitest's JSON reporter writes, as far as it is read here. */
export interface Report {
  testResults: { name: string; assertionResults: { title: string; status: string; ancestorTitles: string[] }[] }[];
}

/** The tables, with a line before them that says how many faults were survived where; and the titles that were not found. */
export function renderFaults(suites: readonly FaultSuite[], report: Report, machine: string): { text: string; missing: string[] } {
  const missing: string[] = [];
  const sections = suites.map((suite) => {
    const tests = report.testResults.filter((file) => file.name === suite.file).flatMap((file) => file.assertionResults);
    const rows = suite.rows === undefined ? ownRows(tests) : chosenRows(suite.rows, tests, missing);
    return { heading: suite.heading, file: suite.file, rows };
  });
  const all = sections.flatMap((section) => section.rows);
  const survived = all.filter((row) => row.result === 'passed').length;
  const skipped = all.filter((row) => row.result.startsWith('skipped')).length;
  const summary = `${survived} of ${all.length} faults survived${skipped === 0 ? '' : ` (${skipped} could not be tried here)`}. Run on ${machine}.`;
  const tables = sections.map(({ heading, file, rows }) => [
    `### ${heading}`, '', `\`${file}\``, '', '| fault | what happens | result |', '|---|---|---|',
    ...rows.map((row) => `| ${cell(row.fault)} | ${cell(row.happens)} | ${row.result} |`), '',
  ].join('\n'));
  return { text: [summary, '', ...tables].join('\n'), missing };
}

interface Row {
  fault: string;
  happens: string;
  result: string;
}

type Test = Report['testResults'][number]['assertionResults'][number];

/** Tests that only look whether the others could run are no faults. */
function ownRows(tests: readonly Test[]): Row[] {
  return tests.filter((test) => test.title.includes(': ')).map((test) => ({ ...parts(test.title), result: resultOf([test]) }));
}

/** A title may stand several times (with and without control groups, say): the row passed when all did that fit this machine. */
function chosenRows(rows: Record<string, string>, tests: readonly Test[], missing: string[]): Row[] {
  return Object.entries(rows).map(([title, row]) => {
    const found = tests.filter((test) => test.title === title);
    if (found.length === 0) missing.push(title);
    return { ...parts(row), result: resultOf(found) };
  });
}

function parts(name: string): { fault: string; happens: string } {
  const at = name.indexOf(': ');
  return { fault: name.slice(0, at), happens: name.slice(at + 2) };
}

function resultOf(tests: readonly Test[]): string {
  if (tests.some((test) => test.status === 'failed') || tests.length === 0) return '**failed**';
  const [first] = tests;
  if (tests.some((test) => test.status === 'passed')) return 'passed';
  const needs = first?.ancestorTitles.map((title) => /\(needs ([^)]*)\)/.exec(title)?.[1]).find((need) => need !== undefined);
  return needs === undefined ? 'skipped' : `skipped: needs ${needs}`;
}

function cell(text: string): string {
  const shown = text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
  return shown.charAt(0).toUpperCase() + shown.slice(1);
}
