import { createHash } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { copyFile, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlobText } from '@atelier/thread';
import { storageError } from '../database/storage-error.ts';

const HEAD_CHARACTERS = 1000;
/** Longer than any append takes, waiting for a lock included. */
const FRESH_MS = 10_000;

/** Long texts as files named by the SHA-256 of their bytes: `blobs/ab/cdef…`. Written once, synced, never changed. */
export class Blobs {
  readonly #folder: string;
  readonly #newId: () => string;

  constructor(folder: string, newId: () => string) {
    this.#folder = folder;
    this.#newId = newId;
  }

  /** Keeps a text; durable when it returns. Synchronous, since an append waits for it anyway. */
  keepText(text: string): BlobText {
    const bytes = Buffer.from(text);
    const blob = createHash('sha256').update(bytes).digest('hex');
    const path = this.#path(blob);
    if (!this.#touch(path)) this.#write(path, bytes);
    return { blob, bytes: bytes.length, head: text.slice(0, HEAD_CHARACTERS) };
  }

  /** Moves a file in. */
  async keepFile(source: string): Promise<{ blob: string; bytes: number }> {
    const hash = createHash('sha256');
    let bytes = 0;
    const handle = await open(source);
    for await (const chunk of handle.createReadStream() as AsyncIterable<Buffer>) {
      hash.update(chunk);
      bytes += chunk.length;
    }
    const blob = hash.digest('hex');
    const path = this.#path(blob);
    if (this.#touch(path)) {
      await rm(source, { force: true });
      return { blob, bytes };
    }
    mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 });
    const temporary = `${path}.${this.#newId()}`;
    await rename(source, temporary).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EXDEV') throw storageError(error, this.#folder) ?? error;
      await copyFile(source, temporary); // another file system
      await rm(source);
    });
    const kept = await open(temporary, 'r+');
    await kept.sync();
    await kept.close();
    await rename(temporary, path);
    syncFolder(join(path, '..'));
    return { blob, bytes };
  }

  /** The text of a blob; undefined where it is not here. */
  async load(blob: string): Promise<string | undefined> {
    if (!/^[0-9a-f]{64}$/.test(blob)) return undefined;
    try {
      return await readFile(this.#path(blob), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /**
   * Removes a blob that no event names. One that was kept again a moment ago stays: an append that names it may be on
   * its way to the database.
   */
  async removeUnused(blob: string): Promise<void> {
    const path = this.#path(blob);
    const facts = await stat(path).catch(() => undefined);
    if (facts !== undefined && facts.mtimeMs < Date.now() - FRESH_MS) await rm(path, { force: true });
  }

  /** Marks a blob as kept again; false where there is none. */
  #touch(path: string): boolean {
    if (!existsSync(path)) return false;
    const now = new Date();
    try {
      utimesSync(path, now, now);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false; // removed in between: written again
      throw storageError(error, this.#folder) ?? error;
    }
  }

  #write(path: string, bytes: Uint8Array): void {
    const temporary = `${path}.${this.#newId()}`;
    try {
      mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 });
      const file = openSync(temporary, 'wx', 0o600);
      try {
        writeFileSync(file, bytes); // all of it: one `write` may end early on a nearly full disk
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      renameSync(temporary, path);
      syncFolder(join(path, '..'));
    } catch (error) {
      rmSync(temporary, { force: true });
      throw storageError(error, this.#folder) ?? error;
    }
  }

  #path(blob: string): string {
    return join(this.#folder, blob.slice(0, 2), blob.slice(2));
  }
}

/** Makes a new name in a folder survive a loss of power, as the file's own sync makes its content. */
function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
