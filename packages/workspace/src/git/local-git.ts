import { findRepository } from '../ignore/outer-rules.ts';
import { WorkspaceError } from '../port.ts';
import type { Git } from '../port.ts';
import { quotePath } from '../files/parse-path.ts';
import { isSecretPath } from '../secrets.ts';
import { parseStatus } from './parse-status.ts';
import type { RunGit } from './run-git.ts';

/**
 * `Git` of a folder on this machine, by the installed `git`. Hooks do not run, also not on a commit: they would run
 * outside the sandbox, and an agent can change those that lie in the tree.
 */
export function createLocalGit(options: { root: string; runGit: RunGit; parsePath: (path: string) => string }): Git {
  const { root, runGit } = options;

  const inRepository = async () => {
    if (findRepository(root) === undefined) return false;
    const { output, exitCode } = await runGit(['rev-parse', '--is-inside-work-tree'], { accept: [128] });
    return exitCode === 0 && output.trim() === 'true';
  };
  const prefix = async () => (await runGit(['rev-parse', '--show-prefix'])).output.replace(/\n$/, '');
  const hasCommits = async () => (await runGit(['rev-parse', '--verify', '--quiet', 'HEAD'], { accept: [1, 128] })).exitCode === 0;

  function pathOf(path: string): string {
    const parsed = options.parsePath(path);
    if (isSecretPath(parsed)) throw new WorkspaceError('secret', `${quotePath(path)} is on the deny list for secrets and stays closed.`, { path });
    return parsed === '' ? '.' : parsed;
  }

  const git: Git = {
    isRepository: inRepository,

    async status() {
      const [{ output }, place] = await Promise.all([runGit(['status', '--porcelain=v2', '--branch', '-z', '--untracked-files=all', '--ignore-submodules=dirty', '--', '.']), prefix()]);
      return parseStatus(output, place);
    },

    async diff({ staged = false, path, base } = {}) {
      const what = ['diff', ...(staged ? ['--cached'] : []), ...(base === undefined ? [] : [await commitOf(runGit, base)])];
      const safe = ['--no-ext-diff', '--no-textconv', '--no-color', '--relative', '--ignore-submodules=dirty'];
      const place = path === undefined ? '.' : pathOf(path);
      const names = (await runGit([...what, ...safe, '--no-renames', '--name-only', '-z', '--', place])).output.split('\0').filter((name) => name !== '');
      const secrets = names.filter(isSecretPath);
      if (secrets.length === 0) return (await runGit([...what, ...safe, '--', place])).output;
      const open = names.filter((name) => !isSecretPath(name));
      const shown = open.length === 0 ? '' : (await runGit([...what, ...safe, '--', ...open])).output;
      return shown + secrets.map((name) => `diff --git a/${name} b/${name}\nSecret file ${quotePath(name)} differs; its content is not shown.\n`).join('');
    },

    async log({ limit = 50, path } = {}) {
      if (!(await hasCommits())) {
        if (await inRepository()) return [];
      }
      const { output } = await runGit(['log', '-z', `--max-count=${Math.max(1, Math.floor(limit))}`, '--no-show-signature', '--format=%H%x1f%an%x1f%aI%x1f%s', '--', ...(path === undefined ? [] : [pathOf(path)])]);
      return output.split('\0').filter((record) => record !== '').map((record) => {
        const [commit = '', author = '', at = '', ...subject] = record.replace(/^\n/, '').split('\x1f');
        return { commit, author, at, subject: subject.join('\x1f') };
      });
    },

    async branches() {
      const [{ output }, head] = await Promise.all([runGit(['for-each-ref', '--format=%(refname:short)%00%(objectname)', 'refs/heads']), runGit(['symbolic-ref', '--quiet', '--short', 'HEAD'], { accept: [1] })]);
      const current = head.output.trim();
      const branches = output.split('\n').filter((line) => line !== '').map((line) => {
        const [name = '', commit = ''] = line.split('\0');
        return { name, current: name === current, commit };
      });
      const unborn = current !== '' && !branches.some(({ name }) => name === current);
      return unborn ? [{ name: current, current: true, commit: '' }, ...branches] : branches;
    },

    async createBranch(name, { switch: andSwitch = false } = {}) {
      const { exitCode } = await runGit(['check-ref-format', '--branch', name], { accept: [1, 128, 129] });
      if (exitCode !== 0 || name.startsWith('-') || name.startsWith('@{')) throw new WorkspaceError('bad-name', `${quotePath(name)} is not a name that Git allows for a branch. Use letters, digits, dashes and slashes.`);
      const { output } = await runGit(['for-each-ref', '--format=%(refname)', `refs/heads/${name}`]);
      if (output.split('\n').includes(`refs/heads/${name}`)) throw new WorkspaceError('exists', `There is a branch ${quotePath(name)} already. Choose another name.`);
      if (andSwitch) await runGit(['switch', '--quiet', '--no-track', '--create', name]);
      else if (await hasCommits()) await runGit(['branch', '--no-track', '--', name]);
      else throw new WorkspaceError('failed', 'The repository has no commit yet, so a branch has nothing to start from. Commit first, or create the branch and switch to it.');
    },

    async commit({ message, paths }) {
      if (message.trim() === '') throw new WorkspaceError('failed', 'The commit message is empty. Say what the commit does.');
      const chosen = paths === undefined ? await pathsToCommit() : paths.map(pathOf);
      if (chosen?.length === 0) throw new WorkspaceError('failed', 'There is nothing to commit: no file has changed.');
      if (chosen !== undefined) await runGit(['add', '--all', '--pathspec-from-file=-', '--pathspec-file-nul'], { input: chosen.join('\0') });
      const only = chosen === undefined ? [] : ['--only', '--', ...chosen];
      const { exitCode, output } = await runGit(['commit', '--quiet', '--file=-', '--cleanup=whitespace', ...only], { input: message, accept: [1] });
      if (exitCode !== 0) throw new WorkspaceError('failed', `There is nothing to commit: ${output.trim().split('\n').at(-1) ?? 'no file has changed'}.`);
      return { commit: (await runGit(['rev-parse', 'HEAD'])).output.trim() };
    },
  };

  /** Without paths: what is staged, else everything that changed but secrets. Undefined means "what is staged". */
  async function pathsToCommit(): Promise<string[] | undefined> {
    const { entries } = await git.status();
    if (entries.some(({ code }) => code !== '??' && !code.startsWith('.'))) return undefined;
    return entries.map(({ path }) => path).filter((path) => !isSecretPath(path));
  }

  return git;
}

/** Resolves what a person calls a version to a commit, so that it can never be taken for an option. */
async function commitOf(runGit: RunGit, name: string): Promise<string> {
  const { output, exitCode } = await runGit(['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`], { accept: [1, 128] });
  if (exitCode !== 0) throw new WorkspaceError('not-found', `There is no commit ${quotePath(name)}. Use a branch, a tag or a commit's hash.`);
  return output.trim();
}
