import { hash as digest } from 'node:crypto';
import { constants } from 'node:fs';
import { link, lstat, open, readdir, rename, rmdir, unlink } from 'node:fs/promises';
import type { BigIntStats } from 'node:fs';
import { WorkspaceError } from '../port.ts';
import type { Files, WriteOptions } from '../port.ts';
import { isSecretPath } from '../secrets.ts';
import { encodeOver } from './encode-over.ts';
import { createKeyedLock } from './keyed-lock.ts';
import { isInGitFolder, quotePath } from './parse-path.ts';
import { join, refuseSecret } from './safe-paths.ts';
import type { HeldFolder, SafePaths } from './safe-paths.ts';
import { systemCode, toWorkspaceError } from './system-error.ts';
import { writeAtomically } from './write-atomically.ts';

/** What a write finds in its place. */
interface Current {
  bytes: Buffer;
  hash: string;
  stats: BigIntStats;
}

/** The changing half of `Files`. Changes of one file run one after the other, so that of two guarded writes one wins. */
export function createLocalChanges(paths: SafePaths): Pick<Files, 'write' | 'hashAfterWrite' | 'remove' | 'move'> {
  const lock = createKeyedLock();

  /** Where a write to `path` really lands: a link that stays inside is written through. */
  async function targetOf(path: string): Promise<string> {
    try {
      return await paths.resolve(path);
    } catch (error) {
      if (!(error instanceof WorkspaceError) || error.code !== 'not-found') throw error;
      return path;
    }
  }

  function parseForChange(input: string): string {
    const path = paths.parse(input);
    refuseChange(path, input);
    return path;
  }

  async function inPlace<T>(path: string, options: { create: boolean }, use: (folder: HeldFolder, name: string) => Promise<T>): Promise<T> {
    return paths.inFolderOf(path, options, (folder, name) =>
      lock(join(folder.path, name), async () => {
        refuseChange(join(folder.path, name), path);
        try {
          return await use(folder, name);
        } catch (error) {
          throw toWorkspaceError(error, path, 'write');
        }
      }),
    );
  }

  return {
    async write(input, text, options = {}) {
      const path = parseForChange(input);
      const target = await targetOf(path);
      const guarded = typeof options.ifHash === 'string';
      return inPlace(target, { create: !guarded }, async (folder, name) => {
        const current = await readCurrent(folder, name, path);
        requireHash(current, options, path);
        const bytes = await encodeOver(current?.bytes, text, path, options);
        await writeAtomically(folder, name, {
          bytes,
          exclusive: options.ifHash === null,
          ...(current && { keep: { mode: Number(current.stats.mode), uid: Number(current.stats.uid), gid: Number(current.stats.gid) } }),
          ...(guarded && current && { confirm: () => requireUnchanged(folder, name, current, path) }),
        }).catch((error: unknown) => {
          throw options.ifHash === null && systemCode(error) === 'EEXIST' ? changed(path, 'exists now') : error;
        });
        return { hash: digest('sha256', bytes), bytes: bytes.length };
      }).catch((error: unknown) => {
        throw guarded && error instanceof WorkspaceError && error.code === 'not-found' ? changed(path, 'is gone') : error;
      });
    },

    async hashAfterWrite(input, text, options = {}) {
      const path = parseForChange(input);
      let current: Current | undefined;
      try {
        current = await paths.inFolderOf(await targetOf(path), {}, (folder, name) => readCurrent(folder, name, path));
      } catch (error) {
        if (!(error instanceof WorkspaceError) || error.code !== 'not-found') throw toWorkspaceError(error, path, 'read');
      }
      return digest('sha256', await encodeOver(current?.bytes, text, path, options));
    },

    async remove(input, options = {}) {
      await inPlace(parseForChange(input), { create: false }, async (folder, name) => {
        const stats = await lstat(folder.at(name));
        if (stats.isDirectory()) {
          await rmdir(folder.at(name)).catch((error: unknown) => {
            if (systemCode(error) !== 'ENOTEMPTY' && systemCode(error) !== 'EEXIST') throw error;
            throw new WorkspaceError('is-directory', `${quotePath(input)} is a folder that is not empty. Remove the files in it first.`, { path: input });
          });
          return;
        }
        if (options.ifHash !== undefined) {
          const current = stats.isSymbolicLink() ? undefined : await readCurrent(folder, name, input);
          requireHash(current, { ifHash: options.ifHash }, input);
        }
        await unlink(folder.at(name));
      });
    },

    async move(fromInput, toInput) {
      const from = parseForChange(fromInput);
      const to = parseForChange(toInput);
      if (to === from || to.startsWith(`${from}/`)) throw new WorkspaceError('failed', `${quotePath(from)} cannot be moved to ${quotePath(to)}, which is itself or inside it. Choose another place.`, { path: to });
      await inPlace(from, { create: false }, async (source, name) => {
        const stats = await lstat(source.at(name));
        if (stats.isDirectory()) await refuseSecretsIn(source.at(name), join(source.path, name));
        // Without the lock of the new name: two moves in opposite directions would wait for each other, and the link is atomic.
        await paths.inFolderOf(to, { create: true }, async (target, newName) => {
          refuseChange(join(target.path, newName), to);
          if (stats.isDirectory()) await moveFolder(source.at(name), target.at(newName));
          else await moveFile(source.at(name), target.at(newName), from);
        }).catch((error: unknown) => {
          throw toWorkspaceError(error, to, 'write');
        });
      });
    },
  };
}

function refuseChange(path: string, asked: string): void {
  refuseSecret(path, asked);
  if (isInGitFolder(path)) throw new WorkspaceError('read-only', `${quotePath(asked)} is in Git's own folder, which only Git changes. Use a Git command for what you want to do.`, { path: asked });
}

async function readCurrent(folder: HeldFolder, name: string, path: string): Promise<Current | undefined> {
  let handle;
  try {
    handle = await open(folder.at(name), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const stats = await handle.stat({ bigint: true });
    if (stats.isDirectory()) throw new WorkspaceError('is-directory', `${quotePath(path)} is a folder. Name a file in it.`, { path });
    if (!stats.isFile()) throw new WorkspaceError('failed', `${quotePath(path)} is a device, socket or pipe and is not changed.`, { path });
    if ((stats.mode & 0o222n) === 0n) throw new WorkspaceError('read-only', `${quotePath(path)} is marked read-only. Make it writable first (chmod u+w), if it is meant to be changed.`, { path });
    const bytes = await handle.readFile();
    return { bytes, hash: digest('sha256', bytes), stats };
  } finally {
    await handle.close();
  }
}

function requireHash(current: Current | undefined, options: WriteOptions, path: string): void {
  if (options.ifHash === undefined) return;
  if (options.ifHash === null && current !== undefined) throw changed(path, 'exists now');
  if (options.ifHash !== null && current === undefined) throw changed(path, 'is gone');
  if (options.ifHash !== null && current?.hash !== options.ifHash) throw changed(path, 'has changed');
}

/** The last look before the replacement, cheap: an untouched file has the same identity, size and times. */
async function requireUnchanged(folder: HeldFolder, name: string, current: Current, path: string): Promise<void> {
  const now = await lstat(folder.at(name), { bigint: true });
  const { ino, size, mtimeNs, ctimeNs } = current.stats;
  if (now.ino !== ino || now.size !== size || now.mtimeNs !== mtimeNs || now.ctimeNs !== ctimeNs) throw changed(path, 'has changed');
}

function changed(path: string, how: string): WorkspaceError {
  return new WorkspaceError('changed', `${quotePath(path)} ${how} since it was looked at, so nothing was written. Read it again and repeat the change on what is there.`, { path });
}

/** A link and an unlink instead of a rename, because a rename overwrites. */
async function moveFile(from: string, to: string, path: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK'].includes(systemCode(error) ?? '')) throw error;
    await moveFolder(from, to);
    return;
  }
  try {
    await unlink(from);
  } catch (error) {
    // The old name cannot go, so the new one must not stay.
    await unlink(to);
    throw toWorkspaceError(error, path, 'write');
  }
}

async function moveFolder(from: string, to: string): Promise<void> {
  const taken = await lstat(to).then(() => true, (error: unknown) => {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  });
  if (taken) throw Object.assign(new Error('the name is taken'), { code: 'EEXIST' });
  await rename(from, to);
}

/** A folder that holds secrets stays where it is: under another name some of them would not be known as such. */
async function refuseSecretsIn(place: string, path: string): Promise<void> {
  for (const entry of await readdir(place, { withFileTypes: true })) {
    const child = join(path, entry.name);
    if (isSecretPath(child)) throw new WorkspaceError('secret', `${quotePath(path)} was not moved: ${quotePath(child)} in it is on the deny list for secrets. Move the other files one by one.`, { path });
    if (entry.isDirectory() && entry.name !== 'node_modules' && entry.name !== '.git') await refuseSecretsIn(`${place}/${entry.name}`, child);
  }
}
