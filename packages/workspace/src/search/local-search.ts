import { closeSync, constants, fstatSync, lstatSync, openSync, readlinkSync, readSync, realpathSync } from 'node:fs';
import { systemCode } from '../files/system-error.ts';
import type { SafePaths } from '../files/safe-paths.ts';
import { temporaryName } from '../files/write-atomically.ts';
import { createIgnoreRules, isPathIgnored } from '../ignore/ignore-rules.ts';
import { WorkspaceError } from '../port.ts';
import type { Files, Search } from '../port.ts';
import { isSecretPath } from '../secrets.ts';
import { createLineSearch, isSearchable } from './line-search.ts';
import { createGlobMatcher } from './match-glob.ts';
import { searchTexts } from './search-texts.ts';

/** Larger files are not searched. */
export const searchedFileBytes = 5 * 1024 * 1024;
const defaultLimit = 1_000;
const defaultDeadlineMs = 20_000;

export interface LocalSearchOptions {
  paths: SafePaths;
  files: Files;
  /** Git's own list of files under a folder (tracked, and untracked that are not ignored), or undefined where there is no repository. */
  listTracked: (under: string, signal: AbortSignal | undefined) => Promise<string[] | undefined>;
  /** Text of an `.atelierignore`, or undefined where there is none. */
  readText: (path: string) => string | undefined;
  deadlineMs?: number;
}

/** `Search` over a folder on this machine, without any other program than Git, and that only where it is a repository. */
export function createLocalSearch(options: LocalSearchOptions): Search {
  const { paths, files } = options;

  /** Where the search starts and what lies there. A folder that is ignored is searched all the same when it is named. */
  async function candidates(under: string | undefined, signal: AbortSignal | undefined): Promise<{ start: string; found: string[] }> {
    if (signal?.aborted) throw new WorkspaceError('aborted', 'The search was cancelled.');
    const start = await paths.resolve(paths.parse(under ?? ''));
    if (start !== '' && !lstatSync(`${paths.root}/${start}`, { throwIfNoEntry: false })?.isDirectory()) return { start, found: [start] };
    const includeIgnored = start !== '' && (await files.isIgnored(start));
    const listed = includeIgnored ? undefined : await options.listTracked(start, signal);
    if (listed !== undefined) return { start, found: withoutIgnored(listed, options.readText) };
    const found: string[] = [];
    for await (const path of files.walk({ under: start, includeIgnored, ...(signal && { signal }) })) found.push(path);
    return { start, found };
  }

  return {
    async glob(pattern, { under, limit = defaultLimit, signal } = {}) {
      const { start, found } = await candidates(under, signal);
      const matches = createGlobMatcher(relativeGlob(pattern, paths), start);
      const dated: { path: string; at: number }[] = [];
      let count = 0;
      for (const path of found) {
        if (!matches(path)) continue;
        const stats = lstatSync(`${paths.root}/${path}`, { throwIfNoEntry: false });
        if (stats?.isFile()) dated.push({ path, at: stats.mtimeMs });
        count += 1;
        if (count % 2_000 !== 0) continue;
        await new Promise((resolve) => setImmediate(resolve));
        if (signal?.aborted) throw new WorkspaceError('aborted', 'The search was cancelled.');
      }
      dated.sort((one, other) => other.at - one.at || (one.path < other.path ? -1 : 1));
      return { paths: dated.slice(0, limit).map(({ path }) => path), truncated: dated.length > limit };
    },

    async grep(query) {
      const search = createLineSearch(query);
      const { start, found } = await candidates(query.under, query.signal);
      const matches = query.glob === undefined ? () => true : createGlobMatcher(relativeGlob(query.glob, paths), start);
      const reader = createFileReader(paths.root);
      return searchTexts(search, { paths: found.filter(matches), readBytes: reader }, query, options.deadlineMs ?? defaultDeadlineMs);
    },
  };
}

/** Git's list of files as the workspace's: without secrets and what `.atelierignore` names. */
function withoutIgnored(listed: string[], readText: (path: string) => string | undefined): string[] {
  const open = listed.filter((path) => !isSecretPath(path) && !path.endsWith('/') && !temporaryName.test(path.slice(path.lastIndexOf('/') + 1)));
  const asked = readText('.atelierignore') !== undefined || open.some((path) => path.endsWith('/.atelierignore'));
  if (!asked) return open;
  const rules = createIgnoreRules({
    outer: { rootInRepository: '', texts: [] },
    readText: (path) => (path.endsWith('.atelierignore') ? readText(path) : undefined),
  });
  return open.filter((path) => !isPathIgnored(rules, path, false));
}

function relativeGlob(glob: string, paths: SafePaths): string {
  return glob.startsWith(`${paths.root}/`) ? glob.slice(paths.root.length) : glob;
}

/**
 * Reads searched files one after the other into one buffer: synchronous, because sixty thousand promises cost more than
 * the reading. What is a link, leads out of the root, is binary or too large is passed over.
 */
function createFileReader(root: string): (path: string) => Buffer | undefined {
  const prefix = root === '/' ? '/' : `${root}/`;
  const isInside = (descriptor: number, absolute: string) => {
    const real = process.platform === 'linux' ? readlinkSync(`/proc/self/fd/${descriptor}`) : realpathSync.native(absolute);
    return real.startsWith(prefix) && !isSecretPath(real.slice(prefix.length));
  };
  const buffer = Buffer.allocUnsafeSlow(searchedFileBytes);
  return (path) => {
    let descriptor: number | undefined;
    try {
      descriptor = openSync(prefix + path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      const stats = fstatSync(descriptor);
      if (!stats.isFile() || stats.size > searchedFileBytes || stats.size === 0 || !isInside(descriptor, prefix + path)) return undefined;
      const read = buffer.subarray(0, readSync(descriptor, buffer, 0, stats.size, 0));
      return isSearchable(read) ? read : undefined;
    } catch (error) {
      // Gone since it was listed, a link, or not ours to read.
      if (systemCode(error) === undefined) throw error;
      return undefined;
    } finally {
      if (descriptor !== undefined) closeSync(descriptor);
    }
  };
}

