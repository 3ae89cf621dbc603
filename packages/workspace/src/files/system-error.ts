import { WorkspaceError } from '../port.ts';
import { quotePath } from './parse-path.ts';

/** The operating system's code of an error (`ENOENT`), or undefined where it is not one of its errors. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/**
 * Turns an error of the file system into a `WorkspaceError` whose sentence says what to do; another error is returned as
 * it is. `doing` is what was tried.
 */
export function toWorkspaceError(error: unknown, path: string, doing: 'read' | 'write'): unknown {
  if (error instanceof WorkspaceError) return error;
  const name = quotePath(path === '' ? '.' : path);
  const make = (code: WorkspaceError['code'], message: string) => new WorkspaceError(code, message, { path, cause: error });
  switch (systemCode(error)) {
    case 'ENOENT':
      return make('not-found', `There is nothing at ${name}. List its folder or search for the name.`);
    case 'ENOTDIR':
      return make('not-directory', `A part of ${name} is a file and not a folder. List the folders above it.`);
    case 'EISDIR':
      return make('is-directory', `${name} is a folder. Name a file in it.`);
    case 'EEXIST':
      return make('exists', `${name} exists already. Choose another name, or change what is there.`);
    case 'ELOOP':
      return make('outside', `${name} is, or goes through, a symbolic link that may not be followed. Use the path of the file itself.`);
    case 'ENAMETOOLONG':
      return make('bad-name', `The name ${name} is too long. Use a shorter one.`);
    case 'ENOSPC':
    case 'EDQUOT':
      return make('disk-full', `The disk is full: ${name} was not written, what was there is unchanged. Free some space and try again.`);
    case 'EROFS':
      return make('read-only', `${name} was not changed: its file system is read-only.`);
    case 'EACCES':
    case 'EPERM':
      return doing === 'write'
        ? make('read-only', `${name} was not changed: its permissions do not allow it. Allow writing to it and its folder, then try again.`)
        : make('failed', `${name} may not be read: its permissions do not allow it.`);
    case undefined:
      return error;
    default:
      return make('failed', `${name} could not be ${doing === 'write' ? 'written' : 'read'}: ${error instanceof Error ? error.message : String(error)}.`);
  }
}
