import type { Effect, Mode } from '@atelier/thread';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { classifyCommand } from './classify-command.ts';
import { conflicts } from './conflicts.ts';
import { corpus } from './corpus.ts';
import { digestCall } from './digest-call.ts';
import { evaluate } from './evaluate.ts';
import { severity } from './match-layers.ts';
import { parseShell } from './parse-shell.ts';
import type { PolicyLayer, PolicyRule } from './policy-layer.ts';
import { policyVersion } from './policy-layer.ts';
import { testFacts } from './testing.ts';

const lines = Object.values(corpus).flat();
const piece = fc.constantFrom('rm', ' ', ';', '&&', '|', '(', ')', '{', '}', '$(', '`', '"', "'", '\\', '\n', '<<EOF', 'EOF', '>', '<', '$', 'x', 'if', 'then', 'fi', 'case', 'in', 'esac', '[[', ']]', '=', '*', '#', '&', 'for', 'do', 'done', '((', '))', '${', '~', 'a b', 'git', 'sh -c', 'xargs', 'env', 'constructor', '__proto__');
const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.array(piece, { maxLength: 30 }).map((parts) => parts.join('')), fc.constantFrom(...lines));

test('no text makes the parser or the classifier throw', () => {
  fc.assert(fc.property(text, (line) => {
    parseShell(line);
    const found = classifyCommand(line, testFacts);
    expect(found.unparsed !== undefined && found.readOnly).toBe(false);
  }), { numRuns: 3000 });
});

test('whatever stands before it, a deletion is never lost', () => {
  fc.assert(fc.property(text, fc.constantFrom('; rm -rf y', '\nrm -rf y\n', ' && rm -rf y', ' || rm -rf y'), (before, after) => {
    const line = before + after;
    const found = classifyCommand(line, testFacts);
    // A comment, a quote or a here-document may swallow it only where a shell would too; then nothing of it remains a command.
    if (/[#'"`\\<\0]/.test(before)) return;
    expect(found.readOnly).toBe(false);
    expect(found.destructive || found.unparsed !== undefined).toBe(true);
  }), { numRuns: 3000 });
});

test('a deletion in any wrapping is found', () => {
  const wrap = fc.constantFrom<(inner: string) => string>(
    (inner) => `sh -c '${inner.replaceAll("'", `'\\''`)}'`, (inner) => `(${inner})`, (inner) => `{ ${inner}; }`, (inner) => `echo "$(${inner})"`, (inner) => `if ls; then ${inner}; fi`, (inner) => `ls && ${inner}`,
    (inner) => `for x in 1; do ${inner}; done`, (inner) => `f() { ${inner}; }; f`, (inner) => `cat <(${inner})`, (inner) => `! ${inner}`, (inner) => `eval '${inner.replaceAll("'", `'\\''`)}'`,
  );
  fc.assert(fc.property(fc.array(wrap, { maxLength: 6 }), (wraps) => {
    const found = classifyCommand(wraps.reduce((inner, each) => each(inner), 'rm -rf y'), testFacts);
    expect(found.readOnly).toBe(false);
    expect(found.destructive).toBe(true); // what cannot be parsed counts as destructive
  }), { numRuns: 500 });
});

const path = fc.constantFrom('.', 'a', 'a/b', 'a/b/c.ts', 'B', 'src', '../x', '/etc/x', '.env', '.git/x', '.github/workflows/a.yml');
const hash = 'a'.repeat(64);
const effect: fc.Arbitrary<Effect> = fc.oneof(
  path.map((each): Effect => ({ kind: 'read', path: each })),
  path.map((each): Effect => ({ kind: 'write', path: each, before: null, after: hash })),
  path.map((each): Effect => ({ kind: 'delete', path: each, before: null })),
  fc.constantFrom(...lines).map((command): Effect => ({ kind: 'run', command, directory: '.' })),
  fc.constantFrom<Effect>({ kind: 'plan' }, { kind: 'ask', question: '?', options: [] }, { kind: 'stop', processId: '1' }, { kind: 'reach', host: 'x.example' }),
);
const effects = fc.array(effect, { maxLength: 3 });
const rule: fc.Arbitrary<PolicyRule> = fc.record({
  verdict: fc.constantFrom('allow', 'ask', 'deny'), path: fc.constantFrom('a', '**', 'a/*', '*.ts', '[x'), command: fc.constantFrom('git', 'git push', 'rm *', '*'), effect: fc.constantFrom('read', 'write', 'run'), tool: fc.constantFrom('t', 'u'),
}, { requiredKeys: ['verdict'] });
const layers: fc.Arbitrary<PolicyLayer[]> = fc.array(fc.record({ name: fc.constantFrom('organization', 'project'), rules: fc.array(rule, { maxLength: 4 }) }), { maxLength: 3 });
const mode = fc.constantFrom<Mode>('plan', 'ask', 'auto');

function judge(each: Effect[], at: Mode, with_: PolicyLayer[], grants: unknown[] = []) {
  return evaluate({ tool: 't', effects: each, mode: at, authority: { users: [], rights: ['read', 'edit', 'run'] }, sandbox: 'bubblewrap', layers: with_, grants, facts: { ...testFacts, checks: ['npm test'], allowedHosts: [] } });
}

test('another layer never widens', () => {
  fc.assert(fc.property(effects, mode, layers, layers, (each, at, some, more) => {
    expect(severity[judge(each, at, [...some, ...more]).verdict]).toBeGreaterThanOrEqual(severity[judge(each, at, some).verdict]);
  }), { numRuns: 1000 });
});

test('another effect never widens', () => {
  fc.assert(fc.property(effects, effect, mode, (each, more, at) => {
    expect(severity[judge([...each, more], at, []).verdict]).toBeGreaterThanOrEqual(severity[judge(each, at, []).verdict]);
  }), { numRuns: 500 });
});

test('a grant allows its own line, and no line with another command that does more than read', () => {
  fc.assert(fc.property(fc.constantFrom(...lines), fc.constantFrom(...lines), (granted, other) => {
    const run = (command: string): Effect[] => [{ kind: 'run', command, directory: '.' }];
    const { grant } = judge(run(granted), 'ask', []);
    if (grant === undefined) return;
    expect(judge(run(granted), 'ask', [], [grant.shape]).verdict).toBe('allow');
    const without = judge(run(other), 'ask', []).verdict;
    const found = judge(run(other), 'ask', [], [grant.shape]).verdict;
    if (without === 'ask' && found === 'allow') {
      const commands = new Set(classifyCommand(granted, testFacts).commands.map((words) => words.join(' ')));
      for (const words of classifyCommand(other, testFacts).commands) expect(commands.has(words.join(' ')) || classifyCommand(words.join(' '), testFacts).readOnly).toBe(true);
    }
  }), { numRuns: 3000 });
});

test('conflict is symmetric, and nothing conflicts with a question', () => {
  fc.assert(fc.property(effects, effects, (left, right) => {
    expect(conflicts(left, right)).toBe(conflicts(right, left));
    expect(conflicts(left, [{ kind: 'ask', question: '?', options: [] }])).toBe(false);
    expect(conflicts(left, [])).toBe(false);
  }), { numRuns: 500 });
});

test('a digest and a version do not depend on the order of keys, and change with every value', () => {
  const digest = (input: unknown) => digestCall({ tool: 't', input, effects: [] }, (canonical) => canonical);
  fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
    expect(digest(Object.fromEntries(Object.entries(value).reverse()))).toBe(digest(value));
    expect(digest({ ...value, 'a new key': 1 })).not.toBe(digest(value));
  }));
  expect(policyVersion([])).toBe('built-in-1');
  expect(policyVersion([{ name: 'a', rules: [] }])).toMatch(/^built-in-1-[0-9a-f]+$/);
});
