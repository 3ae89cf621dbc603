import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';

export interface SecretScan {
  /** Absolute paths of the secret files and folders that exist now; looks again only into folders that changed. */
  find(): Promise<{ files: string[]; directories: string[] }>;
}

interface Folder {
  /** Change time in nanoseconds at which the entries were read, or undefined: read again. */
  modified: bigint | undefined;
  children: string[];
  secretFiles: string[];
  secretDirectories: string[];
}

/** Dependencies' folders: nobody's secrets are there, and they have most of a project's folders. */
const skipped = new Set(['.git', 'node_modules', '.venv', 'venv', '__pycache__', '.gradle', '.next', '.turbo', '.pnpm-store']);

const statsPerSlice = 4_000;

/**
 * Finds the secrets of a tree again and again, cheaply: a folder is read when its change time moved, so that a repeated
 * search costs one `stat` (2-3 microseconds) a folder. A name is created only by changing its folder, so none is missed;
 * a folder that changed within the clock's grain is read again the next time.
 */
export function createSecretScan(options: { root: string; isSecret: (relativePath: string) => boolean }): SecretScan {
  const folders = new Map<string, Folder>();
  let pending: Promise<unknown> = Promise.resolve();

  async function scan(): Promise<{ files: string[]; directories: string[] }> {
    const files: string[] = [];
    const directories: string[] = [];
    const queue = [''];
    const seen = new Set<string>();
    let stats = 0;
    for (let at = 0; at < queue.length; at += 1) {
      const relative = queue[at] ?? '';
      const folder = look(relative);
      if (folder === undefined) continue;
      seen.add(relative);
      queue.push(...folder.children);
      files.push(...folder.secretFiles);
      directories.push(...folder.secretDirectories);
      stats += 1;
      if (stats % statsPerSlice === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    for (const known of folders.keys()) if (!seen.has(known)) folders.delete(known);
    const absolute = (relative: string) => path.join(options.root, relative);
    return { files: files.map(absolute), directories: directories.map(absolute) };
  }

  function look(relative: string): Folder | undefined {
    const absolute = path.join(options.root, relative);
    const stat = statOf(absolute);
    if (stat === undefined || !stat.isDirectory()) return undefined;
    const known = folders.get(relative);
    if (known !== undefined && known.modified === stat.ctimeNs) return known;
    const folder = read(relative, absolute);
    // Equal change times prove nothing while the clock's tick (at most 10 ms) may still hold another change.
    const settled = BigInt(Math.round(performance.timeOrigin + performance.now())) * 1_000_000n - stat.ctimeNs > 50_000_000n;
    folder.modified = settled ? stat.ctimeNs : undefined;
    folders.set(relative, folder);
    return folder;
  }

  function read(relative: string, absolute: string): Folder {
    const folder: Folder = { modified: undefined, children: [], secretFiles: [], secretDirectories: [] };
    for (const entry of entriesOf(absolute)) {
      const child = relative === '' ? entry.name : `${relative}/${entry.name}`;
      const isFolder = entry.isDirectory();
      if (isFolder && skipped.has(entry.name)) continue;
      if (options.isSecret(child)) (isFolder ? folder.secretDirectories : folder.secretFiles).push(child);
      else if (isFolder) folder.children.push(child);
    }
    return folder;
  }

  return {
    find: () => {
      const next = pending.then(scan);
      pending = next.catch(() => undefined);
      return next;
    },
  };
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    // Unreadable for us is unreadable for the command, which runs as the same user.
    return [];
  }
}

function statOf(folder: string) {
  try {
    return statSync(folder, { bigint: true, throwIfNoEntry: false });
  } catch {
    // As above: a folder that we may not look into, the command may not either.
    return undefined;
  }
}
