/**
 * Refreshes the model catalog from a public source in the form of models.dev's `api.json`:
 *
 *   node scripts/refresh-catalog.ts [URL or file] [--catalog path]
 *
 * Without a source it asks https://models.dev/api.json. What changed is printed; look at the difference before
 * committing it.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { mergeCatalog, parseCatalog, parsePublicModels, writeCatalog } from '@atelier/models';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { catalog: { type: 'string' } } });
const source = positionals[0] ?? 'https://models.dev/api.json';
const path = values.catalog ?? join(import.meta.dirname, '../packages/models/src/catalog.json');

const file = parseCatalog(await readFile(path, 'utf8'));
const found = parsePublicModels(await readSource());
const from = /^https?:/.test(source) ? source : 'a local copy of models.dev api.json';
const { file: fresh, added, changed } = mergeCatalog(file, found, { updated: new Date().toISOString().slice(0, 10), from });
await writeFile(path, writeCatalog(fresh));
console.log(`${count(added.length)} added, ${count(changed.length)} changed.`);
for (const id of added) console.log(`+ ${id}`);
for (const id of changed) console.log(`~ ${id}`);

async function readSource(): Promise<string> {
  if (!/^https?:/.test(source)) return readFile(source, 'utf8');
  const response = await fetch(source);
  if (!response.ok) throw new Error(`${source} answered ${response.status}. Give the URL or a file of another copy.`);
  return response.text();
}

function count(number: number): string {
  return `${number} ${number === 1 ? 'model' : 'models'}`;
}
