import { nearWord } from '../near-word.ts';
import type { Surroundings } from '../surroundings.ts';
import { askHidden } from '../terminal/ask-hidden.ts';
import { UsageError } from '../usage-error.ts';
import { readAll } from './run.ts';

/** `atelier config list`. */
export async function listConfig(surroundings: Surroundings, options: { json?: boolean }): Promise<void> {
  const editor = await openEditor(surroundings);
  const { listConfigSources } = await import('@atelier/server');
  const values = await listConfigSources({ editor, home: surroundings.home, root: surroundings.cwd, environment: surroundings.environment });
  const { stdout, style } = surroundings;
  if (options.json === true) stdout.write(`${JSON.stringify({ values, path: editor.path }, null, 2)}\n`);
  else if (values.length === 0) stdout.write(`Nothing is set; every value is the default. ${style.dim(`(${editor.path})`)}\n`);
  else stdout.write(`${values.map(({ key, value, from }) => `${style.bold(key)} = ${show(value)}  ${style.dim(`(${from})`)}`).join('\n')}\n`);
}

/** `atelier config get`. Ends with 1 when the key is known and not set. */
export async function getConfig(surroundings: Surroundings, key: string, options: { json?: boolean }): Promise<void> {
  const editor = await openEditor(surroundings);
  await requireKey(editor, key);
  const value = await editor.get(key);
  if (options.json === true) surroundings.stdout.write(`${JSON.stringify({ key, value: value ?? null })}\n`);
  else if (value !== undefined) surroundings.stdout.write(`${show(value)}\n`);
  else surroundings.stderr.write(`${key} is not set. To set it: atelier config set ${key} <value>\n`);
  if (value === undefined) surroundings.exitCode = 1;
}

/** `atelier config set`. A secret is better not given as an argument: it would stand in the shell's history. */
export async function setConfig(surroundings: Surroundings, key: string, given: string | undefined): Promise<void> {
  const editor = await openEditor(surroundings);
  await requireKey(editor, key);
  const secret = editor.isSecret(key);
  const value = given ?? (surroundings.stdin.isTTY ? (secret ? await askHidden(surroundings.stdin, surroundings.stdout, `${key}: `) : undefined) : (await readAll(surroundings.stdin)).trim());
  if (value === undefined || value === '') throw new UsageError(`no value was given for ${key}`, 'atelier config set <key> <value>');
  try {
    await editor.set(key, value);
  } catch (error) {
    // The file is as it was: a value that does not fit was the caller's mistake, a damaged file was not.
    if (error instanceof Error && error.name === 'ConfigError' && error.message.includes('does not fit')) throw new UsageError(error.message, 'atelier config set <key> <value>');
    throw error;
  }
  const scope = surroundings.style.dim(secret ? '(kept for you alone; it is not shown again)' : `(${editor.path})`);
  surroundings.stdout.write(`${key} = ${secret ? '••••' : show(await editor.get(key))} ${scope}\n`);
}

/** `atelier config unset`. */
export async function unsetConfig(surroundings: Surroundings, key: string): Promise<void> {
  const editor = await openEditor(surroundings);
  await requireKey(editor, key);
  surroundings.stdout.write(await editor.unset(key) ? `${key} is back at its default.\n` : `${key} was not set.\n`);
}

/** `atelier config path`. */
export async function showConfigPath(surroundings: Surroundings, options: { json?: boolean }): Promise<void> {
  const { path } = await openEditor(surroundings);
  surroundings.stdout.write(options.json === true ? `${JSON.stringify({ path })}\n` : `${path}\n`);
}

async function openEditor(surroundings: Surroundings) {
  return (await import('@atelier/server')).openConfigEditor(surroundings.home);
}

/** Refuses a key that does not exist, and names the one that was likely meant. */
async function requireKey(editor: { knows(key: string): boolean }, key: string): Promise<void> {
  if (editor.knows(key)) return;
  const { configKeys } = await import('@atelier/server');
  const parts = key.split('.');
  // A name of one's own stays as it was written, so that only the known words are compared.
  const near = nearWord(key, configKeys().map((known) => known.split('.').map((name, index) => (name === '<name>' ? parts[index] ?? name : name)).join('.')));
  throw new UsageError(`there is no configuration key “${key}”.${near === undefined ? ' `docs/reference/configuration.md` lists them all.' : ` Did you mean ${near}?`}`, 'atelier config get|set|unset <key> …');
}

function show(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
