import { checks } from './ecosystem.ts';
import type { Ecosystem, ProjectRoot } from './ecosystem.ts';

export const ruby: Ecosystem = async (root) => {
  const marker = root.first('Gemfile', 'Rakefile', '.rspec') ?? [...root.files].find((name) => name.endsWith('.gemspec'));
  const tests = root.folders.has('test') ? (await root.names('test')).filter((name) => /_test\.rb$|^test_.*\.rb$/.test(name)) : [];
  if (marker === undefined && tests.length === 0 && ![...root.files].some((name) => name.endsWith('.rb'))) return undefined;
  const run = root.files.has('Gemfile') ? 'bundle exec ' : '';
  const test = await rubyTest(root, run, tests);
  return { languages: ['Ruby'], packageManager: root.files.has('Gemfile') ? 'bundler' : undefined, checks: [...checks(['test', test?.[0], test?.[1]]), ...checks(['lint', `${run}rubocop`, root.first('.rubocop.yml')])] };
};

async function rubyTest(root: ProjectRoot, run: string, tests: string[]): Promise<[string, string] | undefined> {
  if (root.files.has('.rspec') || root.folders.has('spec')) return [`${run}rspec`, root.first('.rspec') ?? 'spec'];
  if (root.folders.has('bin') && root.folders.has('test') && (await root.names('bin')).includes('rails')) return ['bin/rails test', 'bin/rails'];
  if (/Minitest::TestTask|TestTask|task\s+:?test\b/.test(await root.text('Rakefile'))) return [`${run}rake test`, 'Rakefile'];
  if (tests.length === 0) return undefined;
  return [`${run}ruby -Ilib -Itest -e 'Dir["./test/**/{test_*,*_test}.rb"].sort.each { |file| require file }'`, 'test'];
}

export const php: Ecosystem = async (root) => {
  if (!root.files.has('composer.json') && !root.first('phpunit.xml', 'phpunit.xml.dist') && ![...root.files].some((name) => name.endsWith('.php'))) return undefined;
  const manifest = await root.text('composer.json');
  const has = (script: string) => new RegExp(`"scripts"\\s*:\\s*\\{[^]*"${script}"\\s*:`).test(manifest);
  const unit = root.first('phpunit.xml', 'phpunit.xml.dist', 'phpunit.dist.xml');
  const runner = /"pestphp\/pest"/.test(manifest) ? 'vendor/bin/pest' : 'vendor/bin/phpunit';
  const stan = root.first('phpstan.neon', 'phpstan.neon.dist', 'phpstan.dist.neon');
  const style = root.first('phpcs.xml', 'phpcs.xml.dist', '.phpcs.xml');
  return {
    languages: ['PHP'],
    packageManager: root.files.has('composer.json') ? 'composer' : undefined,
    checks: checks(
      has('test') ? ['test', 'composer test', 'composer.json scripts.test'] : ['test', runner, unit ?? (/"(?:phpunit\/phpunit|pestphp\/pest)"/.test(manifest) && root.folders.has('tests') ? 'composer.json' : undefined)],
      has('lint') ? ['lint', 'composer lint', 'composer.json scripts.lint'] : ['lint', 'vendor/bin/phpcs', style],
      ['types', 'vendor/bin/phpstan analyse --no-progress', stan],
    ),
  };
};

export const elixir: Ecosystem = async (root) =>
  root.files.has('mix.exs') ? { languages: ['Elixir'], packageManager: 'mix', checks: checks(['test', 'mix test', 'mix.exs'], ['types', 'mix compile --warnings-as-errors', 'mix.exs']) } : undefined;

export const swift: Ecosystem = async (root) =>
  root.files.has('Package.swift') ? { languages: ['Swift'], packageManager: 'swift', checks: checks(['test', 'swift test', 'Package.swift'], ['types', 'swift build', 'Package.swift']) } : undefined;
