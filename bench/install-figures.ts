import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Figure } from './figure.ts';

/** `npm ci` in a fresh clone, with npm's cache as it is. */
export async function installFigures(): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'atelier-bench-install-'));
  try {
    execFileSync('git', ['clone', '-q', join(import.meta.dirname, '..'), folder]);
    const startedAt = performance.now();
    execFileSync('npm', ['ci', '--loglevel=error'], { cwd: folder, stdio: 'ignore' });
    const seconds = (performance.now() - startedAt) / 1000;
    const megabytes = Number(execFileSync('du', ['-sm', 'node_modules'], { cwd: folder, encoding: 'utf8' }).split('\t')[0]);
    return [
      { name: 'install (`npm ci` of a fresh clone), warm cache', value: seconds, unit: 's', limit: 30 },
      { name: 'installed size, with the pinned Node', value: megabytes, unit: 'MB', limit: 450 },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
