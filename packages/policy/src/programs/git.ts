import { ownEntry } from '../own-entry.ts';
import type { ShellWord } from '../shell/shell-line.ts';

export interface GitUse {
  readOnly: boolean;
  /** What this would lose or rewrite, as the end of a sentence. */
  destructive?: string;
  network: boolean;
}

/** Options before the verb whose value is the next word. */
const globalValues = new Set(['-C', '-c', '--git-dir', '--work-tree', '--namespace', '--exec-path', '--super-prefix', '--config-env', '--attr-source']);

/** Verbs that lose work with one option and do not with another. */
const losesByOption = new Set(['reset', 'push', 'clean', 'branch', 'checkout', 'switch', 'stash', 'reflog', 'gc', 'tag', 'worktree']);

/** Says what a Git command would do; `words` begins with `git`. A verb that is not known may be an alias for anything. */
export function classifyGit(words: ShellWord[]): GitUse {
  let at = 1;
  let trusted = true;
  for (; words[at]?.text.startsWith('-'); at += 1) {
    const text = words[at]?.text ?? '';
    if (/^(?:--version|--help|-h|-v|--html-path|--man-path|--info-path)$/.test(text)) return { readOnly: true, network: false };
    if (!/^(?:--no-pager|--no-optional-locks|--literal-pathspecs|-C|-P)$/.test(text)) trusted = false;
    if (/^(?:-c|--config-env)/.test(text) && /alias\./i.test(`${text} ${words[at + 1]?.text ?? ''}`)) return { readOnly: false, network: false, destructive: 'it defines an alias that may do anything' };
    if (globalValues.has(text)) at += 1;
  }
  const verb = words[at];
  if (!verb) return { readOnly: true, network: false };
  const rest = words.slice(at + 1);
  const args = rest.map((word) => word.text);
  if (verb.dynamic || verb.glob) return { readOnly: false, network: false, destructive: 'its verb is only known when it runs' };
  const unknown = rest.some((word) => word.dynamic) && losesByOption.has(verb.text) ? 'its options are only known when it runs' : undefined;
  const lost = destroys(verb.text, args) ?? unknown;
  // A word that is only known later could be any option.
  const plain = rest.every((word) => !word.dynamic && !/^[*?[]/.test(word.glob ? word.text : ''));
  return {
    readOnly: lost === undefined && trusted && plain && onlyReads(verb.text, args),
    network: /^(?:push|pull|fetch|clone|ls-remote|remote|submodule|send-email|request-pull|svn|p4|lfs)$/.test(verb.text),
    ...(lost !== undefined && { destructive: lost }),
  };
}

const always: Record<string, string | undefined> = {
  restore: 'it discards changes to files',
  rebase: 'it rewrites commits',
  'filter-branch': 'it rewrites the history',
  'filter-repo': 'it rewrites the history',
  'update-ref': 'it moves or deletes a reference',
  'checkout-index': 'it overwrites files',
  'read-tree': 'it overwrites the index or files',
  prune: 'it deletes objects for good',
  'prune-packed': 'it deletes objects for good',
  replace: 'it replaces objects',
  'fast-import': 'it can overwrite branches',
};

/** Verbs that never lose what was there before, whatever their options. */
const ordinary = new Set([
  'add', 'commit', 'merge', 'pull', 'fetch', 'clone', 'init', 'cherry-pick', 'revert', 'mv', 'apply', 'am', 'bisect', 'submodule', 'lfs', 'config', 'notes', 'remote',
  'sparse-checkout', 'maintenance', 'bundle', 'archive', 'format-patch', 'request-pull', 'send-email', 'difftool', 'mergetool', 'subtree', 'credential', 'write-tree', 'commit-tree',
  'hash-object', 'mktree', 'mktag', 'pack-refs', 'repack', 'rerere', 'column', 'stage', 'commit-graph', 'multi-pack-index', 'update-index', 'symbolic-ref', 'instaweb', 'gui', 'citool', 'daemon',
  'index-pack', 'unpack-objects', 'pack-objects', 'interpret-trailers', 'mailinfo', 'mailsplit', 'merge-file', 'merge-index', 'rm', 'ls-remote', 'fsck', 'verify-pack', 'show-index', 'stripspace', 'fmt-merge-msg', 'worktree', 'reflog', 'gc', 'push', 'reset', 'clean', 'checkout', 'switch', 'stash', 'branch', 'tag',
]);

function destroys(verb: string, args: string[]): string | undefined {
  const has = (pattern: RegExp) => args.some((arg) => pattern.test(arg));
  /** Git accepts every unambiguous beginning of a long option. */
  const long = (name: string, least = 3) => args.some((arg) => arg.startsWith('--') && arg.length >= least + 2 && `--${name}`.startsWith(arg.split('=')[0] ?? ''));
  const first = args.find((arg) => !arg.startsWith('-'));
  switch (verb) {
    case 'reset':
      return long('hard', 1) || long('merge', 2) || long('keep', 1) ? 'it discards changes to files' : undefined;
    case 'clean':
      return (has(/^-[a-zA-Z]*n/) || long('dry-run', 1)) && !has(/^-[a-zA-Z]*i/) ? undefined : 'it deletes files that Git does not track';
    case 'push':
      return has(/^-[a-zA-Z]*[fd]/) || long('force', 2) || long('force-with-lease', 2) || long('delete', 1) || long('mirror', 1) || long('prune', 3) || has(/^[+:]./) ? 'it overwrites or deletes a remote branch' : undefined;
    case 'checkout':
      return keepsFiles(args) ? undefined : 'it may discard changes to files';
    case 'switch':
      return has(/^-[a-zA-Z]*[fC]/) || long('force', 1) || long('discard-changes', 2) || long('force-create', 1) ? 'it discards changes to files or moves a branch' : undefined;
    case 'restore':
      return (long('staged', 2) || has(/^-S$/)) && !long('worktree', 1) && !has(/^-[a-zA-Z]*W/) ? undefined : always[verb];
    case 'branch':
      return has(/^-[a-zA-Z]*[DMCf]/) || long('force', 1) || has(/^-[a-zA-Z]*d/) || long('delete', 2) ? 'it deletes or moves a branch' : undefined;
    case 'tag':
      return has(/^-[a-zA-Z]*[df]/) || long('delete', 2) || long('force', 2) ? 'it deletes or moves a tag' : undefined;
    case 'stash':
      return first === 'drop' || first === 'clear' ? 'it deletes stashed changes' : undefined;
    case 'reflog':
      return first === 'expire' || first === 'delete' || first === 'drop' ? 'it deletes the record that could bring commits back' : undefined;
    case 'gc':
      return long('prune', 2) || long('aggressive', 1) ? 'it deletes objects for good' : undefined;
    case 'rm':
      return has(/^-[a-zA-Z]*f/) || long('force', 1) ? 'it deletes files with changes' : undefined;
    case 'worktree':
      return first === 'remove' || first === 'prune' ? 'it deletes a worktree' : undefined;
    case 'remote':
      return first === 'remove' || first === 'rm' || first === 'prune' ? 'it deletes what is known of a remote' : undefined;
    case 'submodule':
      return first === 'deinit' || first === 'foreach' || (first === 'update' && (has(/^-[a-zA-Z]*f/) || long('force', 1))) ? 'it may discard the changes of submodules' : undefined;
    case 'bisect':
      return first === 'run' || first === 'reset' ? 'it checks other commits out, or runs a command on each' : undefined;
    case 'merge':
    case 'am':
    case 'cherry-pick':
    case 'revert':
      return long('abort', 2) || long('quit', 1) ? 'it throws away what was merged so far' : undefined;
    case 'config':
      return has(/^(?:alias\.|core\.(?:hookspath|fsmonitor|sshcommand|editor|pager))/i) && !has(/^--?(?:get|l)/) ? 'it changes what Git runs' : undefined;
    case 'fetch':
    case 'pull':
      return has(/^--upload-pack/) || has(/^\+/) || long('force', 2) || has(/^-[a-zA-Z]*f/) || (verb === 'pull' && (long('rebase', 1) || has(/^-[a-zA-Z]*r/))) ? 'it overwrites or rewrites branches' : undefined;
    default:
      if (ownEntry(always, verb) !== undefined) return always[verb];
      return ordinary.has(verb) || ownEntry(readers, verb) !== undefined ? undefined : `"git ${verb}" may be an alias for anything`;
  }
}

/** `git checkout` takes branches and files alike; only what certainly names a branch keeps the files. */
function keepsFiles(args: string[]): boolean {
  if (args.some((arg) => /^-[a-zA-Z]*[fB]/.test(arg) || /^--(?:f|ours|theirs|merge|pathspec|overlay|no-overlay|patch)/.test(arg) || arg === '-p' || arg === '--')) return false;
  if (args.some((arg) => /^(?:-b|--orphan|--detach|-t|--track)$/.test(arg))) return true;
  return args.length === 0 || (args.length === 1 && /^(?:main|master|develop|trunk|-)$/.test(args[0] ?? ''));
}

/** Options of reading verbs that write a file or start a program. */
const unsafe = /^(?:--output|-o|--ext-diff|--textconv|--open-files-in-pager|-O|--exec|--upload-pack|--filters|--contents$|-c$|--edit)/;

const any = (): boolean => true;
/** Every argument is an option of these, or there is none. */
const onlyOptions = (pattern: RegExp) => (args: string[]): boolean => args.every((arg) => pattern.test(arg));
const firstIs = (pattern: RegExp) => (args: string[]): boolean => pattern.test(args[0] ?? '');

const readers: Record<string, ((args: string[]) => boolean) | undefined> = {
  status: any, log: any, diff: any, show: any, blame: any, annotate: any, grep: any, shortlog: any, describe: any, 'rev-parse': any, 'rev-list': any, 'ls-files': any, 'ls-tree': any, 'cat-file': any,
  'name-rev': any, 'merge-base': any, 'for-each-ref': any, 'show-ref': any, 'show-branch': any, whatchanged: any, cherry: any, 'count-objects': any, 'diff-tree': any, 'diff-index': any, 'diff-files': any,
  'range-diff': any, version: any, 'check-ignore': any, 'check-attr': any, 'check-ref-format': any, 'merge-tree': any, 'verify-commit': any, 'verify-tag': any, 'patch-id': any, var: any, 'ls-remote': (args) => !args.some((arg) => arg.startsWith('--u') || arg.startsWith('ext::')),
  help: (args) => !args.some((arg) => arg.startsWith('-')),
  branch: (args) => onlyOptions(/^(?:-a|-r|-v|-vv|-av|-avv|-rv|-l|--list|--all|--remotes|--show-current|--no-color|--color=?.*|--sort=.*|--format=.*|--merged|--no-merged|--contains=?.*)$/)(args) || (/^(?:--list|-l|--contains|--merged|--no-merged|--points-at)$/.test(args[0] ?? '')),
  tag: (args) => args.length === 0 || /^(?:-l|--list|-n\d*|--contains|--merged|--points-at)$/.test(args[0] ?? ''),
  remote: (args) => onlyOptions(/^(?:-v|--verbose)$/)(args) || args[0] === 'get-url',
  stash: firstIs(/^(?:list|show)$/),
  reflog: (args) => args.length === 0 || /^(?:show|exists|-\d+|-n)$/.test(args[0] ?? '') || !/^[a-z]+$/.test(args[0] ?? ''),
  config: (args) => !args.some((arg) => /^(?:--add|--unset|--replace|--rename|--remove|--edit|-e$)/.test(arg)) && /^(?:--get|--get-all|--get-regexp|--list|-l|get|list)$/.test(args.find((arg) => !/^--(?:global|local|system|worktree|show-origin|show-scope|name-only|null)$/.test(arg)) ?? ''),
  worktree: firstIs(/^list$/),
  submodule: (args) => args.length === 0 || args[0] === 'status' || args[0] === 'summary',
  notes: (args) => args.length === 0 || args[0] === 'list' || args[0] === 'show',
  bisect: firstIs(/^(?:log|view|visualize)$/),
  'symbolic-ref': (args) => args.filter((arg) => !/^(?:-q|--quiet|--short|--no-recurse|--recurse)$/.test(arg)).length === 1 && !args.some((arg) => /^(?:-d|--d)/.test(arg)),
  clean: any,
};

function onlyReads(verb: string, args: string[]): boolean {
  const check = ownEntry(readers, verb);
  if (check === undefined || !check(args)) return false;
  const end = args.indexOf('--');
  return !(end < 0 ? args : args.slice(0, end)).some((arg) => unsafe.test(arg) && !(verb === 'ls-files' && arg === '-o') && !(verb === 'grep' && (arg === '-o' || arg === '-c')) && !(verb === 'shortlog' && arg === '-c'));
}
