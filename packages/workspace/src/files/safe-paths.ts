import { constants, fstatSync, readlinkSync, realpathSync } from 'node:fs';
import { lstat, mkdir, open, realpath, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { WorkspaceError } from '../port.ts';
import { isSecretPath } from '../secrets.ts';
import { outside, parsePath, quotePath } from './parse-path.ts';
import { systemCode, toWorkspaceError } from './system-error.ts';

/** A file or folder of the workspace, opened and proven to be inside. The receiver closes the handle. */
export interface OpenedPath {
  handle: FileHandle;
  /** Where it really is, relative to the root, after all links. */
  path: string;
  stats: Stats;
}

/** A folder that is held open: what is done `at` a name in it happens there, also when the path above was changed meanwhile. */
export interface HeldFolder {
  /** Where it really is, relative to the root; `''` for the root. */
  path: string;
  at: (name: string) => string;
  handle: FileHandle;
}

export interface SafePaths {
  /** The root with all links resolved. */
  readonly root: string;
  /** The relative path, from the spelling alone. */
  parse(input: string): string;
  /** Where an existing path really is, relative to the root. Errors: not-found, outside, secret. */
  resolve(path: string): Promise<string>;
  /** Opens what exists for reading; links that stay inside are followed. Errors: not-found, outside, secret. */
  open(path: string): Promise<OpenedPath>;
  /** Holds the folder of `path` open while `use` works in it. With `create`, missing folders are made. */
  inFolderOf<T>(path: string, options: { create?: boolean }, use: (folder: HeldFolder, name: string) => Promise<T>): Promise<T>;
}

/**
 * Keeps every access inside one root, against links and against others who swap folders for links between the check and
 * the use. Node has no `openat`; on Linux `/proc/self/fd/N/name` is the same thing, so a folder is opened once, the place
 * of the opened folder is checked, and all work happens through it. Elsewhere the place is checked before and after.
 */
export function createSafePaths(givenRoot: string): SafePaths {
  const root = realpathSync.native(givenRoot);
  const roots = root === givenRoot ? [root] : [root, givenRoot];

  function relativeTo(real: string, asked: string): string {
    if (real === root) return '';
    const prefix = root === '/' ? '/' : `${root}/`;
    if (!real.startsWith(prefix)) throw outside(asked);
    return real.slice(prefix.length);
  }

  const absolute = (path: string) => (path === '' ? root : `${root === '/' ? '' : root}/${path}`);

  async function resolve(path: string): Promise<string> {
    refuseSecret(path, path);
    const real = relativeTo(await realpath(absolute(path)).catch((error: unknown) => fail(error, path)), path);
    refuseSecret(real, path);
    return real;
  }

  async function openPath(path: string): Promise<OpenedPath> {
    const real = await resolve(path);
    const handle = await open(absolute(real), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch((error: unknown) => fail(error, path));
    try {
      const stats = fstatSync(handle.fd);
      const place = relativeTo(await placeOf(handle, stats, absolute(real), path), path);
      refuseSecret(place, path);
      return { handle, path: place, stats };
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  async function holdFolder(path: string, asked: string): Promise<HeldFolder> {
    const real = relativeTo(await realpath(absolute(path)), asked);
    return held(await open(absolute(real), folderFlags), absolute(real), asked);
  }

  async function held(handle: FileHandle, expected: string, asked: string): Promise<HeldFolder> {
    try {
      const place = await placeOf(handle, fstatSync(handle.fd), expected, asked);
      const through = process.platform === 'linux' ? `/proc/self/fd/${handle.fd}` : place;
      return { path: relativeTo(place, asked), at: (name) => `${through}/${name}`, handle };
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Opens the deepest folder that exists, then makes and enters one folder after the other. */
  async function makeFolder(path: string, asked: string): Promise<HeldFolder> {
    try {
      return await holdFolder(path, asked);
    } catch (error) {
      if (systemCode(error) !== 'ENOENT' || path === '') throw error;
    }
    const cut = path.lastIndexOf('/');
    const name = path.slice(cut + 1);
    const parent = await makeFolder(cut === -1 ? '' : path.slice(0, cut), asked);
    try {
      await mkdir(parent.at(name)).catch((error: unknown) => {
        if (systemCode(error) !== 'EEXIST') throw error;
      });
      return await held(await open(parent.at(name), folderFlags), absolute(join(parent.path, name)), asked);
    } finally {
      await parent.handle.close();
    }
  }

  async function inFolderOf<T>(path: string, options: { create?: boolean }, use: (folder: HeldFolder, name: string) => Promise<T>): Promise<T> {
    if (path === '') throw new WorkspaceError('is-directory', 'This is the root of the workspace. Name a file in it.', { path });
    const cut = path.lastIndexOf('/');
    const parent = cut === -1 ? '' : path.slice(0, cut);
    const folder = await (options.create ? makeFolder(parent, path) : holdFolder(parent, path)).catch((error: unknown) => fail(error, path, options.create ? 'write' : 'read'));
    try {
      return await use(folder, path.slice(cut + 1));
    } finally {
      await folder.handle.close();
    }
  }

  async function fail(error: unknown, path: string, doing: 'read' | 'write' = 'read'): Promise<never> {
    if (systemCode(error) === 'ENOENT' && !(await exists(root))) {
      throw new WorkspaceError('unavailable', `The workspace's folder ${quotePath(root)} is gone. Put it back, or open the project anew.`, { path, cause: error });
    }
    throw toWorkspaceError(error, path, doing);
  }

  return { root, parse: (input) => parsePath(input, roots), resolve, open: openPath, inFolderOf };
}

/** Throws where the deny list covers `path`; `asked` is the name that was used. */
export function refuseSecret(path: string, asked: string): void {
  if (!isSecretPath(path)) return;
  throw new WorkspaceError('secret', `${quotePath(asked)} is on the deny list for secrets and stays closed. Work without its content; ask the person for what you need from it.`, { path: asked });
}

/** Joins two relative paths where `''` is the root. */
export function join(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}

const folderFlags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/**
 * The real absolute path of what is open, from the system where it can say it, else by comparing identities. What is
 * asked of an open file here needs no storage, so it is asked at once: a way through the thread pool takes ten times longer.
 */
async function placeOf(handle: FileHandle, stats: Stats, expected: string, asked: string): Promise<string> {
  if (process.platform === 'linux') {
    const place = readlinkSync(`/proc/self/fd/${handle.fd}`);
    return stats.nlink === 0 ? place.replace(/ \(deleted\)$/, '') : place;
  }
  const now = await realpath(expected);
  const there = await stat(now);
  if (there.dev !== stats.dev || there.ino !== stats.ino) throw new WorkspaceError('changed', `${quotePath(asked)} was replaced while it was opened. Try again.`, { path: asked });
  return now;
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(() => true, () => false);
}
