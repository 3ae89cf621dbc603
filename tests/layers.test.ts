import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkLayers, describeViolation } from './layers/check-layers.ts';
import type { Manifest, Source } from './layers/check-layers.ts';
import { readImports } from './layers/read-imports.ts';
import { longFiles, rooms } from './layers/table.ts';

const root = join(import.meta.dirname, '..');

describe('the house', () => {
  const manifests = readManifests();
  const sources = ['packages', 'apps', 'plugins', 'scripts', 'tests', 'bench'].flatMap(readSources);

  it('holds the rules of ARCHITECTURE.md', () => {
    expect(checkLayers(sources, manifests).map(describeViolation)).toEqual([]);
  });

  it('has a row in the table for every package, and no row without one', () => {
    const packages = manifests.filter(({ folder }) => folder !== '').map(({ name }) => name.replace('@atelier/', ''));
    expect(Object.keys(rooms).toSorted()).toEqual(packages.toSorted());
  });

  it('allows length only to files that exist', () => {
    expect(Object.keys(longFiles).filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
});

describe('checkLayers', () => {
  const manifests: Manifest[] = [
    { folder: '', name: 'atelier', dependencies: ['vitest'] },
    ...['thread', 'workspace', 'plugin', 'server', 'policy'].map((name) => ({ folder: `packages/${name}`, name: `@atelier/${name}`, dependencies: [] as string[] })),
    { folder: 'apps/cli', name: '@atelier/cli', dependencies: [] },
  ];
  const declaring = (folder: string, ...dependencies: string[]): Manifest[] => manifests.map((manifest) => (manifest.folder === folder ? { ...manifest, dependencies } : manifest));
  const check = (files: Record<string, string>, given = manifests): string[] =>
    checkLayers(Object.entries(files).map(([path, text]): Source => ({ path, text })), given).map(({ rule, path, line }) => `${rule} ${path}:${line}`);

  it('refuses an import against the table and names file and line', () => {
    const given = declaring('packages/thread', '@atelier/server');
    expect(check({ 'packages/thread/src/a.ts': "\nimport { open } from '@atelier/server';\n" }, given)).toEqual(['layers packages/thread/src/a.ts:2']);
    const [violation] = checkLayers([{ path: 'packages/thread/src/a.ts', text: "import { open } from '@atelier/server';" }], given);
    expect(violation && describeViolation(violation)).toContain('packages/thread/src/a.ts:1 [layers] thread may not import server');
  });

  it('lets only types through where the table says so', () => {
    const given = declaring('packages/plugin', '@atelier/workspace');
    expect(check({ 'packages/plugin/src/a.ts': "import type { Workspace } from '@atelier/workspace';" }, given)).toEqual([]);
    expect(check({ 'packages/plugin/src/a.ts': "import { open } from '@atelier/workspace';" }, given)).toEqual(['layers packages/plugin/src/a.ts:1']);
  });

  it('lets the command line load the server only by import()', () => {
    const given = declaring('apps/cli', '@atelier/server');
    expect(check({ 'apps/cli/src/a.ts': "const server = await import('@atelier/server');" }, given)).toEqual([]);
    expect(check({ 'apps/cli/src/a.ts': "import { open } from '@atelier/server';" }, given)).toEqual(['layers apps/cli/src/a.ts:1']);
  });

  it('finds what is imported and not declared, and what is declared and not imported', () => {
    expect(check({ 'packages/workspace/src/a.ts': "import ignore from 'ignore/sub';" })).toEqual(['declared packages/workspace/src/a.ts:1']);
    expect(check({ 'packages/workspace/src/a.ts': 'export {};' }, declaring('packages/workspace', 'ignore'))).toEqual(['declared packages/workspace/package.json:1']);
    expect(check({ 'packages/workspace/src/a.ts': "import type { X } from 'ignore';" }, declaring('packages/workspace', 'ignore'))).toEqual([]);
  });

  it('refuses deep imports by name and by path', () => {
    const given = declaring('packages/server', '@atelier/workspace');
    expect(check({ 'packages/server/src/a.ts': "import '@atelier/workspace/src/port.ts';" }, given)).toEqual(['deep-import packages/server/src/a.ts:1']);
    expect(check({ 'packages/server/src/a.ts': "import { x } from '../../workspace/src/port.ts';" })).toEqual(['deep-import packages/server/src/a.ts:1']);
    expect(check({ 'tests/e2e/a.test.ts': "import { x } from '../../packages/workspace/src/port.ts';" })).toEqual(['deep-import tests/e2e/a.test.ts:1']);
  });

  it('keeps testing entries out of the product', () => {
    const given = declaring('packages/server', '@atelier/workspace');
    expect(check({ 'packages/server/src/a.ts': "import { x } from '@atelier/workspace/testing';" }, given)).toEqual(['testing packages/server/src/a.ts:1']);
    expect(check({ 'packages/server/src/a.test.ts': "import { x } from '@atelier/workspace/testing';" }, given)).toEqual([]);
  });

  it('counts what only tests import as a test', () => {
    const suite = { 'packages/server/src/suite.ts': "import { it } from 'vitest';", 'packages/server/src/a.test.ts': "import { suite } from './suite.ts';" };
    expect(check(suite)).toEqual([]);
    expect(check({ ...suite, 'packages/server/src/index.ts': "export { suite } from './suite.ts';" })).toEqual(['declared packages/server/src/suite.ts:1']);
  });

  it('keeps Node out of pure packages, but not out of their tests', () => {
    expect(check({ 'packages/policy/src/a.ts': "import { join } from 'node:path';" })).toEqual(['pure packages/policy/src/a.ts:1']);
    expect(check({ 'packages/policy/src/a.test.ts': "import { join } from 'node:path';\nimport { it } from 'vitest';" })).toEqual([]);
  });

  it('finds a cycle once, through types too, and not through import()', () => {
    const files = (back: string): Record<string, string> => ({
      'packages/workspace/src/a.ts': "import { b } from './b.ts';", 'packages/workspace/src/b.ts': "export * from './c.ts';", 'packages/workspace/src/c.ts': back,
    });
    expect(check(files("import type { A } from './a.ts';"))).toEqual(['cycle packages/workspace/src/a.ts:1']);
    expect(check(files("const a = await import('./a.ts');"))).toEqual([]);
  });

  it('refuses long files and module mocks', () => {
    expect(check({ 'packages/workspace/src/a.ts': 'x;\n'.repeat(400) })).toEqual([]);
    expect(check({ 'packages/workspace/src/a.ts': 'x;\n'.repeat(401) })).toEqual(['length packages/workspace/src/a.ts:400']);
    expect(check({ 'packages/workspace/src/a.test.ts': "import { vi } from 'vitest';\nvi.mock('node:fs');" })).toEqual(['mocks packages/workspace/src/a.test.ts:2']);
  });

  it('asks for a row in the table when a package is new', () => {
    expect(check({ 'packages/new/src/a.ts': "import './b.ts';" }, [...manifests, { folder: 'packages/new', name: '@atelier/new', dependencies: [] }])).toEqual(['table packages/new/src/a.ts:1']);
  });
});

describe('readImports', () => {
  const read = (source: string): string[] => readImports(source).map(({ specifier, line, kind }) => `${line} ${kind} ${specifier}`);

  it('reads every form of import', () => {
    expect(read("import a from 'a';\nimport {\n  b,\n  type C,\n} from 'b';\nimport * as d from \"d\";\nimport 'e';\nexport { f } from 'f';\nexport * from 'g';\nconst h = import('h');"))
      .toEqual(['1 static a', '2 static b', '6 static d', '7 static e', '8 static f', '9 static g', '10 dynamic h']);
  });

  it('tells imports of types from others', () => {
    expect(read("import type { A } from 'a';\nimport { type B, type C } from 'b';\nexport type { D } from 'd';\nimport type, { e } from 'e';")).toEqual(['1 type a', '2 type b', '3 type d', '4 static e']);
  });

  it('is not fooled by comments, texts, templates and regular expressions', () => {
    const source = [
      "// import a from 'a';", "/* import b from 'b';", "import c from 'c'; */", "const d = \"import('d')\";", "const e = `\nimport e from 'e';\n${`import('f')`}`;",
      "const g = /['\"`]/.test(x) && 4 / 2;", "import h from 'h';",
    ].join('\n');
    expect(read(source)).toEqual(['9 static h']);
  });
});

function readManifests(): Manifest[] {
  const folders = ['packages', 'apps', 'plugins'].filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`))
    .filter((folder) => existsSync(join(root, folder, 'package.json')));
  return ['', ...folders].map((folder) => {
    const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as { name: string; dependencies?: object; devDependencies?: object };
    return { folder, name: manifest.name, dependencies: Object.keys({ ...manifest.dependencies, ...(folder === '' ? manifest.devDependencies : {}) }) };
  });
}

function readSources(folder: string): Source[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return ['node_modules', 'fixtures', 'dist'].includes(entry.name) ? [] : readSources(path);
    return /\.(?:tsx?|mjs|js|css)$/.test(entry.name) ? [{ path, text: readFileSync(join(root, path), 'utf8') }] : [];
  });
}
