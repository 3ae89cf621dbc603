import type { ParseError } from 'jsonc-parser';
import { WorkspaceError } from '../port.ts';
import type { ProjectCheck, ProjectFacts } from '../port.ts';
import { dotnet, go, java, makefile, native, rust } from './compiled.ts';
import { openProjectRoot } from './ecosystem.ts';
import type { Ecosystem, ProjectView } from './ecosystem.ts';
import { javascript } from './javascript.ts';
import { python } from './python.ts';
import { elixir, php, ruby, swift } from './scripting.ts';

/** In the order in which their checks win where a project has several. */
const ecosystems: Ecosystem[] = [rust, go, javascript, python, java, dotnet, ruby, php, elixir, swift, native, makefile];

const names = ['test', 'lint', 'types'] as const;

/**
 * Says what a project is from its root: a list of names, a few manifests, never a walk. For each of test, lint and types
 * the first ecosystem that has a command wins; `checks` in `atelier.json` (comments allowed) overrides, `false` turns one
 * off. Error: `failed` for an `atelier.json` that cannot be read.
 */
export async function detectProject(view: ProjectView): Promise<ProjectFacts> {
  const root = await openProjectRoot(view);
  const found = (await Promise.all(ecosystems.map((detect) => detect(root)))).filter((facts) => facts !== undefined);
  const overrides = root.files.has('atelier.json') ? await readOverrides(await root.text('atelier.json')) : {};
  const detected = found.flatMap(({ checks }) => checks);
  const checks = names.map((name): ProjectCheck | undefined => {
    const own = overrides[name];
    if (own === undefined) return detected.find((check) => check.name === name);
    return own === false ? undefined : { name, command: own, source: 'atelier.json' };
  });
  return {
    languages: [...new Set(found.flatMap(({ languages }) => languages))],
    packageManager: found.find(({ packageManager }) => packageManager !== undefined)?.packageManager,
    checks: checks.filter((check) => check !== undefined),
  };
}

async function readOverrides(text: string): Promise<{ [name in ProjectCheck['name']]?: string | false }> {
  const { parse, printParseErrorCode } = await import('jsonc-parser');
  const errors: ParseError[] = [];
  const settings: unknown = parse(text, errors, { allowTrailingComma: true });
  const [first] = errors;
  if (first !== undefined) {
    const line = text.slice(0, first.offset).split('\n').length;
    throw new WorkspaceError('failed', `atelier.json is not valid JSON (line ${line}: ${printParseErrorCode(first.error)}). Correct it; comments and trailing commas are fine.`, { path: 'atelier.json' });
  }
  const checks = valueOf(settings, 'checks');
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = valueOf(checks, name);
      if (value === undefined) return [];
      if (value === false || (typeof value === 'string' && value.trim() !== '')) return [[name, value]];
      throw new WorkspaceError('failed', `"checks.${name}" in atelier.json must be a command in quotes, or false to turn the check off.`, { path: 'atelier.json' });
    }),
  );
}

function valueOf(value: unknown, key: string): unknown {
  // A Map, so that a key such as "constructor" is not found on the prototype.
  return typeof value === 'object' && value !== null ? new Map<string, unknown>(Object.entries(value)).get(key) : undefined;
}
