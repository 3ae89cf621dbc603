import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of this installation, where `demo/` and `package.json` lie: from the sources as from the bundle. */
export function findRoot(from: string = import.meta.dirname): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'apps/cli/bin/atelier'))) return folder;
    if (folder === dirname(folder)) throw new Error(`Atelier's own folder was not found above ${from}. Install it again with \`npm ci\`.`);
  }
}
