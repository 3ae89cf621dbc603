import type { Effect, Mode, Right } from '@atelier/thread';
import { describe, expect, test } from 'vitest';
import { evaluate } from './evaluate.ts';
import type { EvaluateOptions } from './judgement.ts';
import { testFacts } from './testing.ts';

const all: Right[] = ['read', 'edit', 'run', 'approve'];

function judge(effects: Effect[], mode: Mode, more: Partial<EvaluateOptions> = {}) {
  return evaluate({
    tool: 'some_tool', effects, mode, authority: { users: ['ada'], rights: all }, sandbox: 'bubblewrap', layers: [], grants: [],
    facts: { ...testFacts, checks: ['npm test'], allowedHosts: ['registry.example', '*.cdn.example'] }, ...more,
  });
}

const run = (command: string, more: Partial<Extract<Effect, { kind: 'run' }>> = {}): Effect => ({ kind: 'run', command, directory: '.', ...more });
const write = (path: string): Effect => ({ kind: 'write', path, before: null, after: 'a'.repeat(64) });
const remove = (path: string): Effect => ({ kind: 'delete', path, before: null });
const read = (path: string): Effect => ({ kind: 'read', path });

const table: [name: string, effect: Effect, plan: string, ask: string, auto: string][] = [
  ['a read', read('src/a.ts'), 'allow', 'allow', 'allow'],
  ['a read of everything', read('.'), 'allow', 'allow', 'allow'],
  ['a read outside', read('../a'), 'ask', 'ask', 'ask'],
  ['a read outside by its absolute path', read('/etc/passwd'), 'ask', 'ask', 'ask'],
  ['a read of a secret', read('.env'), 'deny', 'deny', 'deny'],
  ['a write', write('src/a.ts'), 'deny', 'ask', 'allow'],
  ['a deletion', remove('src/a.ts'), 'deny', 'ask', 'allow'],
  ['a write of a secret', write('.env'), 'deny', 'deny', 'deny'],
  ['a write outside', write('../a'), 'deny', 'ask', 'ask'],
  ['a write to a CI file', write('.github/workflows/ci.yml'), 'deny', 'ask', 'ask'],
  ['a write to a CI file in other letters', write('.GitHub/Workflows/ci.yml'), 'deny', 'ask', 'ask'],
  ['a write to the configuration', write('atelier.json'), 'deny', 'ask', 'ask'],
  ['a write below the configuration', write('.atelier/rules.md'), 'deny', 'ask', 'ask'],
  ['a write to .git', write('.git/hooks/pre-commit'), 'deny', 'deny', 'deny'],
  ['a command that reads', run('ls -la | head'), 'allow', 'allow', 'allow'],
  ['a check', run('npm test'), 'deny', 'allow', 'allow'],
  ['a check and more', run('npm test && rm a'), 'deny', 'ask', 'allow'],
  ['a check elsewhere', run('npm test', { directory: 'sub' }), 'deny', 'ask', 'allow'],
  ['a command', run('npm run build'), 'deny', 'ask', 'allow'],
  ['a deletion by command', run('rm -rf build'), 'deny', 'ask', 'allow'],
  ['a hard reset', run('git reset --hard'), 'deny', 'ask', 'ask'],
  ['a command outside the sandbox', run('npm ci', { unsandboxed: true }), 'deny', 'ask', 'ask'],
  ['a reading command outside the sandbox', run('ls', { unsandboxed: true }), 'ask', 'ask', 'ask'],
  ['a command with a host', run('npm ci', { allowedHosts: ['evil.example'] }), 'deny', 'ask', 'ask'],
  ['a command with an allowed host', run('npm ci', { allowedHosts: ['Registry.example', 'a.cdn.example'] }), 'deny', 'ask', 'allow'],
  ['a command with rights', run('sudo make install'), 'deny', 'ask', 'ask'],
  ['a command outside the root', run('echo x > ../a'), 'deny', 'ask', 'ask'],
  ['a command that only reads outside', run('cat /etc/os-release'), 'ask', 'ask', 'allow'],
  ['a command in a folder outside', run('ls', { directory: '..' }), 'ask', 'ask', 'ask'],
  ['a command that names a secret', run('cat .env'), 'ask', 'ask', 'ask'],
  ['a command nobody understands', run('echo "'), 'deny', 'ask', 'ask'],
  ['a command on a CI file', run('rm .travis.yml'), 'deny', 'ask', 'ask'],
  ['reaching a host', { kind: 'reach', host: 'evil.example' }, 'deny', 'ask', 'ask'],
  ['reaching an allowed host', { kind: 'reach', host: 'registry.example' }, 'deny', 'allow', 'allow'],
  ['stopping a process', { kind: 'stop', processId: '1' }, 'allow', 'allow', 'allow'],
  ['a question', { kind: 'ask', question: 'x?', options: [] }, 'allow', 'allow', 'allow'],
  ['the plan', { kind: 'plan' }, 'allow', 'allow', 'allow'],
];

describe.each(table)('%s', (_name, effect, plan, ask, auto) => {
  test.each([['plan', plan], ['ask', ask], ['auto', auto]] as [Mode, string][])('in %s mode: %s', (mode, verdict) => {
    const found = judge([effect], mode);
    expect(found.verdict).toBe(verdict);
    expect(found.reason).toMatch(/^[A-Z"./~].*\.$/);
    expect(found.rule).toMatch(/^built-in\//);
  });
});

test('a call without effects is allowed', () => {
  expect(judge([], 'plan')).toEqual({ verdict: 'allow', rule: 'built-in/no-effect', reason: 'It changes nothing.', destructive: false, readOnly: true, needsCheckpoint: false });
});

test('the strictest effect decides', () => {
  expect(judge([read('a'), write('b'), read('.env')], 'ask').verdict).toBe('deny');
  expect(judge([read('a'), write('b')], 'ask').verdict).toBe('ask');
});

test('without a sandbox every command asks first, also reading ones and checks', () => {
  for (const command of ['ls', 'npm test', 'npm run build']) expect(judge([run(command)], 'auto', { sandbox: 'none' })).toMatchObject({ verdict: 'ask', rule: 'built-in/no-sandbox' });
  expect(judge([write('a')], 'auto', { sandbox: 'none' }).verdict).toBe('allow');
});

test.each([[['read'], write('a')], [['read'], run('ls')], [['edit', 'run'], read('a')], [[], remove('a')], [['read', 'edit'], { kind: 'reach', host: 'registry.example' }]] as [Right[], Effect][])(
  'the rights %j refuse %j in every mode', (rights, effect) => {
    for (const mode of ['plan', 'ask', 'auto'] as const) expect(judge([effect], mode, { authority: { users: [], rights } })).toMatchObject({ verdict: 'deny', rule: 'built-in/authority' });
  },
);

test('files are saved before whatever may change them, and only then', () => {
  expect(judge([run('rm -rf build')], 'auto')).toMatchObject({ verdict: 'allow', destructive: true, readOnly: false, needsCheckpoint: true });
  expect(judge([run('npm run build')], 'auto')).toMatchObject({ destructive: false, readOnly: false, needsCheckpoint: true });
  expect(judge([run('git status')], 'auto')).toMatchObject({ destructive: false, readOnly: true, needsCheckpoint: false });
  expect(judge([write('a')], 'auto')).toMatchObject({ destructive: false, readOnly: false, needsCheckpoint: true });
  expect(judge([remove('a')], 'auto')).toMatchObject({ destructive: true, readOnly: false, needsCheckpoint: true });
});

describe('layers', () => {
  const layer = (rules: EvaluateOptions['layers'][number]['rules']) => ({ layers: [{ name: 'organization', rules }] });

  test('a layer forbids a command wherever it hides in a line', () => {
    const more = layer([{ command: 'npm publish', verdict: 'deny', reason: 'Releases are made by the release team.' }]);
    expect(judge([run('cd a && env X=1 npm publish --tag x')], 'auto', more)).toMatchObject({ verdict: 'deny', rule: 'organization/1', reason: 'Releases are made by the release team.' });
    expect(judge([run('npm pack')], 'auto', more).verdict).toBe('allow');
  });

  test('the most specific rule of a layer decides, and the strictest of equals', () => {
    const more = layer([{ path: 'docs', verdict: 'ask' }, { path: 'docs/notes/**', verdict: 'allow' }, { path: 'docs/notes/x.md', verdict: 'deny' }, { path: 'docs/notes/x.md', verdict: 'allow' }]);
    expect(judge([write('docs/a.md')], 'auto', more)).toMatchObject({ verdict: 'ask', rule: 'organization/1' });
    expect(judge([write('docs/notes/a.md')], 'auto', more).verdict).toBe('allow');
    expect(judge([write('docs/notes/x.md')], 'auto', more).verdict).toBe('deny');
  });

  test('a layer cannot allow what the built-in rules or another layer ask for', () => {
    expect(judge([run('git reset --hard')], 'auto', layer([{ verdict: 'allow' }])).verdict).toBe('ask');
    expect(judge([write('a')], 'auto', { layers: [{ name: 'one', rules: [{ effect: 'write', verdict: 'ask' }] }, { name: 'two', rules: [{ path: 'a', verdict: 'allow' }] }] }).verdict).toBe('ask');
  });

  test('a rule that tightens also holds for a line that nobody understands', () => {
    expect(judge([run('npm publish "')], 'auto', layer([{ command: 'npm publish', verdict: 'deny' }])).verdict).toBe('deny');
  });

  test('hosts and tools are matched', () => {
    expect(judge([{ kind: 'reach', host: 'a.cdn.example' }], 'auto', layer([{ host: '*.cdn.example', verdict: 'deny' }])).verdict).toBe('deny');
    expect(judge([read('a')], 'auto', layer([{ tool: 'some_tool', verdict: 'ask' }])).verdict).toBe('ask');
    expect(judge([read('a')], 'auto', layer([{ tool: 'other', verdict: 'ask' }])).verdict).toBe('allow');
  });
});
