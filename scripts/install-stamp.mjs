import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Whether what is installed under `root` is what its lock file says, for this machine. */
export function isInstalled(root) {
  const path = stampPath(root);
  return existsSync(path) && readFileSync(path, 'utf8') === stampOf(root);
}

/** Remembers that the lock file as it is now has been installed. */
export function markInstalled(root) {
  writeFileSync(stampPath(root), stampOf(root));
}

function stampPath(root) {
  return join(root, 'node_modules', '.atelier-installed');
}

function stampOf(root) {
  const lock = readFileSync(join(root, 'package-lock.json'));
  return `${createHash('sha256').update(lock).digest('hex')} ${process.platform}-${process.arch}\n`;
}
