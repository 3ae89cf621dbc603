import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

interface Step { toolCalls?: { name: string; input: { path: string; edits?: { old: string; new: string }[] } }[] }

const demo = join(import.meta.dirname, '../demo');
const { steps } = JSON.parse(readFileSync(join(demo, 'script.json'), 'utf8')) as { steps: Step[] };

describe('the demo', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'atelier-sample-'));
    cpSync(join(demo, 'sample'), folder, { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('has a sample whose tests fail, fail less after the first repair, and pass after the second', () => {
    const failures = [failingTests(folder)];
    for (const step of steps) {
      const edits = (step.toolCalls ?? []).filter(({ name }) => name === 'edit_file');
      for (const { input } of edits) apply(join(folder, input.path), input.edits ?? []);
      if (edits.length > 0) failures.push(failingTests(folder));
    }
    expect(failures).toEqual([4, 1, 0]);
  });

  it('repairs the source and leaves the tests alone', () => {
    const edited = steps.flatMap((step) => step.toolCalls ?? []).filter(({ name }) => name === 'edit_file').map(({ input }) => input.path);
    expect([...new Set(edited)].toSorted()).toEqual(['src/cart.js', 'src/money.js']);
  });
});

function apply(path: string, edits: { old: string; new: string }[]): void {
  let text = readFileSync(path, 'utf8');
  for (const edit of edits) {
    expect(text.split(edit.old).length - 1).toBe(1);
    text = text.replace(edit.old, () => edit.new);
  }
  writeFileSync(path, text);
}

function failingTests(directory: string): number {
  // A runner inside a runner would report to the outer one.
  const { NODE_TEST_CONTEXT: _, NODE_OPTIONS: __, ...environment } = process.env;
  const { stdout } = spawnSync(process.execPath, ['--test', '--test-reporter=tap'], { cwd: directory, encoding: 'utf8', env: environment });
  return Number(/^# fail (\d+)$/m.exec(stdout)?.[1]);
}
