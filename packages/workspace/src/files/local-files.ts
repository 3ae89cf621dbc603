import { hash as digest, createHash } from 'node:crypto';
import { lstat, readdir, stat } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { TextDecoder } from 'node:util';
import { createIgnoreRules, isPathIgnored } from '../ignore/ignore-rules.ts';
import { readOuterRules, readRules } from '../ignore/outer-rules.ts';
import { WorkspaceError } from '../port.ts';
import type { FileFacts, FilePage, Files } from '../port.ts';
import { isSecretPath } from '../secrets.ts';
import { createLocalChanges } from './local-changes.ts';
import { createLinePager } from './page-lines.ts';
import type { PageOptions } from './page-lines.ts';
import { quotePath } from './parse-path.ts';
import { join } from './safe-paths.ts';
import type { OpenedPath, SafePaths } from './safe-paths.ts';
import { systemCode, toWorkspaceError } from './system-error.ts';
import { requireText, toFilePage, toTextFile } from './text-file.ts';
import { walkFiles } from './walk-files.ts';

/** Files up to this size are read whole; larger ones are streamed. */
export const wholeFileBytes = 50 * 1024 * 1024;

/** The `Files` of a folder on this machine. `environment` says where Git's global rules are. */
export function createLocalFiles(options: { paths: SafePaths; environment: Record<string, string | undefined> }): Files {
  const { paths } = options;
  const rules = () => createIgnoreRules({ readText: (path) => readRules(`${paths.root}/${path}`), outer: readOuterRules(paths.root, options.environment) });
  const changes = createLocalChanges(paths);

  /** Opens a regular file for `use` and closes it. */
  async function withFile<T>(input: string, use: (file: OpenedPath, path: string) => Promise<T>): Promise<T> {
    const path = paths.parse(input);
    const file = await paths.open(path);
    try {
      requireFile(file.stats, path);
      return await use(file, path);
    } catch (error) {
      throw toWorkspaceError(error, path, 'read');
    } finally {
      await file.handle.close();
    }
  }

  return {
    ...changes,

    read: (input) => withFile(input, async ({ handle, stats }, path) => {
      if (stats.size > wholeFileBytes) throw new WorkspaceError('too-large', `${quotePath(path)} has ${megabytes(stats.size)}. Read it in pages, or search it.`, { path });
      return toTextFile(await readWhole(handle, stats), path, stats.mode & 0o7777);
    }),

    readPage: (input, page) => withFile(input, async ({ handle, stats }, path) => (stats.size > wholeFileBytes ? streamPage(handle, stats, path, page) : toFilePage(await readWhole(handle, stats), path, page))),

    readBytes: (input, limits) => withFile(input, async ({ handle, stats }, path) => {
      const maxBytes = limits?.maxBytes ?? wholeFileBytes;
      if (stats.size > maxBytes) throw new WorkspaceError('too-large', `${quotePath(path)} has ${megabytes(stats.size)}; at most ${megabytes(maxBytes)} are read at once.`, { path });
      const bytes = await readWhole(handle, stats);
      return { bytes, hash: digest('sha256', bytes) };
    }),

    async hash(input) {
      try {
        return await withFile(input, ({ handle, stats }) => hashOf(handle, stats));
      } catch (error) {
        if (error instanceof WorkspaceError && error.code === 'not-found') return null;
        throw error;
      }
    },

    async facts(input) {
      const path = paths.parse(input);
      if (path === '') return factsOf('.', await stat(paths.root).catch((error: unknown) => Promise.reject(toWorkspaceError(error, '.', 'read'))));
      return paths.inFolderOf(path, {}, async (folder, name) => factsOf(path, await lstat(folder.at(name)).catch((error: unknown) => Promise.reject(toWorkspaceError(error, path, 'read')))));
    },

    async list(input) {
      const path = paths.parse(input);
      const { handle, stats } = await paths.open(path);
      try {
        if (!stats.isDirectory()) throw new WorkspaceError('not-directory', `${quotePath(path)} is a file and not a folder. Read it instead.`, { path });
        const place = process.platform === 'linux' ? `/proc/self/fd/${handle.fd}` : `${paths.root}/${path}`;
        const names = (await readdir(place)).sort();
        const facts: FileFacts[] = [];
        for (let at = 0; at < names.length; at += 64) {
          const found = await Promise.all(names.slice(at, at + 64).map((name) => entryFacts(`${place}/${name}`, join(path, name))));
          facts.push(...found.filter((entry) => entry !== undefined));
        }
        return facts;
      } catch (error) {
        throw toWorkspaceError(error, path, 'read');
      } finally {
        await handle.close();
      }
    },

    async *walk(walk = {}) {
      const under = await paths.resolve(paths.parse(walk.under ?? ''));
      const stats = await lstat(under === '' ? paths.root : `${paths.root}/${under}`);
      const level = rules();
      if (!walk.includeIgnored && isPathIgnored(level, under, stats.isDirectory())) return;
      if (stats.isFile()) yield under;
      else yield* walkFiles({ root: paths.root, under, rules: level, includeIgnored: walk.includeIgnored ?? false, signal: walk.signal });
    },

    async isIgnored(input) {
      const path = paths.parse(input);
      if (path === '') return false;
      const stats = await lstat(`${paths.root}/${path}`).catch(() => undefined);
      return isPathIgnored(rules(), path, stats?.isDirectory() ?? input.endsWith('/'));
    },

    isSecret: isSecretPath,
  };
}

async function streamPage(handle: FileHandle, stats: Stats, path: string, page: PageOptions): Promise<FilePage> {
  const pager = createLinePager(page);
  let decoder: TextDecoder | undefined;
  let whole = true;
  for await (const { chunk, at } of chunksOf(handle)) {
    if (at === 0) {
      // The first piece ends anywhere, and UTF-16 has no NUL-free bytes: judge it up to its last line break.
      const encoding = requireText(chunk.subarray(0, chunk[0] === 0xff || chunk[0] === 0xfe ? chunk.length - (chunk.length % 2) : chunk.lastIndexOf(10) + 1 || chunk.length), path);
      if (encoding !== 'utf-8' && encoding !== 'latin1') decoder = new TextDecoder(encoding === 'utf-8-bom' ? 'utf-8' : encoding);
    }
    pager.push(decoder === undefined ? chunk : Buffer.from(decoder.decode(chunk, { stream: true }), 'utf8'));
    if (pager.isFull()) {
      whole = false;
      break;
    }
  }
  const { lines, cut, lineCount } = pager.end();
  return { path, lines, firstLine: page.firstLine, totalLines: whole ? lineCount : undefined, cut, bytes: stats.size, hash: undefined };
}

/** SHA-256 (hex) of an open file, streamed where it is large. */
export async function hashOf(handle: FileHandle, stats: Stats): Promise<string> {
  if (stats.size <= wholeFileBytes) return digest('sha256', await readWhole(handle, stats));
  const hash = createHash('sha256');
  for await (const { chunk } of chunksOf(handle)) hash.update(chunk);
  return hash.digest('hex');
}

/** All bytes, in one read where the file is as long as it was: `readFile` asks for the size again and then for the end. */
async function readWhole(handle: FileHandle, stats: Stats): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(stats.size + 1);
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
  if (bytesRead === stats.size) return buffer.subarray(0, bytesRead);
  // It has changed meanwhile, or has no size (as in /proc). `readFile` goes on from the handle's position, which is still 0.
  return handle.readFile();
}

async function* chunksOf(handle: FileHandle): AsyncGenerator<{ chunk: Buffer; at: number }> {
  const buffer = Buffer.allocUnsafe(1024 * 1024);
  for (let at = 0; ; ) {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) return;
    yield { chunk: buffer.subarray(0, bytesRead), at };
    at += bytesRead;
  }
}

function requireFile(stats: Stats, path: string): void {
  if (stats.isDirectory()) throw new WorkspaceError('is-directory', `${quotePath(path === '' ? '.' : path)} is a folder. List it, or name a file in it.`, { path });
  if (!stats.isFile()) throw new WorkspaceError('failed', `${quotePath(path)} is a device, socket or pipe and is not read.`, { path });
}

async function entryFacts(place: string, path: string): Promise<FileFacts | undefined> {
  try {
    return factsOf(path, await lstat(place));
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    // A name that is not UTF-8 cannot be asked for, and still must not be hidden; any other is gone since.
    return path.includes('\uFFFD') ? { path, kind: 'other', bytes: 0, mode: 0, modifiedAtMs: 0 } : undefined;
  }
}

function factsOf(path: string, stats: Stats): FileFacts {
  const kind = stats.isFile() ? 'file' : stats.isDirectory() ? 'directory' : stats.isSymbolicLink() ? 'symlink' : 'other';
  return { path, kind, bytes: stats.size, mode: stats.mode & 0o7777, modifiedAtMs: stats.mtimeMs };
}

function megabytes(bytes: number): string {
  return bytes < 1024 * 1024 ? `${bytes} bytes` : `${Math.ceil(bytes / 1024 / 1024)} MB`;
}
