import { hash as digest } from 'node:crypto';
import { encodeOver } from '../files/encode-over.ts';
import { isInGitFolder, parsePath, quotePath } from '../files/parse-path.ts';
import { refuseSecret } from '../files/safe-paths.ts';
import { toFilePage, toTextFile } from '../files/text-file.ts';
import { createIgnoreRules, isPathIgnored } from '../ignore/ignore-rules.ts';
import { WorkspaceError } from '../port.ts';
import type { FileFacts, Files } from '../port.ts';
import { isSecretPath } from '../secrets.ts';

export interface MemoryFile {
  bytes: Buffer;
  mode: number;
  modifiedAtMs: number;
}

/** Files and folders kept in memory; what a test puts in here is on the imagined disk. */
export interface MemoryTree {
  root: string;
  files: Map<string, MemoryFile>;
  /** Folders, empty ones too; `''` is the root. */
  folders: Set<string>;
  put(path: string, bytes: Buffer, mode?: number): void;
}

export function createMemoryTree(root: string): MemoryTree {
  const files = new Map<string, MemoryFile>();
  const folders = new Set(['']);
  let clock = 0;
  return {
    root,
    files,
    folders,
    put(path, bytes, mode = 0o644) {
      clock += 1;
      const parts = path.split('/').slice(0, -1);
      parts.forEach((_, depth) => folders.add(parts.slice(0, depth + 1).join('/')));
      files.set(path, { bytes, mode, modifiedAtMs: clock });
    },
  };
}

/** `Files` over a memory tree, with the rules of the local implementation for names, secrets, encodings and guards. */
export function createMemoryFiles(tree: MemoryTree): Files {
  const parse = (input: string) => parsePath(input, [tree.root]);
  const rules = () => createIgnoreRules({ outer: { rootInRepository: '', texts: [] }, readText: (path) => tree.files.get(path)?.bytes.toString('utf8') });
  const missing = (path: string) => new WorkspaceError('not-found', `There is nothing at ${quotePath(path)}. List its folder or search for the name.`, { path });

  function requireFile(input: string): { path: string; file: MemoryFile } {
    const path = parse(input);
    refuseSecret(path, input);
    if (tree.folders.has(path)) throw new WorkspaceError('is-directory', `${quotePath(input)} is a folder. List it, or name a file in it.`, { path });
    const file = tree.files.get(path);
    if (file === undefined) throw missing(path);
    return { path, file };
  }

  function parseForChange(input: string): string {
    const path = parse(input);
    refuseSecret(path, input);
    if (isInGitFolder(path)) throw new WorkspaceError('read-only', `${quotePath(input)} is in Git's own folder, which only Git changes. Use a Git command for what you want to do.`, { path });
    if (tree.folders.has(path)) throw new WorkspaceError('is-directory', `${quotePath(input)} is a folder. Name a file in it.`, { path });
    const above = path.split('/').slice(0, -1).map((_, depth, parts) => parts.slice(0, depth + 1).join('/')).find((part) => tree.files.has(part));
    if (above !== undefined) throw new WorkspaceError('not-directory', `${quotePath(above)} is a file and not a folder. List the folders above it.`, { path });
    return path;
  }

  function requireHash(path: string, ifHash: string | null | undefined): void {
    if (ifHash === undefined) return;
    const file = tree.files.get(path);
    const hash = file === undefined ? null : digest('sha256', file.bytes);
    if (hash !== ifHash) throw new WorkspaceError('changed', `${quotePath(path)} has changed since it was looked at, so nothing was written. Read it again and repeat the change on what is there.`, { path });
  }

  const factsOf = (path: string): FileFacts | undefined => {
    const file = tree.files.get(path);
    if (file !== undefined) return { path, kind: 'file', bytes: file.bytes.length, mode: file.mode, modifiedAtMs: file.modifiedAtMs };
    return tree.folders.has(path) ? { path: path === '' ? '.' : path, kind: 'directory', bytes: 0, mode: 0o755, modifiedAtMs: 0 } : undefined;
  };

  return {
    async read(input) {
      const { path, file } = requireFile(input);
      return toTextFile(file.bytes, path, file.mode);
    },

    async readPage(input, page) {
      const { path, file } = requireFile(input);
      return toFilePage(file.bytes, path, page);
    },

    async readBytes(input, { maxBytes = Number.POSITIVE_INFINITY } = {}) {
      const { path, file } = requireFile(input);
      if (file.bytes.length > maxBytes) throw new WorkspaceError('too-large', `${quotePath(path)} has ${file.bytes.length} bytes; at most ${maxBytes} are read at once.`, { path });
      return { bytes: Buffer.from(file.bytes), hash: digest('sha256', file.bytes) };
    },

    async hash(input) {
      const path = parse(input);
      refuseSecret(path, input);
      return !tree.folders.has(path) && !tree.files.has(path) ? null : digest('sha256', requireFile(input).file.bytes);
    },

    async hashAfterWrite(input, text, options) {
      const path = parseForChange(input);
      return digest('sha256', await encodeOver(tree.files.get(path)?.bytes, text, path, options));
    },

    async write(input, text, options = {}) {
      const path = parseForChange(input);
      requireHash(path, options.ifHash);
      const bytes = await encodeOver(tree.files.get(path)?.bytes, text, path, options);
      // Encoding may have waited: what was true before it must still be.
      requireHash(path, options.ifHash);
      tree.put(path, bytes, tree.files.get(path)?.mode);
      return { hash: digest('sha256', bytes), bytes: bytes.length };
    },

    async remove(input, options = {}) {
      const path = parse(input);
      if (tree.folders.has(path) && path !== '' && factsBelow(tree, path).length === 0) {
        tree.folders.delete(path);
        return;
      }
      parseForChange(input);
      if (!tree.files.has(path)) throw missing(path);
      requireHash(path, options.ifHash);
      tree.files.delete(path);
    },

    async move(fromInput, toInput) {
      const from = parse(fromInput);
      refuseSecret(from, fromInput);
      const to = parse(toInput);
      refuseSecret(to, toInput);
      if (to === from || to.startsWith(`${from}/`)) throw new WorkspaceError('failed', `${quotePath(from)} cannot be moved to ${quotePath(to)}, which is itself or inside it. Choose another place.`, { path: to });
      if (factsOf(from) === undefined) throw missing(from);
      if (factsOf(to) !== undefined) throw new WorkspaceError('exists', `${quotePath(to)} exists already. Choose another name, or change what is there.`, { path: to });
      parseForChange(toInput);
      const files = [...tree.files].filter(([path]) => path === from || path.startsWith(`${from}/`));
      const secret = files.find(([path]) => isSecretPath(path));
      if (secret) throw new WorkspaceError('secret', `${quotePath(from)} was not moved: ${quotePath(secret[0])} in it is on the deny list for secrets. Move the other files one by one.`, { path: from });
      for (const folder of [...tree.folders].filter((path) => path === from || path.startsWith(`${from}/`))) {
        tree.folders.delete(folder);
        tree.folders.add(to + folder.slice(from.length));
      }
      for (const [path, file] of files) {
        tree.files.delete(path);
        tree.put(to + path.slice(from.length), file.bytes, file.mode);
      }
    },

    async facts(input) {
      const path = parse(input);
      const facts = factsOf(path);
      if (facts === undefined) throw missing(path);
      return facts;
    },

    async list(input) {
      const path = parse(input);
      refuseSecret(path, input);
      if (tree.files.has(path)) throw new WorkspaceError('not-directory', `${quotePath(path)} is a file and not a folder. Read it instead.`, { path });
      if (!tree.folders.has(path)) throw missing(path);
      return factsBelow(tree, path).map(factsOf).filter((facts) => facts !== undefined);
    },

    async *walk({ under = '', includeIgnored = false, signal } = {}) {
      const start = parse(under);
      refuseSecret(start, under);
      if (factsOf(start) === undefined) throw missing(start);
      const level = rules();
      for (const path of [...tree.files.keys()].sort()) {
        if (signal?.aborted) throw new WorkspaceError('aborted', 'Listing the files was cancelled.');
        if (start !== '' && path !== start && !path.startsWith(`${start}/`)) continue;
        if (isSecretPath(path) || isInGitFolder(path) || (!includeIgnored && isPathIgnored(level, path, false))) continue;
        yield path;
      }
    },

    async isIgnored(input) {
      const path = parse(input);
      return path !== '' && isPathIgnored(rules(), path, tree.folders.has(path) || input.endsWith('/'));
    },

    isSecret: isSecretPath,
  };
}

/** Paths of what lies directly in a folder, by name. */
function factsBelow(tree: MemoryTree, folder: string): string[] {
  const prefix = folder === '' ? '' : `${folder}/`;
  return [...tree.files.keys(), ...tree.folders].filter((path) => path !== '' && path.startsWith(prefix) && !path.slice(prefix.length).includes('/')).sort();
}
