/** What starts first: answers `--version` without loading anything, and loads everything else from a compile cache. */
import { mkdirSync, readFileSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { findHome } from './find-home.ts';
import { findRoot } from './find-root.ts';

/** Set by the bundle. */
declare const ATELIER_VERSION: string | undefined;

const root = findRoot();
const version = typeof ATELIER_VERSION === 'string' ? ATELIER_VERSION
  : (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version; // our own manifest

if (process.argv.length === 3 && (process.argv[2] === '--version' || process.argv[2] === '-V')) {
  process.stdout.write(`${version}\n`);
} else if (isNoDisk(findHome(process.env))) {
  // Node's own making of folders never ends there.
  process.stderr.write(`Nothing can be kept in ${findHome(process.env)}. Set ATELIER_HOME to a folder on a disk, or leave it unset to use ~/.atelier.\n`);
  process.exitCode = 2;
} else {
  // A home that cannot be written costs the cache, nothing else: the call reports that by its value.
  makeHome(findHome(process.env));
  enableCompileCache(join(findHome(process.env), 'cache', 'compile'));
  const { main } = await import('./main.ts');
  await main(process.argv.slice(2), version);
}

/** Folders of the kernel, in which no file can be made. */
function isNoDisk(home: string): boolean {
  return /^\/(?:proc|sys|dev)(?:\/(?!shm(?:\/|$))|$)/.test(home);
}

/** The data folder is its owner's alone: threads hold what private repositories say. The cache would make it readable by all. */
function makeHome(home: string): void {
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 });
  } catch {
    // It cannot be made: commands that need it say so, `--help` does not.
  }
}
