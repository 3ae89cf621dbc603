import { posix } from 'node:path';
import { WorkspaceError } from '../port.ts';

/**
 * Reads a path that a person or a model wrote as a path relative to the root: `''` for the root itself, no `.`, `..`,
 * doubled or trailing slash. An absolute path inside one of `roots` is accepted. This is the part of safety that needs
 * no disk; `safe-paths.ts` does the part that does.
 *
 * Errors: `outside`, and `bad-name` for NUL, control characters (line feed, carriage return and tab are allowed: real
 * names have them), lone surrogates, and names that no file system takes.
 */
export function parsePath(input: string, roots: readonly string[]): string {
  if (refused.test(input)) throw new WorkspaceError('bad-name', `The path ${quotePath(input)} has control characters. Use a name without them.`, { path: input });
  if (!input.isWellFormed()) throw new WorkspaceError('bad-name', `The path ${quotePath(input)} is not valid Unicode. Use a name that is.`, { path: input });
  const normal = posix.normalize(input === '' ? '.' : input);
  const relative = posix.isAbsolute(normal) ? insideOf(normal, roots) : normal;
  if (relative === undefined || relative === '..' || relative.startsWith('../')) throw outside(input);
  const parts = relative.split('/').filter((part) => part !== '' && part !== '.');
  const long = parts.find((part) => part.length > 63 && Buffer.byteLength(part) > 255);
  if (long !== undefined) throw new WorkspaceError('bad-name', `The name ${quotePath(long)} is longer than 255 bytes. Use a shorter one.`, { path: input });
  return parts.join('/');
}

/** A path as it stands in a sentence: quoted, with line breaks and quotes escaped, not endlessly long. */
export function quotePath(path: string): string {
  return JSON.stringify(path.length > 300 ? `${path.slice(0, 300)}…` : path);
}

/** The refusal of a path that leads out of the workspace. */
export function outside(path: string): WorkspaceError {
  return new WorkspaceError('outside', `${quotePath(path)} is outside the workspace. Use a path inside it, relative to its root.`, { path });
}

/** Whether one part of this path is Git's own folder, also as other file systems spell it. */
export function isInGitFolder(path: string): boolean {
  return path.split('/').some((part) => /^(?:\.git|git~1)[. ]*$/i.test(part.normalize('NFKC').replace(/[\u200B-\u200F\u202A-\u202E\u2060-\u206F\uFEFF]/g, '')));
}

// oxlint-disable-next-line no-control-regex -- control characters are what it is about
const refused = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]/;

function insideOf(absolute: string, roots: readonly string[]): string | undefined {
  for (const root of roots) {
    if (absolute === root || absolute === `${root}/`) return '.';
    if (absolute.startsWith(root === '/' ? '/' : `${root}/`)) return absolute.slice(root === '/' ? 1 : root.length + 1);
  }
  return undefined;
}
