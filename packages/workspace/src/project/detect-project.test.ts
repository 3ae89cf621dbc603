import { describe, expect, it } from 'vitest';
import { openMemoryWorkspace } from '../memory-workspace.ts';

async function detect(files: Record<string, string>) {
  const facts = await openMemoryWorkspace({ files }).detectProject();
  const command = (name: string) => facts.checks.find((check) => check.name === name)?.command;
  return { ...facts, test: command('test'), lint: command('lint'), types: command('types') };
}
const manifest = (value: object) => JSON.stringify(value);

describe('JavaScript and TypeScript', () => {
  it.each([
    ['npm', {}, 'npm test'], ['pnpm', { 'pnpm-lock.yaml': '' }, 'pnpm test'], ['yarn', { 'yarn.lock': '' }, 'yarn test'], ['bun', { 'bun.lock': '' }, 'bun run test'],
  ])('uses %s by its lock file', async (manager, files, test) => {
    expect(await detect({ 'package.json': manifest({ scripts: { test: 'vitest run' } }), ...files })).toMatchObject({ packageManager: manager, test });
  });

  it('believes the packageManager field over lock files', async () => {
    expect((await detect({ 'package.json': manifest({ packageManager: 'pnpm@9.0.0' }), 'yarn.lock': '' })).packageManager).toBe('pnpm');
  });

  it('does not take npm\'s default script for a test', async () => {
    const placeholder = { scripts: { test: 'echo "Error: no test specified" && exit 1' } };
    expect((await detect({ 'package.json': manifest(placeholder) })).test).toBeUndefined();
    expect((await detect({ 'package.json': manifest(placeholder), 'test/a.test.js': '' })).test).toBe('node --test');
    expect((await detect({ 'package.json': manifest({ ...placeholder, devDependencies: { vitest: '1' } }), 'src/a.test.ts': '' })).test).toBe('npx --no-install vitest run');
  });

  it('never watches', async () => {
    expect((await detect({ 'package.json': manifest({ scripts: { test: 'jest --watch', 'test:ci': 'jest' } }) })).test).toBe('npm run test:ci');
    expect((await detect({ 'package.json': manifest({ scripts: { test: 'react-scripts test' } }) })).test).toBe('CI=true npm test');
  });

  it('finds lint and types by script, else by tool', async () => {
    expect(await detect({ 'package.json': manifest({ scripts: { lint: 'x', typecheck: 'y', 'type-check:watch': 'z' } }) })).toMatchObject({ lint: 'npm run lint', types: 'npm run typecheck' });
    expect(await detect({ 'package.json': manifest({ devDependencies: { typescript: '5', eslint: '9' } }), 'tsconfig.json': '{}', 'eslint.config.js': '' })).toMatchObject({ languages: ['TypeScript'], lint: 'npx --no-install eslint .', types: 'npx --no-install tsc --noEmit' });
  });

  it('survives a broken manifest and works without one', async () => {
    expect((await detect({ 'package.json': '{ broken' })).packageManager).toBe('npm');
    expect(await detect({ 'sum.js': '', 'sum.test.js': '' })).toMatchObject({ languages: ['JavaScript'], test: 'node --test' });
  });
});

describe('Python', () => {
  const unit = 'import unittest\nclass T(unittest.TestCase):\n  pass\n';
  it.each([
    ['pytest.ini', { 'pytest.ini': '' }, 'python3 -m pytest'],
    ['pyproject', { 'pyproject.toml': '[tool.pytest.ini_options]\n' }, 'python3 -m pytest'],
    ['a requirement', { 'requirements-dev.txt': 'pytest>=8\n', 'tests/test_a.py': unit }, 'python3 -m pytest'],
    ['plain test functions', { 'tests/test_a.py': 'from a import f\n\ndef test_f():\n  assert f()\n' }, 'python3 -m pytest'],
    ['unittest in a package', { 'tests/__init__.py': '', 'tests/test_a.py': unit }, 'python3 -m unittest discover -s tests -t .'],
    ['unittest in a folder', { 'tests/test_a.py': unit }, 'python3 -m unittest discover -s tests'],
    ['unittest at the root', { 'a.py': '', 'test_a.py': unit }, 'python3 -m unittest discover'],
    ['unittest with other names', { 'a.py': '', 'a_test.py': unit }, "python3 -m unittest discover -p '*_test.py'"],
    ['an environment in the tree', { 'pytest.ini': '', '.venv/pyvenv.cfg': '' }, '.venv/bin/python -m pytest'],
    ['uv', { 'uv.lock': '', 'conftest.py': '' }, 'uv run python -m pytest'],
    ['poetry', { 'poetry.lock': '', 'conftest.py': '' }, 'poetry run python -m pytest'],
    ['Django', { 'manage.py': 'import django' }, 'python3 manage.py test'],
    ['no tests', { 'a.py': '' }, undefined],
  ])('with %s', async (_, files, test) => {
    expect(await detect(files as Record<string, string>)).toMatchObject({ languages: ['Python'], test });
  });

  it('finds lint and types by configuration', async () => {
    expect(await detect({ 'pyproject.toml': '[tool.ruff]\n[tool.mypy]\n' })).toMatchObject({ lint: 'python3 -m ruff check .', types: 'python3 -m mypy .' });
  });
});

describe('other ecosystems', () => {
  it.each([
    ['Go', { 'go.mod': 'module x' }, 'go', 'go test ./...'],
    ['Rust', { 'Cargo.toml': '[package]' }, 'cargo', 'cargo test'],
    ['Rust', { 'Cargo.toml': '[workspace]' }, 'cargo', 'cargo test --workspace'],
    ['Java', { 'pom.xml': '<project/>' }, 'maven', 'mvn -B -q test'],
    ['Java', { 'build.gradle': '', gradlew: '' }, 'gradle', 'sh ./gradlew --console=plain test'],
    ['Kotlin', { 'build.gradle.kts': 'kotlin("jvm")' }, 'gradle', 'gradle --console=plain test'],
    ['C#', { 'App.sln': '' }, 'dotnet', 'dotnet test App.sln'],
    ['F#', { 'My App.fsproj': '' }, 'dotnet', "dotnet test 'My App.fsproj'"],
    ['Ruby', { Gemfile: '', '.rspec': '' }, 'bundler', 'bundle exec rspec'],
    ['Ruby', { Gemfile: '', Rakefile: 'Rake::TestTask.new', 'test/a_test.rb': '' }, 'bundler', 'bundle exec rake test'],
    ['PHP', { 'composer.json': '{"scripts": {"test": "phpunit"}}' }, 'composer', 'composer test'],
    ['PHP', { 'composer.json': '{"require-dev": {"phpunit/phpunit": "^11"}}', 'phpunit.xml.dist': '' }, 'composer', 'vendor/bin/phpunit'],
    ['C++', { 'CMakeLists.txt': 'project(x CXX)\nenable_testing()\n', 'src/a.cpp': '' }, 'cmake', 'cmake -S . -B build && cmake --build build && ctest --test-dir build --output-on-failure'],
    ['C', { Makefile: 'all:\n\ncheck: all\n\t./t\n', 'a.c': '' }, 'make', 'make check'],
    ['Elixir', { 'mix.exs': '' }, 'mix', 'mix test'],
    ['Swift', { 'Package.swift': '' }, 'swift', 'swift test'],
    ['TypeScript', { 'deno.json': '{}' }, 'deno', 'deno test'],
  ])('knows %s with %j', async (language, files, packageManager, test) => {
    const facts = await detect(files);
    expect([facts.languages[0], facts.packageManager, facts.test]).toEqual([language, packageManager, test]);
  });

  it('falls back on a Makefile, and says nothing of what it does not know', async () => {
    expect(await detect({ Makefile: 'test:\n\ttrue\n', 'README.md': '' })).toMatchObject({ languages: [], test: 'make test' });
    expect(await detect({ 'README.md': '' })).toMatchObject({ languages: [], packageManager: undefined, checks: [] });
    expect((await detect({ Makefile: 'test := 1\n' })).test).toBeUndefined();
  });
});
