import { expect, test } from 'vitest';
import { sandboxHint } from './sandbox-hint.ts';

const hint = (output: string, reachesHosts = false): string => sandboxHint(output, { reachesHosts }) ?? '';

test.each([
  "fatal: Unable to create '/home/ann/shop/.git/index.lock': Read-only file system",
  'error: could not lock config file .git/config: Read-only file system',
  'sh: 1: cannot create .git/hooks/pre-commit: Read-only file system',
  'error: insufficient permission for adding an object to repository database .git/objects',
])('says how Git may change its folder: %s', (line) => {
  expect(hint(`some output\n${line}\nexit`)).toContain('unsandboxed and a reason');
});

test.each([
  'curl: (6) Could not resolve host: example.com',
  'npm error code EAI_AGAIN',
  "OSError: [Errno 101] Network is unreachable",
  'Get "https://proxy.golang.org/x": dial tcp: lookup proxy.golang.org: no such host',
])('says how to ask for the network: %s', (line) => {
  expect(hint(line)).toContain('needs_network');
  expect(hint(line, true)).toBe('');
});

test('says where can be written', () => {
  expect(hint('touch: cannot touch /opt/x: Read-only file system')).toContain('only the project and /tmp');
});

test('is silent about failures that have nothing to do with the sandbox', () => {
  expect(hint('AssertionError: expected 1 to be 2\n at src/.github/x.js')).toBe('');
  expect(hint('fatal: not a git repository (or any of the parent directories): .git')).toBe('');
});
