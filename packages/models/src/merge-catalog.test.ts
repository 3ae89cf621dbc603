import { execFile } from 'node:child_process';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { mergeCatalog, parseCatalog, writeCatalog } from './merge-catalog.ts';

const path = join(import.meta.dirname, 'catalog.json');
const text = await readFile(path, 'utf8');
const file = parseCatalog(text);

const model = { tool_call: true, reasoning: true, modalities: { input: ['text', 'image'], output: ['text'] }, limit: { context: 500_000, output: 64_000 }, cost: { input: 1, output: 8, cache_read: 0.1, cache_write: 1.25 } };
const source = {
  anthropic: { models: { 'claude-new': model, 'claude-new-20270101': model, 'claude-sonnet-4-5': { ...model, limit: { context: 200_000, output: 64_000 } } } },
  openai: { models: { 'gpt-image-9': { ...model, modalities: { input: ['text'], output: ['image'] } }, 'gpt-old': { ...model, status: 'deprecated' }, 'text-embedding-9': { ...model, tool_call: false } } },
  'some-gateway': { models: { 'claude-new': model } },
};

test('the shipped file is written as it is', () => {
  expect(writeCatalog(file)).toBe(text);
});

test('new models come in, known ones are corrected, others stay', () => {
  const { file: fresh, added, changed } = mergeCatalog(file, source, { updated: '2027-01-01', from: 'a fixture' });
  expect(added).toEqual(['anthropic/claude-new']);
  expect(changed).toEqual(['anthropic/claude-sonnet-4-5']);
  expect(fresh.models['anthropic']?.['claude-new']).toEqual({ window: 500_000, output: 64_000, price: { input: 1, cachedInput: 0.1, cacheWrite: 1.25, output: 8 }, abilities: ['tools', 'images', 'reasoning'] });
  expect(fresh.models['openai']).toEqual(file.models['openai']);
  expect(fresh).toMatchObject({ updated: '2027-01-01', defaults: file.defaults, fim: file.fim });
});

test('the script refreshes a file from a local source', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'catalog-'));
  const [from, to] = [join(folder, 'api.json'), join(folder, 'catalog.json')];
  await writeFile(from, JSON.stringify(source));
  await writeFile(to, text);
  const script = join(import.meta.dirname, '../../../scripts/refresh-catalog.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [script, from, '--catalog', to]);
  expect(stdout).toContain('1 model added');
  expect(parseCatalog(await readFile(to, 'utf8')).models['anthropic']).toHaveProperty('claude-new');
});
