/** `npm run docs`: writes `docs/reference/` from the schemas and the command line's own program. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderReference } from './reference/render-reference.ts';

const folder = join(import.meta.dirname, '../docs/reference');
mkdirSync(folder, { recursive: true });
for (const [name, text] of Object.entries(renderReference())) {
  writeFileSync(join(folder, name), text);
  console.log(`docs/reference/${name}`);
}
