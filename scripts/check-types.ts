/** Type-checks every package against its own tsconfig, so that a pure package cannot see Node's types. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const projects = ['packages', 'apps', 'plugins']
  .filter((folder) => existsSync(join(root, folder)))
  .flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(folder, name, 'tsconfig.json')))
  .concat('tsconfig.json')
  .filter((path) => existsSync(join(root, path)));

function check(project: string): Promise<boolean> {
  return new Promise((resolve) => {
    const tsc = spawn(join(root, 'node_modules/.bin/tsc'), ['--pretty', '-p', project], { cwd: root, stdio: 'inherit' });
    tsc.on('exit', (code) => resolve(code === 0));
  });
}

const queue = [...projects];
const worker = async (): Promise<boolean> => {
  let green = true;
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) green = (await check(next)) && green;
  return green;
};
const results = await Promise.all([worker(), worker()]);
process.exitCode = results.every(Boolean) ? 0 : 1;
