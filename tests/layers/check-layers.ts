import { posix } from 'node:path';
import { lineAt, maskSource, readImports } from './read-imports.ts';
import type { Import } from './read-imports.ts';
import { MAX_LINES, longFiles, rooms } from './table.ts';

/** A source file: its path from the project's root, with `/`, and its text. */
export interface Source {
  path: string;
  text: string;
}

/** The parts of a package.json that the rules look at. `folder` is `packages/x`, `apps/x`, or `` for the root. */
export interface Manifest {
  folder: string;
  name: string;
  dependencies: string[];
}

/** A rule that does not hold; `message` says where, which rule, and what to do. */
export interface Violation {
  rule: string;
  path: string;
  line: number;
  message: string;
}

/** Checks every rule of the house over the given files. Pure: reads nothing from disk. */
export function checkLayers(sources: Source[], manifests: Manifest[]): Violation[] {
  const read = sources.map((source) => ({ ...source, imports: readImports(source.text), manifest: ownerOf(source.path, manifests) }));
  const tests = findTestFiles(read);
  const files = read.map((file) => ({ ...file, test: tests.has(file.path) }));
  return [
    ...files.flatMap(checkImports(manifests)),
    ...checkDeclared(files, manifests),
    ...findCycles(files),
    ...files.flatMap(checkLength),
    ...files.flatMap(checkMocks),
  ];
}

/** One line for people: `path:line rule: message`. */
export function describeViolation({ path, line, rule, message }: Violation): string {
  return `${path}:${line} [${rule}] ${message}`;
}

type ReadFile = Source & { imports: Import[]; manifest: Manifest };
type File = ReadFile & { test: boolean };

function ownerOf(path: string, manifests: Manifest[]): Manifest {
  const owners = manifests.filter(({ folder }) => folder === '' || path.startsWith(`${folder}/`));
  return owners.toSorted((left, right) => right.folder.length - left.folder.length)[0] ?? { folder: '', name: '', dependencies: [] };
}

/** Tests, `testing.ts`, everything outside the packages, and what only such files import (contract suites, for example). */
function findTestFiles(files: ReadFile[]): Set<string> {
  const importers = new Map<string, string[]>();
  for (const file of files) {
    for (const { specifier } of file.imports.filter((found) => found.specifier.startsWith('.'))) {
      const target = resolve(file.path, specifier);
      importers.set(target, [...importers.get(target) ?? [], file.path]);
    }
  }
  const isTest = (path: string): boolean => /\.test\.tsx?$|\/testing\.ts$|^(?:tests|bench|scripts)\//.test(path);
  // Whatever somebody imports may be for tests, until the product turns out to import it.
  const tests = new Set(files.map(({ path }) => path).filter((path) => isTest(path) || importers.has(path)));
  for (let before = -1; before !== tests.size;) {
    before = tests.size;
    for (const path of tests) if (!isTest(path) && importers.get(path)?.every((importer) => tests.has(importer)) !== true) tests.delete(path);
  }
  return tests;
}

function checkImports(manifests: Manifest[]) {
  return (file: File): Violation[] => file.imports.flatMap((found) => {
    const violation = (rule: string, message: string): Violation => ({ rule, path: file.path, line: found.line, message });
    const { specifier } = found;
    const name = file.manifest.name.replace('@atelier/', '');
    const room = file.manifest.folder === '' ? undefined : rooms[name];
    if (file.manifest.folder !== '' && room === undefined) return [violation('table', `the package ${name} is not in tests/layers/table.ts: add it there and to ARCHITECTURE.md`)];
    if (specifier.startsWith('.')) return checkRelative(file, specifier, violation);
    if (specifier.startsWith('node:')) {
      return room?.pure === true && !file.test ? [violation('pure', `${name} runs in a browser too and may not import ${specifier}: take what it gives as an argument`)] : [];
    }
    const [external, ...deep] = splitSpecifier(specifier);
    if (!external.startsWith('@atelier/')) {
      const allowed = room?.external;
      return allowed !== undefined && !allowed.includes(external) && !file.test
        ? [violation('external', `${name} may import only ${allowed.join(', ')}, not ${external}: move the code to a package that may`)] : [];
    }
    const target = external.replace('@atelier/', '');
    if (!manifests.some((manifest) => manifest.name === external)) return [violation('table', `there is no package ${external}`)];
    const path = deep.join('/');
    if (path !== '' && path !== 'testing') return [violation('deep-import', `${specifier} reaches into ${external}: import from ${external} and export there what is missing`)];
    if (path === 'testing' && !file.test) return [violation('testing', `${specifier} is for tests only: move what is needed into ${external}`)];
    return room === undefined || target === name ? [] : checkRoom(name, target, found, file.test, violation);
  });
}

function checkRoom(name: string, target: string, found: Import, test: boolean, violation: (rule: string, message: string) => Violation): Violation[] {
  const room = rooms[name];
  if (room === undefined || room.ours.includes(target) || (test && room.tests?.includes(target) === true)) return [];
  if (room.types?.includes(target) === true) {
    return found.kind === 'type' ? [] : [violation('layers', `${name} may take only types from ${target}: write \`import type\``)];
  }
  if (room.lazily?.includes(target) === true) {
    return found.kind === 'static' ? [violation('layers', `${name} may load ${target} only when it is used: write \`await import('@atelier/${target}')\``)] : [];
  }
  const may = [...room.ours, ...room.types ?? [], ...room.lazily ?? []].join(', ') || 'no package of ours';
  return [violation('layers', `${name} may not import ${target} (it may: ${may}): pass it in as a function, or move the code`)];
}

function checkRelative(file: File, specifier: string, violation: (rule: string, message: string) => Violation): Violation[] {
  const target = resolve(file.path, specifier);
  const inside = file.manifest.folder === '' ? !/^(?:packages|apps|plugins)\//.test(target) : target.startsWith(`${file.manifest.folder}/`);
  return inside ? [] : [violation('deep-import', `${specifier} leaves ${file.manifest.folder || 'the root folders'}: import the package by its name`)];
}

function splitSpecifier(specifier: string): [string, ...string[]] {
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? [parts.slice(0, 2).join('/'), ...parts.slice(2)] : [parts[0] ?? '', ...parts.slice(1)];
}

function resolve(from: string, specifier: string): string {
  return posix.normalize(posix.join(posix.dirname(from), specifier));
}

/** Each import of a package is declared where it is used, and each declaration is used. Tests may use the root's devDependencies. */
function checkDeclared(files: File[], manifests: Manifest[]): Violation[] {
  const root = manifests.find(({ folder }) => folder === '');
  return manifests.flatMap((manifest) => {
    const used = new Set<string>();
    const own = files.filter((file) => file.manifest === manifest);
    const undeclared = own.flatMap((file) => file.imports.flatMap(({ specifier, line }) => {
      const [name] = splitSpecifier(specifier);
      if (specifier.startsWith('.') || specifier.startsWith('node:') || name === manifest.name) return [];
      used.add(name);
      const declared = manifest.dependencies.includes(name) || (file.test && (name.startsWith('@atelier/') || root?.dependencies.includes(name) === true));
      return declared ? [] : [{ rule: 'declared', path: file.path, line, message: `${name} is not in ${posix.join(manifest.folder, 'package.json')}: declare it there, or do not import it` }];
    }));
    const unused = manifest.folder === '' || own.length === 0 ? [] : manifest.dependencies.filter((name) => !used.has(name));
    return [...undeclared, ...unused.map((name) => ({ rule: 'declared', path: `${manifest.folder}/package.json`, line: 1, message: `${name} is declared and never imported: remove it` }))];
  });
}

/** Cycles over relative imports, those of types included; each is reported once, at its alphabetically first file. */
function findCycles(files: File[]): Violation[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const done = new Set<string>();
  const violations: Violation[] = [];
  const visit = (path: string, trail: string[]): void => {
    const start = trail.indexOf(path);
    if (start !== -1) {
      const cycle = trail.slice(start);
      const first = cycle.toSorted()[0] ?? path;
      const turned = [...cycle.slice(cycle.indexOf(first)), ...cycle.slice(0, cycle.indexOf(first))];
      violations.push({ rule: 'cycle', path: first, line: 1, message: `imports itself through ${[...turned.slice(1), first].join(' -> ')}: move what both need into a third file` });
      return;
    }
    if (done.has(path)) return;
    const imports = byPath.get(path)?.imports ?? [];
    for (const { specifier, kind } of imports) {
      const target = resolve(path, specifier);
      if (specifier.startsWith('.') && kind !== 'dynamic' && byPath.has(target)) visit(target, [...trail, path]);
    }
    done.add(path);
  };
  for (const { path } of files) visit(path, []);
  return [...new Map(violations.map((violation) => [violation.message, violation])).values()];
}

function checkLength({ path, text }: File): Violation[] {
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  if (lines <= MAX_LINES || longFiles[path] !== undefined) return [];
  return [{ rule: 'length', path, line: MAX_LINES, message: `has ${lines} lines, more than ${MAX_LINES}: split it by concept, or give the reason in longFiles of tests/layers/table.ts` }];
}

function checkMocks({ path, text }: File): Violation[] {
  return [...maskSource(text).matchAll(/\b(?:(?:vi|vitest|jest)\s*\.\s*(?:mock|doMock|unstable_mockModule)|mock\s*\.\s*module)\s*\(/g)]
    .map((match) => ({ rule: 'mocks', path, line: lineAt(text, match.index), message: 'replaces a module: use the real part, or pass it in as an argument' }));
}
