import { constants, closeSync, lstatSync, openSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/** Ignore rules that come from outside the root: Git's global excludes, `info/exclude`, and folders above the root. */
export interface OuterRules {
  /** The root relative to the top of its Git repository; `''` where it is the top or there is no repository. */
  rootInRepository: string;
  /** In the order of precedence, lowest first; `folder` is relative to the top of the repository. */
  texts: { folder: string; text: string }[];
}

/**
 * Reads the rules around `root` as Git does (gitignore(5)): `core.excludesFile` (else `$XDG_CONFIG_HOME/git/ignore`), the
 * `.gitignore` files between the repository's top and the root, and `info/exclude`. Starts no process, a handful of reads.
 */
export function readOuterRules(root: string, environment: Record<string, string | undefined>): OuterRules {
  const repository = findRepository(root);
  const texts: OuterRules['texts'] = [];
  const add = (folder: string, file: string | undefined) => {
    const text = file === undefined ? undefined : readRules(file);
    if (text !== undefined) texts.push({ folder, text });
  };
  add('', globalExcludes(environment, repository?.commonFolder));
  if (repository === undefined) return { rootInRepository: '', texts };
  add('', join(repository.commonFolder, 'info/exclude'));
  const rootInRepository = relative(repository.top, root);
  const parts = rootInRepository.split('/').filter((part) => part !== '');
  parts.forEach((_, depth) => {
    const folder = parts.slice(0, depth).join('/');
    add(folder, join(repository.top, folder, '.gitignore'));
  });
  return { rootInRepository, texts };
}

/** The Git repository that a folder lies in: its top, its own Git folder, and the one it shares with its worktrees. */
export function findRepository(folder: string): { top: string; gitFolder: string; commonFolder: string } | undefined {
  for (let top = folder; ; top = dirname(top)) {
    const gitFolder = gitFolderOf(top);
    if (gitFolder !== undefined) {
      const common = readRules(join(gitFolder, 'commondir'))?.trim();
      return { top, gitFolder, commonFolder: common === undefined ? gitFolder : resolve(gitFolder, common) };
    }
    if (dirname(top) === top) return undefined;
  }
}

function gitFolderOf(top: string): string | undefined {
  const place = join(top, '.git');
  const stats = lstatSync(place, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  if (!stats.isFile()) return lstatSync(join(place, 'HEAD'), { throwIfNoEntry: false }) === undefined ? undefined : place;
  const pointer = /^gitdir: (.+)$/m.exec(readRules(place) ?? '')?.[1];
  return pointer === undefined ? undefined : resolve(top, pointer.trim());
}

function globalExcludes(environment: Record<string, string | undefined>, commonFolder: string | undefined): string | undefined {
  const home = environment['HOME'];
  const settings = environment['XDG_CONFIG_HOME'] || (home === undefined ? undefined : join(home, '.config'));
  const configs = [
    commonFolder === undefined ? undefined : join(commonFolder, 'config'),
    ...(environment['GIT_CONFIG_GLOBAL'] === undefined ? [home && join(home, '.gitconfig'), settings && join(settings, 'git/config')] : [environment['GIT_CONFIG_GLOBAL']]),
  ];
  for (const config of configs) {
    const file = config === undefined ? undefined : excludesFileIn(readRules(config) ?? '');
    if (file !== undefined) return file.startsWith('~/') && home !== undefined ? join(home, file.slice(2)) : file;
  }
  return settings === undefined ? undefined : join(settings, 'git/ignore');
}

/** `core.excludesFile` of a Git configuration file (git-config(1), section "Syntax"), includes not followed. */
function excludesFileIn(config: string): string | undefined {
  let section = '';
  let found: string | undefined;
  for (const line of config.split('\n')) {
    const head = /^\s*\[([^\]]*)\]/.exec(line)?.[1];
    if (head !== undefined) section = head.trim().toLowerCase();
    const value = section === 'core' ? /^\s*(?:\[[^\]]*\])?\s*excludesfile\s*=\s*(.*?)\s*$/i.exec(line)?.[1] : undefined;
    if (value !== undefined) found = value.replace(/^"(.*)"$/, '$1');
  }
  return found === '' ? undefined : found;
}

/** A file's text, or undefined where there is none that can be read. Links are not followed at its name, as Git does for `.gitignore`. */
export function readRules(file: string): string | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    return readFileSync(descriptor, 'utf8');
  } catch {
    // Rules that cannot be read are rules that are not there, as for Git.
    return undefined;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
