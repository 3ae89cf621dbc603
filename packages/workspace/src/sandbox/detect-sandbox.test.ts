import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { detectSandbox, explainFailure, findProgram, lazySandbox } from './detect-sandbox.ts';

test('a bubblewrap that may not make namespaces counts as none, and the reason says what to do', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'atelier-detect-'));
  const program = path.join(folder, 'bwrap');
  writeFileSync(program, '#!/bin/sh\necho "bwrap: setting up uid map: Permission denied" >&2\nexit 1\n');
  chmodSync(program, 0o755);
  const found = detectSandbox({ platform: 'linux', environment: { PATH: folder } });
  expect(found).toMatchObject({ kind: 'none', program: undefined });
  expect(found.missing).toMatch(/setting up uid map: Permission denied.*Allow user namespaces.*apparmor_restrict_unprivileged_userns/);
  rmSync(folder, { recursive: true });
});

test('an unknown failure is quoted, with a way to look further', () => {
  expect(explainFailure('/usr/bin/bwrap', 'bwrap: strange')).toMatch(/"bwrap: strange".*Run `bwrap/);
});

test('a platform without a sandbox is told so, and relative entries of PATH are not searched', () => {
  expect(detectSandbox({ platform: 'win32', environment: {} }).missing).toContain('WSL 2');
  expect(findProgram('sh', '.:relative', [])).toBeUndefined();
});

test('a lazy sandbox looks once', () => {
  const environment = { reads: 0, get PATH() { this.reads += 1; return '/usr/bin:/bin'; } };
  const lazy = lazySandbox({ platform: 'linux', get environment() { return { PATH: environment.PATH }; } });
  expect(environment.reads).toBe(0);
  void [lazy.kind, lazy.missing, lazy.program, lazy.kind];
  expect(environment.reads).toBe(1);
});

test('a probe that was started ahead answers without looking again', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'atelier-detect-'));
  const program = path.join(folder, 'bwrap');
  writeFileSync(program, '#!/bin/sh\nexit 0\n', { mode: 0o755 });
  const lazy = lazySandbox({ platform: 'linux', environment: { PATH: folder } });
  await lazy.startProbe();
  rmSync(folder, { recursive: true });
  expect(lazy).toMatchObject({ kind: 'bubblewrap', missing: undefined, program });
});
