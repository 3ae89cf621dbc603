import { checks } from './ecosystem.ts';
import type { Ecosystem, ProjectRoot } from './ecosystem.ts';

interface Manifest {
  scripts: Record<string, string>;
  dependencies: Set<string>;
  packageManager: string | undefined;
}

/** JavaScript and TypeScript: npm, pnpm, yarn, bun, and Deno. */
export const javascript: Ecosystem = async (root) => {
  if (root.first('deno.json', 'deno.jsonc') && !root.files.has('package.json')) {
    const source = root.first('deno.json', 'deno.jsonc');
    return { languages: ['TypeScript'], packageManager: 'deno', checks: checks(['test', 'deno test', source], ['lint', 'deno lint', source], ['types', 'deno check .', source]) };
  }
  const sources = [...root.files, ...(await root.names('src'))];
  const hasTypes = root.files.has('tsconfig.json') || sources.some((name) => /\.[cm]?tsx?$/.test(name));
  if (!root.files.has('package.json')) {
    if (!(await hasTestFiles(root)) || !sources.some((name) => /\.[cm]?js$/.test(name))) return undefined;
    return { languages: ['JavaScript'], packageManager: undefined, checks: checks(['test', 'node --test', 'test files']) };
  }
  const manifest = readManifest(await root.text('package.json'));
  const manager = packageManager(root, manifest);
  const script = (pattern: RegExp): [string, string] | undefined => {
    const name = Object.keys(manifest.scripts).find((key) => pattern.test(key) && !isWatching(manifest.scripts[key] ?? ''));
    return name === undefined ? undefined : [`${manager} run ${name}`, `package.json scripts.${name}`];
  };
  const tool = (name: string, args: string, needs: string = name): [string, string] | undefined => (manifest.dependencies.has(needs) ? [`${execute[manager]} ${name}${args}`, `package.json dependency ${needs}`] : undefined);

  const test = testScript(manifest, manager) ?? script(/^test:(?:ci|unit|node|run)$/) ?? ((await hasTestFiles(root)) ? (tool('vitest', ' run') ?? tool('jest', '') ?? tool('mocha', '') ?? tool('ava', '') ?? await nodeTest(root, manager)) : undefined);
  const eslint = root.first('eslint.config.js', 'eslint.config.mjs', 'eslint.config.cjs', 'eslint.config.ts', '.eslintrc', '.eslintrc.json', '.eslintrc.js', '.eslintrc.cjs', '.eslintrc.yml');
  const lint = script(/^lint(?::(?:ci|check))?$/) ?? (eslint && tool('eslint', ' .')) ?? (root.first('biome.json', 'biome.jsonc') && tool('biome', ' check .', '@biomejs/biome')) ?? (root.first('.oxlintrc.json') && tool('oxlint', ''));
  const types = script(/^(?:type-?check|types?|check[-:]types?|tsc|types:check)$/) ?? (root.files.has('tsconfig.json') ? tool('tsc', ' --noEmit', 'typescript') : undefined);
  return {
    languages: [...(hasTypes ? ['TypeScript'] : []), ...(!hasTypes || sources.some((name) => /\.[cm]?jsx?$/.test(name) && !/config\.[cm]?js$|^\./.test(name)) ? ['JavaScript'] : [])],
    packageManager: manager,
    checks: checks(['test', ...(test ?? [undefined, undefined])], ['lint', ...(lint || [undefined, undefined] as const)], ['types', ...(types ?? [undefined, undefined])]),
  };
};

type Manager = 'npm' | 'pnpm' | 'yarn' | 'bun';

/** How each runs an installed tool without fetching one. */
const execute: Record<Manager, string> = { npm: 'npx --no-install', pnpm: 'pnpm exec', yarn: 'yarn run', bun: 'bunx --no-install' };

function packageManager(root: ProjectRoot, manifest: Manifest): Manager {
  const named = /^(npm|pnpm|yarn|bun)@/.exec(manifest.packageManager ?? '')?.[1];
  if (named === 'npm' || named === 'pnpm' || named === 'yarn' || named === 'bun') return named;
  if (root.first('pnpm-lock.yaml', 'pnpm-workspace.yaml')) return 'pnpm';
  if (root.first('yarn.lock')) return 'yarn';
  return root.first('bun.lock', 'bun.lockb') ? 'bun' : 'npm';
}

function testScript(manifest: Manifest, manager: Manager): [string, string] | undefined {
  const text = manifest.scripts['test'];
  if (text === undefined || text.trim() === '' || /no test specified/i.test(text)) return undefined;
  const source = 'package.json scripts.test';
  const run = manager === 'bun' ? 'bun run test' : `${manager} test`;
  // These watch for ever on a terminal, and end after one round where CI is set.
  if (/react-scripts test|vue-cli-service test|--watch(?!=false)/.test(text)) return manifest.scripts['test:ci'] === undefined ? [`CI=true ${run}`, source] : [`${manager} run test:ci`, 'package.json scripts.test:ci'];
  return [run, source];
}

async function nodeTest(root: ProjectRoot, manager: Manager): Promise<[string, string]> {
  return manager === 'bun' ? ['bun test', 'test files'] : [root.files.has('tsconfig.json') && (await hasTestFiles(root, /\.test\.[cm]?ts$/)) ? "node --test '**/*.test.ts'" : 'node --test', 'test files'];
}

async function hasTestFiles(root: ProjectRoot, pattern = /(?:[._-]test|\.spec)\.[cm]?[jt]sx?$|^test[-_.].*\.[cm]?js$|^test\.[cm]?js$/): Promise<boolean> {
  if ([...root.files].some((name) => pattern.test(name))) return true;
  for (const folder of ['test', 'tests', '__tests__', 'src', 'lib'].filter((name) => root.folders.has(name))) {
    const names = await root.names(folder);
    if (names.some((name) => pattern.test(name) || (folder === 'test' && /\.[cm]?js$/.test(name)))) return true;
  }
  return false;
}

function isWatching(script: string): boolean {
  return /--watch(?!=false)|(?:^|\s)-w(?:\s|$)|nodemon/.test(script);
}

function readManifest(text: string): Manifest {
  const manifest = asRecord(parse(text));
  const names = ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((key) => Object.keys(asRecord(manifest[key])));
  const scripts = Object.entries(asRecord(manifest['scripts'])).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return { scripts: Object.fromEntries(scripts), dependencies: new Set(names), packageManager: typeof manifest['packageManager'] === 'string' ? manifest['packageManager'] : undefined };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A broken package.json is the project's own trouble; its own tools say so best.
    return {};
  }
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}
