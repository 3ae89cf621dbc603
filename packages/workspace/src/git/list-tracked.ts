import { findRepository } from '../ignore/outer-rules.ts';
import { WorkspaceError } from '../port.ts';
import type { RunGit } from './run-git.ts';

/**
 * Git's list of the files under a folder: tracked ones, and others that are not ignored. The fastest walk of a large
 * tree. Undefined where there is no repository, no Git, or no answer; the caller then walks by itself. Error: aborted.
 */
export async function listTracked(root: string, runGit: RunGit, under: string, signal: AbortSignal | undefined): Promise<string[] | undefined> {
  if (findRepository(root) === undefined) return undefined;
  try {
    const { output } = await runGit(['ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate', '-z', '--', under === '' ? '.' : under], { signal });
    return output.split('\0').filter((path) => path !== '');
  } catch (error) {
    if (error instanceof WorkspaceError && error.code !== 'aborted') return undefined;
    throw error;
  }
}
