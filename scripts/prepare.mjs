// Runs at the end of `npm ci`, so that `node_modules/.bin/atelier` starts at full speed the first time.
// Where it cannot run (scripts are off, production install) the launcher bundles on first use instead.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { markInstalled } from './install-stamp.mjs';

const root = join(import.meta.dirname, '..');
const node = join(root, 'node_modules/.bin/node');
if (existsSync(join(root, 'node_modules/esbuild')) && existsSync(join(root, 'scripts/bundle.ts'))) {
  spawnSync(existsSync(node) ? node : process.execPath, [join(root, 'scripts/bundle.ts')], { cwd: root, stdio: 'inherit' });
}
if (existsSync(join(root, 'node_modules'))) markInstalled(root); // so that `npm start` does not install again
