import { chmod, mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';

/** Keys of providers, kept in a file that only its owner can read. Values go in and to the provider, nowhere else. */
export interface Credentials {
  /** All keys by provider, for `loadModels`. */
  all(): Readonly<Record<string, string>>;
  get(provider: string): string | undefined;
  /** Which providers have a key; never the keys. */
  names(): string[];
  set(provider: string, key: string): Promise<void>;
  /** False where there was none. */
  remove(provider: string): Promise<boolean>;
}

const CredentialsFile = z.record(z.string(), z.string());

/**
 * Opens the file at `path`; it is made by the first `set`, with mode 0600 in a folder with mode 0700. A file that others
 * can read is closed to them. Throws an Error with a sentence where the file is not what it should be.
 */
export async function openCredentials(path: string): Promise<Credentials> {
  let keys = await read(path);

  async function change(edit: (keys: Record<string, string>) => void): Promise<void> {
    const fresh = await read(path); // another process may have written meanwhile
    edit(fresh);
    await write(path, fresh);
    keys = fresh;
  }

  return {
    all: () => ({ ...keys }),
    get: (provider) => keys[provider],
    names: () => Object.keys(keys).sort(),
    async set(provider, key) {
      if (key.trim() === '') throw new Error(`The key for ${provider} is empty. Give the key that the provider shows, or remove it.`);
      await change((keys) => (keys[provider] = key.trim()));
    },
    async remove(provider) {
      const there = provider in keys;
      if (there) await change((keys) => delete keys[provider]);
      return there;
    },
  };
}

async function read(path: string): Promise<Record<string, string>> {
  let text: string;
  try {
    if (((await stat(path)).mode & 0o077) !== 0) await chmod(path, 0o600);
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return {};
    throw new Error(`The kept keys at ${path} cannot be read. Check who owns the file.`, { cause: error });
  }
  const parsed = CredentialsFile.safeParse(parseJson(text));
  // The cause is left out: it would repeat what stands in the file.
  if (!parsed.success) throw new Error(`The kept keys at ${path} are not readable as JSON. Remove the file and set the keys again.`);
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function write(path: string, keys: Record<string, string>): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const fresh = `${path}.${process.pid}.new`;
  const file = await open(fresh, 'w', 0o600);
  try {
    await file.chmod(0o600); // a left-over of another mode may have been there
    await file.writeFile(`${JSON.stringify(keys, null, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(fresh, path);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
