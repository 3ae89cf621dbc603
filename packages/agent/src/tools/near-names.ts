import type { Workspace } from '@atelier/workspace';
import { WorkspaceError } from '@atelier/workspace';
import { baseName, folderOf } from './tidy-path.ts';

const MAX_NAMES = 5;

/**
 * A sentence with the paths that a missing path may have meant: names of the same folder that differ little, and files of
 * the same name elsewhere. Empty where there is nothing near.
 */
export async function nearNames(workspace: Workspace, path: string, signal: AbortSignal): Promise<string> {
  const wanted = baseName(path).toLowerCase();
  const near = [...(await similarBeside(workspace, path, wanted)), ...(await sameNameElsewhere(workspace, path, signal))];
  const names = [...new Set(near)].slice(0, MAX_NAMES);
  return names.length === 0 ? '' : `Did you mean ${names.join(' or ')}?`;
}

async function similarBeside(workspace: Workspace, path: string, wanted: string): Promise<string[]> {
  const folder = folderOf(path);
  try {
    const entries = await workspace.files.list(folder);
    return entries
      .map((entry) => ({ path: entry.path, distance: editDistance(wanted, baseName(entry.path).toLowerCase()) }))
      .filter(({ distance }) => distance <= Math.max(1, Math.floor(wanted.length / 3)))
      .sort((a, b) => a.distance - b.distance)
      .map((entry) => entry.path);
  } catch (error) {
    if (error instanceof WorkspaceError) return []; // The folder is missing too: only the name is left to go by.
    throw error;
  }
}

async function sameNameElsewhere(workspace: Workspace, path: string, signal: AbortSignal): Promise<string[]> {
  const name = baseName(path).replaceAll(/[\\*?[\]{}()!+@]/g, String.raw`\$&`);
  if (name === '' || name === '.') return [];
  try {
    const { paths } = await workspace.search.glob(`**/${name}`, { limit: MAX_NAMES, signal });
    return paths.filter((found) => found !== path);
  } catch (error) {
    if (error instanceof WorkspaceError) return []; // A suggestion is not worth a second refusal beside the first.
    throw error;
  }
}

/** Number of single-character insertions, deletions and replacements between two texts (Levenshtein, two rows). */
export function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const replaced = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
