import { lstatSync, mkdirSync, readFileSync, readdirSync, readlinkSync, realpathSync, rmdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** What of Git a sandboxed command sees read-only; `redacted` are copies that stand in for files which hold a password. */
export interface GitPaths {
  readOnly: string[];
  redacted: { path: string; copy: string }[];
}

export interface GitGuard {
  /** Makes sure that `.git` is something that can be mounted over, and says what to mount. Call `release` when the command has ended. */
  acquire(): GitPaths;
  release(): void;
}

/**
 * Keeps a sandboxed command from planting hooks or configuration, which Git would run outside the sandbox later.
 *
 * - `.git` (folder, or file of a worktree or submodule), the real Git folder it names, the folder that it shares, and the
 *   `.git` of submodules are mounted read-only; so is the repository around the root, which the sandbox may hide otherwise.
 * - Where there is no `.git`, an empty folder stands there while commands run (Git ignores it) and is removed after.
 * - A symbolic link cannot be mounted over: it is put back when a command replaced it.
 * - A `config` with a password in a remote's address or an `extraheader` is shown as a copy without it.
 */
export function createGitGuard(options: { root: string; scratchDirectory: string }): GitGuard {
  const { root } = options;
  const dotGit = path.join(root, '.git');
  let holders = 0;
  let madeFolder = false;
  let link: string | undefined;

  return {
    acquire() {
      holders += 1;
      const kind = kindOf(dotGit);
      if (kind === 'link' && holders === 1) link = readlinkSync(dotGit);
      // An empty one is ours too: a crash left it.
      if (kind === 'missing' ? makeFolder(dotGit) : kind === 'there' && isEmptyFolder(dotGit)) madeFolder = true;
      const readOnly = new Set<string>();
      for (const place of [dotGit, ...submodulePaths(root).map((module) => path.join(root, module, '.git'))]) {
        for (const found of withTarget(place)) readOnly.add(found);
      }
      const around = madeFolder ? repositoryAround(root) : undefined;
      if (around !== undefined) for (const found of withTarget(around)) readOnly.add(found);
      const redacted = [...readOnly].flatMap((place) => redact(path.join(place, 'config'), options.scratchDirectory));
      return { readOnly: [...readOnly], redacted };
    },
    release() {
      holders -= 1;
      if (holders > 0) return;
      if (madeFolder) {
        madeFolder = false;
        removeFolder(dotGit);
      }
      if (link !== undefined && (kindOf(dotGit) !== 'link' || readlinkSync(dotGit) !== link)) {
        rmSync(dotGit, { recursive: true, force: true });
        symlinkSync(link, dotGit);
      }
      link = undefined;
    },
  };
}

/** A `.git` and the Git folders that it stands for; nothing where it does not exist. */
function withTarget(dotGit: string): string[] {
  const kind = kindOf(dotGit);
  if (kind === 'missing') return [];
  const real = realpathSync(dotGit);
  if (!statSync(real).isFile()) return [real];
  const named = /^gitdir:\s*(.+?)\s*$/m.exec(readText(real))?.[1];
  if (named === undefined) return [real];
  const gitFolder = path.resolve(path.dirname(real), named);
  if (kindOf(gitFolder) === 'missing') return [real];
  const shared = readText(path.join(gitFolder, 'commondir')).trim();
  return shared === '' ? [real, gitFolder] : [real, path.resolve(gitFolder, shared), gitFolder];
}

function repositoryAround(root: string): string | undefined {
  for (let folder = path.dirname(root); ; folder = path.dirname(folder)) {
    const candidate = path.join(folder, '.git');
    if (kindOf(candidate) !== 'missing') return candidate;
    if (folder === path.dirname(folder)) return undefined;
  }
}

function submodulePaths(root: string): string[] {
  const paths = [...readText(path.join(root, '.gitmodules')).matchAll(/^\s*path\s*=\s*"?(.+?)"?\s*$/gm)].map((match) => match[1] ?? '');
  return paths.filter((one) => one !== '' && !path.isAbsolute(one) && !one.split('/').includes('..'));
}

function redact(config: string, scratchDirectory: string): { path: string; copy: string }[] {
  const text = readText(config);
  const clean = text.replace(/(:\/\/)[^/@\s"]+@/g, '$1').replace(/^(\s*extraheader\s*=).*$/gim, '$1');
  if (clean === text) return [];
  const copy = path.join(scratchDirectory, 'sandbox', `git-config-${Buffer.from(config).toString('base64url').slice(-40)}`);
  writeFileSync(copy, clean, { mode: 0o600 });
  return [{ path: config, copy }];
}

function kindOf(place: string): 'missing' | 'link' | 'there' {
  const stat = lstatSync(place, { throwIfNoEntry: false });
  if (stat === undefined) return 'missing';
  return stat.isSymbolicLink() ? 'link' : 'there';
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // Absent, or not for us: then it says nothing.
    return '';
  }
}

function makeFolder(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch {
    // A read-only tree: the command cannot make one either.
    return false;
  }
}

function isEmptyFolder(place: string): boolean {
  return lstatSync(place).isDirectory() && readdirSync(place).length === 0;
}

function removeFolder(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    // Not empty: a person ran `git init` meanwhile, outside the sandbox. Gone: fine.
    if (!(error instanceof Error && 'code' in error && ['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(String(error.code)))) throw error;
  }
}
