import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openCredentials } from '@atelier/models';
import type { Credentials } from '@atelier/models';
import { Config } from './config-schema.ts';
import { ConfigError, configPath, readConfig } from './read-config.ts';

/** What a person sees and changes by `atelier config`. Keys of providers are kept apart and never given back. */
export interface ConfigEditor {
  /** Where the configuration is kept. */
  readonly path: string;
  /** Whether there is such a key, or such an object of keys. */
  knows(key: string): boolean;
  /** Every value that is set, by its dotted key, without defaults. A kept key of a provider shows as dots and is marked `kept`. */
  list(): Promise<{ key: string; value: unknown; kept?: true }[]>;
  /** The value of a key, or the object below it; undefined when it is not set. Throws `ConfigError` for an unknown key. */
  get(key: string): Promise<unknown>;
  /** Sets a value from its text: JSON where that fits the key, else the text itself. Throws `ConfigError`; nothing is written then. */
  set(key: string, text: string): Promise<void>;
  /** False where it was not set. */
  unset(key: string): Promise<boolean>;
  /** Whether a key holds a secret, which must not stand in a shell's history. */
  isSecret(key: string): boolean;
}

const hidden = '••••';

export function openConfigEditor(home: string): ConfigEditor {
  const path = configPath(home);
  const credentials = (): Promise<Credentials> => openCredentials(join(home, 'credentials.json'));

  return {
    path,
    knows: (key) => findKey(key) !== undefined,
    isSecret: (key) => secretProvider(key) !== undefined,
    async list() {
      await readConfig(home); // refuses what does not fit; what stands in the file itself is listed, not the defaults beside it
      const { parse } = await import('jsonc-parser');
      const kept = (await credentials()).names().map((provider) => ({ key: `providers.${provider}.apiKey`, value: hidden, kept: true as const }));
      return [...kept, ...flattenConfig(parse(await readText(path), [], { allowTrailingComma: true }))].filter((entry, index, all) => all.findIndex(({ key }) => key === entry.key) === index).toSorted((left, right) => (left.key < right.key ? -1 : 1));
    },
    async get(key) {
      const provider = secretProvider(key);
      if (provider !== undefined && (await credentials()).get(provider) !== undefined) return hidden;
      const steps = requireKey(key);
      const value = steps.reduce<unknown>((inner, step) => (isRecord(inner) ? inner[step] : undefined), await readConfig(home));
      return maskSecrets(value, steps);
    },
    async set(key, text) {
      const provider = secretProvider(key);
      if (provider !== undefined && !/^\$[A-Za-z_]\w*$/.test(text.trim())) return (await credentials()).set(provider, text);
      const steps = requireKey(key);
      await readConfig(home); // a file that is wrong already is told of before it is changed
      const { applyEdits, modify, parse } = await import('jsonc-parser');
      const before = await readText(path);
      const attempts = candidates(text).map((value) => ({ after: applyEdits(before, modify(before, steps, value, { formattingOptions: { insertSpaces: true, tabSize: 2 } })), value }));
      let complaint = '';
      for (const { after } of attempts) {
        const checked = Config.safeParse(parse(after, [], { allowTrailingComma: true }));
        if (checked.success) return writeText(home, path, after);
        // The first reading is the one that was meant: that 9 is too large says more than that "9" is no number.
        complaint ||= checked.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
      }
      throw new ConfigError(`“${text}” does not fit ${key} (${complaint}). Nothing was changed.`);
    },
    async unset(key) {
      const provider = secretProvider(key);
      const removed = provider !== undefined && await (await credentials()).remove(provider);
      const steps = requireKey(key);
      const value = steps.reduce<unknown>((inner, step) => (isRecord(inner) ? inner[step] : undefined), await readConfig(home));
      if (value === undefined) return removed;
      const { applyEdits, modify } = await import('jsonc-parser');
      const before = await readText(path);
      await writeText(home, path, applyEdits(before, modify(before, steps, undefined, { formattingOptions: { insertSpaces: true, tabSize: 2 } })));
      return true;
    },
  };
}

/** Every key of the configuration, with `<name>` for a part of one's own choice: what a mistyped one is compared with. */
export function configKeys(): string[] {
  const keys: string[] = [];
  const visit = (schema: Schema, path: string): void => {
    const inner = schema.anyOf?.find((option) => option.properties !== undefined) ?? schema;
    if (inner.properties !== undefined) for (const [name, property] of Object.entries(inner.properties)) visit(property, path === '' ? name : `${path}.${name}`);
    else if (typeof inner.additionalProperties === 'object' && inner.additionalProperties.type === 'object') visit(inner.additionalProperties, `${path}.<name>`);
    else keys.push(typeof inner.additionalProperties === 'object' ? `${path}.<name>` : path);
  };
  visit(Config.toJSONSchema({ io: 'input' }) as Schema, ''); // zod writes JSON Schema; only these parts are read
  return keys;
}

interface Schema {
  type?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  anyOf?: Schema[];
}

/** The steps of a dotted key. Names of one's own may hold dots: a key is matched from both ends. */
function requireKey(key: string): string[] {
  const steps = findKey(key);
  if (steps === undefined) throw new ConfigError(`There is no configuration key “${key}”.`);
  return steps;
}

function findKey(key: string): string[] | undefined {
  const parts = key.split('.');
  for (const known of configKeys()) {
    const steps = matchKey(known.split('.'), parts);
    if (steps !== undefined) return steps;
  }
  return undefined;
}

/** A key may also name an object above a known key. */
function matchKey(known: readonly string[], parts: readonly string[]): string[] | undefined {
  if (parts.length === 0) return [];
  const [first, ...rest] = known;
  if (first === undefined) return undefined;
  if (first !== '<name>') {
    const steps = parts[0] === first ? matchKey(rest, parts.slice(1)) : undefined;
    return steps === undefined ? undefined : [first, ...steps];
  }
  // The shortest name after which the rest fits; an empty rest would swallow a mistyped field, so it comes last.
  for (let length = 1; length <= parts.length; length += 1) {
    if (length === parts.length && rest.length > 0 && parts.length > 1) return undefined;
    const steps = matchKey(rest, parts.slice(length));
    if (steps !== undefined) return [parts.slice(0, length).join('.'), ...steps];
  }
  return undefined;
}

function secretProvider(key: string): string | undefined {
  return /^providers\.(.+)\.apiKey$/.exec(key)?.[1];
}

/** JSON first (numbers, true, lists), then the text as it is. */
function candidates(text: string): unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' ? [value] : [value, text];
  } catch {
    return [text]; // not JSON, so it is the text that is meant
  }
}

/** The values of an object by their dotted keys, secrets as dots. */
export function flattenConfig(value: unknown, path: readonly string[] = []): { key: string; value: unknown }[] {
  if (!isRecord(value)) return value === undefined ? [] : [{ key: path.join('.'), value: maskSecrets(value, path) }];
  return Object.entries(value).flatMap(([name, inner]) => flattenConfig(inner, [...path, name]));
}

/** Keys and headers that stand in the file are not shown; a reference to an environment variable is. */
function maskSecrets(value: unknown, path: readonly string[]): unknown {
  if (isRecord(value)) return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, maskSecrets(inner, [...path, name])]));
  const isSecret = path[0] === 'providers' && (path.at(-1) === 'apiKey' || path.at(-2) === 'headers');
  return isSecret && typeof value === 'string' && !value.startsWith('$') ? hidden : value;
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '{}\n';
    throw error;
  }
}

async function writeText(home: string, path: string, text: string): Promise<void> {
  await mkdir(home, { recursive: true, mode: 0o700 });
  const fresh = `${path}.${process.pid}.new`;
  await writeFile(fresh, text.endsWith('\n') ? text : `${text}\n`, { mode: 0o600 });
  await chmod(fresh, 0o600);
  await rename(fresh, path);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
