import { chmod, mkdtemp, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openCredentials } from './credentials.ts';

async function place(): Promise<string> {
  return join(await mkdtemp(join(tmpdir(), 'credentials-')), 'home', 'credentials.json');
}

test('keys are kept in a file that only its owner can read', async () => {
  const path = await place();
  const credentials = await openCredentials(path);
  await credentials.set('openai', ' key-1 ');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect((await stat(join(path, '..'))).mode & 0o777).toBe(0o700);
  const again = await openCredentials(path);
  expect(again.get('openai')).toBe('key-1');
  expect(again.names()).toEqual(['openai']);
  expect(await again.remove('openai')).toBe(true);
  expect(await again.remove('openai')).toBe(false);
  expect(await readFile(path, 'utf8')).toBe('{}\n');
});

test('a file that others could read is closed to them', async () => {
  const path = await place();
  await (await openCredentials(path)).set('openai', 'key-1');
  await chmod(path, 0o644);
  await openCredentials(path);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('two processes that keep keys lose none', async () => {
  const path = await place();
  const [one, two] = [await openCredentials(path), await openCredentials(path)];
  await one.set('openai', 'key-1');
  await two.set('anthropic', 'key-2');
  expect((await openCredentials(path)).names()).toEqual(['anthropic', 'openai']);
});

test('a broken file is named, and what stands in it is not repeated', async () => {
  const path = await place();
  await (await openCredentials(path)).set('openai', 'key-1');
  await writeFile(path, '{"openai": "sk-very-secret');
  const error: unknown = await openCredentials(path).catch((error: unknown) => error);
  expect(String(error)).toContain('Remove the file and set the keys again');
  expect(JSON.stringify([String(error), (error as Error).cause])).not.toContain('sk-very-secret');
});
