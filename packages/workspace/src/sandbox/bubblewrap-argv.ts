import path from 'node:path';
import type { GitPaths } from './git-guard.ts';
import type { SandboxLayout } from './sandbox-layout.ts';

/** What changes from one command to the next. */
export interface CommandMounts {
  git: GitPaths;
  secretFiles: string[];
  secretDirectories: string[];
  /** A Unix socket of ours, shown at `proxySocket`. */
  proxySocketPath: string | undefined;
  /** Real path inside the root. */
  directory: string;
}

/** Where the allow-list proxy's socket is inside the sandbox. */
export const proxySocket = '/run/atelier/proxy.sock';

/**
 * The part of the arguments that is the same for every command of a workspace: an empty world of its own namespaces, the
 * system read-only, everything private hidden, the workspace writable. Order matters: a later mount covers an earlier one.
 * Pure.
 *
 * `asOwner` is for a server that runs as root in a tree of another user: no user namespace is made then, because in one
 * that maps only root the owner's files could not be written, and of root's rights only those over files are kept.
 */
export function bubblewrapBase(layout: SandboxLayout, options: { asOwner: boolean }): string[] {
  const argv = options.asOwner
    ? ['--unshare-ipc', '--unshare-pid', '--unshare-net', '--unshare-uts', '--unshare-cgroup-try']
    : ['--unshare-all'];
  argv.push('--die-with-parent', '--new-session', '--cap-drop', 'ALL');
  if (options.asOwner) argv.push('--cap-add', 'CAP_DAC_OVERRIDE', '--cap-add', 'CAP_FOWNER', '--cap-add', 'CAP_CHOWN');
  argv.push('--ro-bind', '/', '/', '--dev', '/dev', '--bind', layout.privateShared, '/dev/shm', '--proc', '/proc');
  // The kernel's settings: root may write them by file mode alone, without any capability.
  for (const place of ['/proc/sys', '/proc/sysrq-trigger', '/proc/irq', '/proc/bus']) argv.push('--ro-bind-try', place, place);
  for (const file of layout.unreadable) argv.push('--ro-bind', '/dev/null', file);
  argv.push('--bind', layout.privateTemporary, '/tmp');
  for (const folder of layout.hidden) {
    if (folder === layout.home && layout.privateHome !== undefined) continue;
    if (folder === '/var/tmp') argv.push('--bind', layout.privateTemporary, folder);
    else argv.push('--tmpfs', folder);
  }
  if (layout.privateHome !== undefined) argv.push('--bind', layout.privateHome, layout.home);
  for (const folder of layout.toolchains) argv.push('--ro-bind', folder, folder);
  argv.push('--bind', layout.root, layout.root);
  for (const folder of layout.hiddenInRoot) argv.push('--ro-bind', layout.emptyFolder, folder);
  return argv;
}

/** The arguments of one command after the base and before `--`. Pure. */
export function bubblewrapTail(layout: SandboxLayout, mounts: CommandMounts): string[] {
  const argv: string[] = [];
  // The shared Git folder first: a worktree's own folder lies in it.
  for (const place of mounts.git.readOnly) argv.push('--ro-bind', place, place);
  for (const { path: config, copy } of mounts.git.redacted) argv.push('--ro-bind', copy, config);
  for (const folder of mounts.secretDirectories) argv.push('--ro-bind', layout.emptyFolder, folder);
  for (const file of mounts.secretFiles) argv.push('--ro-bind', '/dev/null', file);
  if (mounts.proxySocketPath !== undefined) argv.push('--dir', path.dirname(proxySocket), '--ro-bind', mounts.proxySocketPath, proxySocket);
  // Empty folders in memory become read-only last, so that a command cannot fill memory through them.
  const emptied = layout.hidden.filter((folder) => folder !== layout.home && folder !== '/var/tmp');
  for (const folder of [...emptied, '/dev']) argv.push('--remount-ro', folder);
  argv.push('--chdir', mounts.directory);
  return argv;
}
