import { readdirSync } from 'node:fs';
import type { Dirent } from 'node:fs';
import { WorkspaceError } from '../port.ts';
import type { FolderRules } from '../ignore/ignore-rules.ts';
import { isSecretPath } from '../secrets.ts';
import { systemCode } from './system-error.ts';
import { temporaryName } from './write-atomically.ts';

export interface WalkOptions {
  root: string;
  /** A folder, relative to the root. */
  under: string;
  rules: FolderRules;
  includeIgnored: boolean;
  signal: AbortSignal | undefined;
}

/**
 * The regular files below a folder in a stable order (folders and files by name, in code units), without secrets, `.git`
 * and, unless asked for, what is ignored. Links are not followed. A folder that vanishes or may not be read is passed over.
 */
export async function* walkFiles(options: WalkOptions): AsyncGenerator<string> {
  let folders = 0;
  const stack: { path: string; rules: FolderRules; isFolder: boolean }[] = [{ path: options.under, rules: rulesFor(options.rules, options.under), isFolder: true }];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (options.signal?.aborted) throw new WorkspaceError('aborted', 'Listing the files was cancelled.');
    if (!next.isFolder) {
      yield next.path;
      continue;
    }
    folders += 1;
    if (folders % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    const found: typeof stack = [];
    for (const entry of entriesOf(next.path === '' ? options.root : `${options.root}/${next.path}`)) {
      const isFolder = entry.isDirectory();
      if (!isFolder && !entry.isFile()) continue;
      if (entry.name === '.git' || temporaryName.test(entry.name)) continue;
      const path = next.path === '' ? entry.name : `${next.path}/${entry.name}`;
      if (isSecretPath(path) || (!options.includeIgnored && next.rules.ignores(entry.name, isFolder))) continue;
      found.push({ path, isFolder, rules: isFolder && !options.includeIgnored ? next.rules.enter(entry.name) : next.rules });
    }
    stack.push(...found.sort((one, other) => (one.path < other.path ? 1 : -1)));
  }
}

function rulesFor(rules: FolderRules, folder: string): FolderRules {
  return folder.split('/').filter((part) => part !== '').reduce((level, part) => level.enter(part), rules);
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ELOOP', 'ENAMETOOLONG'].includes(systemCode(error) ?? '')) return [];
    throw error;
  }
}
