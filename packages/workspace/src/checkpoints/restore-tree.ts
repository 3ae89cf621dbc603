import { lstatSync, rmSync, rmdirSync, unlinkSync } from 'node:fs';
import path from 'node:path';
import { WorkspaceError } from '../port.ts';
import type { ShadowRepository } from './shadow-repository.ts';
import { entryChanges, type EntryChange } from './tree-changes.ts';

export interface Restored {
  restored: string[];
  removed: string[];
  skipped: { path: string; reason: string }[];
}

/**
 * Makes the files that differ between `current` (the tree as it is on disk) and `to` as they are in `to`. What somebody
 * changed after `from`, and what is on disk without being saved, is left alone and named.
 */
export async function restoreTree(repository: ShadowRepository, options: { current: string; to: string; from: string | undefined; paths: string[] | undefined }): Promise<Restored> {
  const { root } = repository;
  const wanted = (await entryChanges(repository, options.current, options.to)).filter(({ path }) => isChosen(path, options.paths));
  const changedSince = new Set(options.from === undefined ? [] : (await entryChanges(repository, options.from, options.current)).map((change) => change.path));
  const result: Restored = { restored: [], removed: [], skipped: [] };
  const writes: EntryChange[] = [];

  // Removals first: a file may have to make room for a folder of its name, and the other way round.
  for (const change of wanted.filter(({ after }) => after === null)) {
    if (changedSince.has(change.path)) result.skipped.push({ path: change.path, reason: laterEdit });
    else if (linkedParent(root, change.path) !== undefined) result.skipped.push({ path: change.path, reason: behindLink });
    else {
      removeFile(root, change.path);
      result.removed.push(change.path);
    }
  }
  for (const change of wanted.filter(({ after }) => after !== null)) {
    const reason = changedSince.has(change.path) ? laterEdit : inTheWay(root, change);
    if (reason === undefined) writes.push(change);
    else result.skipped.push({ path: change.path, reason });
  }
  if (writes.length === 0) return result;
  const indexFile = 'restore-index';
  rmSync(path.join(repository.directory, indexFile), { force: true });
  await repository.git(['read-tree', options.to], { indexFile });
  try {
    await repository.git(['checkout-index', '-f', '-z', '--stdin'], { indexFile, input: writes.map((change) => `${change.path}\0`).join('') });
  } finally {
    rmSync(path.join(repository.directory, indexFile), { force: true });
  }
  result.restored.push(...writes.map((change) => change.path));
  return result;
}

const laterEdit = 'It was changed after the run, so it was left as it is.';
const behindLink = 'One of its folders is a symbolic link now, so it was left as it is.';

/** Why a file may not be written: what is there would be lost, because no checkpoint has it. */
function inTheWay(root: string, change: EntryChange): string | undefined {
  if (linkedParent(root, change.path) !== undefined) return behindLink;
  const stat = lstatSync(path.join(root, change.path), { throwIfNoEntry: false });
  if (stat === undefined) return fileAbove(root, change.path) ? 'A file that no checkpoint holds is where its folder was.' : undefined;
  if (stat.isDirectory()) return removeEmptyFolder(path.join(root, change.path)) ? undefined : 'A folder with files that no checkpoint holds is in its place.';
  return change.before === null ? 'What is there now is not saved in any checkpoint (too large, ignored or secret), so it was not overwritten.' : undefined;
}

function linkedParent(root: string, relative: string): string | undefined {
  return parentsOf(relative).find((folder) => lstatSync(path.join(root, folder), { throwIfNoEntry: false })?.isSymbolicLink());
}

function fileAbove(root: string, relative: string): boolean {
  return parentsOf(relative).some((folder) => lstatSync(path.join(root, folder), { throwIfNoEntry: false })?.isDirectory() === false);
}

function parentsOf(relative: string): string[] {
  const parts = relative.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

function removeFile(root: string, relative: string): void {
  try {
    unlinkSync(path.join(root, relative));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) {
      throw new WorkspaceError('read-only', `${relative} could not be removed (${error instanceof Error ? error.message : String(error)}). Check the rights of its folder, then undo again.`, { path: relative, cause: error });
    }
  }
  for (const folder of parentsOf(relative).toReversed()) if (!removeEmptyFolder(path.join(root, folder))) return;
}

function removeEmptyFolder(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch {
    // Not empty, or not ours to remove: it stays.
    return false;
  }
}

function isChosen(file: string, paths: string[] | undefined): boolean {
  return paths === undefined || paths.some((one) => {
    const wanted = path.posix.normalize(one).replace(/\/$/, '');
    return wanted === '.' || file === wanted || file.startsWith(`${wanted}/`);
  });
}
