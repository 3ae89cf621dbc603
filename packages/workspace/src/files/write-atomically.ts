import { constants } from 'node:fs';
import { link, open, rename, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { systemCode } from './system-error.ts';
import type { HeldFolder } from './safe-paths.ts';

/** Names of the temporary files that `writeAtomically` makes; one that a crash left behind is never listed or searched. */
export const temporaryName = /^\.atelier-\d+-\d+\.tmp$/;

export interface AtomicWrite {
  bytes: Buffer;
  /** Permissions and owner of the file that is replaced. */
  keep?: { mode: number; uid: number; gid: number };
  /** Fails with EEXIST, atomically, where the name is taken. */
  exclusive?: boolean;
  /** Looks once more, as the last thing before the replacement; what it throws leaves everything as it was. */
  confirm?: () => Promise<void>;
}

/**
 * Replaces a file by a temporary one in the same folder: written, flushed to the disk, renamed, and the folder flushed.
 * A reader sees the old bytes or the new ones, also after a crash. On any failure the old file is as it was and the
 * temporary one is gone. Throws the system's errors.
 */
export async function writeAtomically(folder: HeldFolder, name: string, write: AtomicWrite): Promise<void> {
  const { handle, temporary } = await createTemporary(folder);
  try {
    try {
      await handle.writeFile(write.bytes);
      if (write.keep) await keepOwnerAndMode(handle, write.keep);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await write.confirm?.();
    if (write.exclusive) await linkNew(folder, temporary, name);
    else await rename(folder.at(temporary), folder.at(name));
  } catch (error) {
    await unlink(folder.at(temporary)).catch(ignoreMissing);
    throw error;
  }
  await folder.handle.sync().catch((error: unknown) => {
    // Some file systems cannot flush a folder; the rename itself has happened.
    if (systemCode(error) !== 'EINVAL' && systemCode(error) !== 'EPERM') throw error;
  });
}

async function createTemporary(folder: HeldFolder): Promise<{ handle: FileHandle; temporary: string }> {
  for (let attempt = 0; ; attempt += 1) {
    const temporary = `.atelier-${process.pid}-${attempt}.tmp`;
    try {
      return { temporary, handle: await open(folder.at(temporary), constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW, 0o666) };
    } catch (error) {
      if (systemCode(error) !== 'EEXIST' || attempt > 1_000) throw error;
    }
  }
}

async function keepOwnerAndMode(handle: FileHandle, keep: { mode: number; uid: number; gid: number }): Promise<void> {
  const now = await handle.stat();
  if (now.uid !== keep.uid || now.gid !== keep.gid) {
    // Only a privileged user may give a file away; for others it becomes theirs, as with any editor.
    await handle.chown(keep.uid, keep.gid).catch((error: unknown) => {
      if (systemCode(error) !== 'EPERM') throw error;
    });
  }
  if ((now.mode & 0o7777) !== (keep.mode & 0o7777)) await handle.chmod(keep.mode & 0o7777);
}

async function linkNew(folder: HeldFolder, temporary: string, name: string): Promise<void> {
  await link(folder.at(temporary), folder.at(name));
  await unlink(folder.at(temporary)).catch(ignoreMissing);
}

function ignoreMissing(error: unknown): void {
  if (systemCode(error) !== 'ENOENT') throw error;
}
