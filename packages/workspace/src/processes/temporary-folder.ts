import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';

/** A place for temporary files of this process's commands; made by whoever uses it. */
export interface TemporaryFolder {
  readonly name: string;
  /** Removes it, and those that killed processes left. */
  remove(): Promise<void>;
}

/**
 * Names a folder of this process below `parent`. Processes that work on the same tree at once have one each: the one
 * that ends first must not take away what the commands of another are using.
 */
export function openTemporaryFolder(parent: string, id: string): TemporaryFolder {
  const name = `${process.pid}-${id}`;
  return {
    name,
    async remove() {
      const left = (await namesIn(parent)).filter((other) => !isAlive(Number.parseInt(other, 10)));
      const folders = [name, ...left].map((one) => path.join(parent, one));
      await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true, maxRetries: 3 })));
    },
  };
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch {
    return []; // no command has run yet
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
