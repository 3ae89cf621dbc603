import { accessSync, constants, statfsSync } from 'node:fs';
import { dirname } from 'node:path';

/** What can be wrong with the place where everything is kept; `message` says what to do. */
export class StorageError extends Error {
  readonly code: 'storage-full' | 'storage-busy' | 'storage-read-only' | 'storage-broken';
  constructor(code: StorageError['code'], message: string, cause: unknown) {
    super(message, { cause });
    this.name = 'StorageError';
    this.code = code;
  }
}

/** Says in words what SQLite (by its result code) or the system said; undefined for an error that is not the storage's. */
export function storageError(error: unknown, place: string): StorageError | undefined {
  const { errcode, code } = error as { errcode?: number; code?: string };
  const primary = errcode === undefined ? undefined : errcode & 0xff;
  // Where even SQLite's own shared memory has no room, it speaks of a failed read or write.
  const noRoom = primary === 13 || ((primary === 10 || primary === 14) && isFull(place));
  if (noRoom || code === 'ENOSPC' || code === 'EDQUOT' || code === '53100') return new StorageError('storage-full', `There is no room left on the disk of ${place}, so nothing was recorded. Free some space, then try again.`, error);
  if (primary === 5 || primary === 6) return new StorageError('storage-busy', `Another program holds the database ${place} locked, so nothing was recorded. Close it or wait, then try again.`, error);
  if (primary === 8 || (primary === 14 && !isWritable(place)) || code === 'EROFS' || code === 'EACCES') return new StorageError('storage-read-only', `${place} cannot be written, so nothing was recorded. Check its owner and permissions.`, error);
  if (primary === 10 || primary === 11 || primary === 14 || primary === 26) return new StorageError('storage-broken', `The database ${place} cannot be read or written (${error instanceof Error ? error.message : String(error)}). Check the disk; a copy of the file can be examined with sqlite3.`, error);
  return undefined;
}

/** Whether files can be made beside this one. */
function isWritable(place: string): boolean {
  try {
    accessSync(dirname(place), constants.W_OK);
    return true;
  } catch {
    return false; // no such folder, no permission, or a read-only disk
  }
}

/** Whether the disk of a file has no room for so much as a page. */
function isFull(place: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dirname(place));
    return bavail * bsize < 65_536;
  } catch {
    return false; // a database that is no file here, or a folder that is gone
  }
}
