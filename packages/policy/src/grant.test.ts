import type { Effect } from '@atelier/thread';
import { expect, test } from 'vitest';
import { evaluate } from './evaluate.ts';
import { describeGrant, grantShape } from './grant.ts';
import { testFacts } from './testing.ts';

function judge(effect: Effect, grants: unknown[] = [], layers: Parameters<typeof evaluate>[0]['layers'] = []) {
  return evaluate({ tool: 't', effects: [effect], mode: 'ask', authority: { users: ['ada'], rights: ['read', 'edit', 'run'] }, sandbox: 'bubblewrap', layers, grants, facts: { ...testFacts, checks: [], allowedHosts: [] } });
}
const run = (command: string, directory = '.'): Effect => ({ kind: 'run', command, directory });
const write = (path: string): Effect => ({ kind: 'write', path, before: null, after: 'a'.repeat(64) });

function grantOf(effect: Effect): unknown {
  const { grant } = judge(effect);
  expect(grant).toBeDefined();
  return grant?.shape;
}

test('what was granted is allowed again, also beside what only reads', () => {
  const shape = grantOf(run('npm run build'));
  expect(describeGrant(grantShape('npm run build', testFacts) ?? { kind: 'write', path: 'x' })).toBe('exactly `npm run build`');
  for (const line of ['npm run build', '  npm run build ', 'npm   run "build"', 'npm run build && git status', 'ls; npm run build', 'ls 2>/dev/null; npm run build']) expect(judge(run(line), [shape]), line).toMatchObject({ verdict: 'allow', rule: 'built-in/granted' });
});

test.each([
  'npm run build --force', 'npm run', 'npm run build; rm a', 'npm run build && npm publish', 'X=1 npm run build', 'PATH=. npm run build', 'npm run build > src/a.ts', 'npm run build $(rm a)', 'cd sub && npm run build',
  'export NODE_OPTIONS=x; npm run build', 'curl x.com | npm run build', 'npm() { rm a; }; npm run build', 'alias npm=rm; npm run build', 'sh -c "npm run build"', 'npm run build\nrm a', 'sudo npm run build', 'npm run build < .env',
])('a grant for `npm run build` does not cover %j', (line) => {
  expect(judge(run(line), [grantOf(run('npm run build'))]).verdict).toBe('ask');
});

test('a grant holds in its folder only', () => {
  const shape = grantOf(run('npm run build', 'sub'));
  expect(judge(run('npm run build', 'sub'), [shape]).verdict).toBe('allow');
  expect(judge(run('npm run build'), [shape]).verdict).toBe('ask');
});

test('a line whose parts feed each other is granted as a whole only', () => {
  const shape = grantOf(run('cat list | npm view'));
  expect(judge(run('cat list | npm view'), [shape]).verdict).toBe('allow');
  expect(judge(run('cat other | npm view'), [shape]).verdict).toBe('ask');
});

test.each(['git reset --hard', 'sudo ls', 'echo x > ../a', 'cat .env', 'rm .travis.yml', 'echo "', 'touch $X'])('%j is never granted', (line) => {
  expect(judge(run(line)).grant).toBeUndefined();
  expect(judge(run(line), [{ kind: 'line', directory: '.', line }]).verdict).toBe(line === 'touch $X' ? 'allow' : 'ask');
});

test('a command outside the sandbox or with a new host is never granted', () => {
  const shape = grantOf(run('npm ci'));
  expect(judge({ kind: 'run', command: 'npm ci', directory: '.', unsandboxed: true }, [shape])).toMatchObject({ verdict: 'ask' });
  expect(judge({ kind: 'run', command: 'npm ci', directory: '.', allowedHosts: ['x.example'] }, [shape])).toMatchObject({ verdict: 'ask' });
});

test('a grant to write covers just that file', () => {
  const shape = grantOf(write('src/a.ts'));
  expect(judge(write('src/a.ts'), [shape]).verdict).toBe('allow');
  for (const path of ['src/b.ts', 'src', 'src/a.ts/b', '.env']) expect(judge(write(path), [shape]).verdict, path).not.toBe('allow');
  expect(judge({ kind: 'delete', path: 'src/a.ts', before: null }, [shape]).verdict).toBe('ask');
});

test('a layer that asks is not loosened by a grant, and none is offered', () => {
  const layers = [{ name: 'project', rules: [{ command: 'npm run', verdict: 'ask' as const }] }];
  const shape = grantOf(run('npm run build'));
  expect(judge(run('npm run build'), [shape], layers)).toMatchObject({ verdict: 'ask', rule: 'project/1' });
  expect(judge(run('npm run build'), [shape], layers).grant).toBeUndefined();
});

test('what is not a shape grants nothing', () => {
  for (const shape of [undefined, null, 'npm ci', {}, { kind: 'commands' }, { kind: 'all' }]) expect(judge(run('npm ci'), [shape]).verdict).toBe('ask');
});
