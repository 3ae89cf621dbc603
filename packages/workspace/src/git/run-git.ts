import { execFile } from 'node:child_process';
import { systemCode } from '../files/system-error.ts';
import { WorkspaceError } from '../port.ts';

export interface RunGitOptions {
  input?: string | undefined;
  signal?: AbortSignal | undefined;
  /** Exit codes that are answers and not failures, besides 0. */
  accept?: number[];
}
export type RunGit = (args: string[], options?: RunGitOptions) => Promise<{ output: string; exitCode: number }>;

const maxOutputBytes = 64 * 1024 * 1024;
const timeoutMs = 120_000;

/**
 * Settings for every call. Nothing that a repository's files or configuration name is run on the way: no hooks, no file
 * system monitor, no external diff, no `ext::` transport.
 */
const safeSettings = [
  'core.fsmonitor=false', 'core.hooksPath=/dev/null', 'core.quotePath=false', 'core.untrackedCache=keep', 'protocol.ext.allow=never', 'color.ui=false', 'diff.external=', 'log.showSignature=false',
  'submodule.recurse=false', 'diff.noprefix=false', 'diff.mnemonicPrefix=false', 'status.relativePaths=true', 'gc.auto=0', 'maintenance.auto=false', 'advice.addIgnoredFile=false',
];

/** What of the environment Git gets: enough to find itself and the user's name, and nothing that redirects it. */
const passedOn = ['PATH', 'HOME', 'USER', 'LOGNAME', 'TMPDIR', 'XDG_CONFIG_HOME', 'GIT_CONFIG_GLOBAL', 'GIT_AUTHOR_NAME', 'GIT_AUTHOR_EMAIL', 'GIT_COMMITTER_NAME', 'GIT_COMMITTER_EMAIL', 'GNUPGHOME', 'SSH_AUTH_SOCK', 'SYSTEMROOT'];

/** Runs `git` in a folder without a shell, pager, prompt or optional lock. Errors: not-git, unavailable, too-large, aborted, failed (with Git's words). */
export function createRunGit(options: { root: string; environment: Record<string, string | undefined> }): RunGit {
  const passed = passedOn.flatMap((name) => (options.environment[name] === undefined ? [] : [[name, options.environment[name]] as const]));
  const environment = {
    ...Object.fromEntries(passed),
    LC_ALL: 'C.UTF-8', GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0', GIT_PAGER: 'cat', GIT_EDITOR: 'false', GIT_LITERAL_PATHSPECS: '1', GIT_ASKPASS: '', SSH_ASKPASS: '',
  };
  const settings = safeSettings.flatMap((setting) => ['-c', setting]);
  return (args, { input, signal, accept = [] } = {}) =>
    new Promise((resolve, reject) => {
      const child = execFile(
        'git',
        ['--no-pager', ...settings, ...args],
        { cwd: options.root, env: environment, maxBuffer: maxOutputBytes, timeout: timeoutMs, encoding: 'utf8', windowsHide: true, ...(signal && { signal }) },
        (error, output, errorOutput) => {
          const exitCode = error === null ? 0 : error.code;
          if (error === null || (typeof exitCode === 'number' && accept.includes(exitCode))) resolve({ output, exitCode: Number(exitCode) });
          else reject(toGitError(error, errorOutput, args));
        },
      );
      child.stdin?.on('error', (error) => {
        // Git may end before it has read everything; its exit code tells what happened.
        if (systemCode(error) !== 'EPIPE') reject(error);
      });
      child.stdin?.end(input ?? '');
    });
}

function toGitError(error: Error & { code?: number | string | null; killed?: boolean }, errorOutput: string, args: string[]): WorkspaceError {
  const words = errorOutput.trim().replace(/^(?:fatal|error): /, '');
  const command = `git ${args.find((arg) => !arg.startsWith('-')) ?? ''}`;
  if (error.name === 'AbortError') return new WorkspaceError('aborted', `${command} was cancelled.`, { cause: error });
  if (error.code === 'ENOENT') return new WorkspaceError('unavailable', 'Git was not found, or the folder is gone. Install Git (apt install git, brew install git) and try again.', { cause: error });
  if (error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return new WorkspaceError('too-large', `${command} has more than 64 MB to say. Limit it to a path.`, { cause: error });
  if (/not a git repository/i.test(words)) return new WorkspaceError('not-git', 'This folder is not in a Git repository. Run `git init` in it first, if it should be.', { cause: error });
  if (error.killed === true) return new WorkspaceError('failed', `${command} took longer than two minutes and was stopped. Limit it to a path.`, { cause: error });
  return new WorkspaceError('failed', `${command} failed: ${words === '' ? error.message : words}`, { cause: error });
}
