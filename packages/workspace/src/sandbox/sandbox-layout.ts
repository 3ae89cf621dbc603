import { existsSync, lstatSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { isInside } from './path-inside.ts';
import { toolchainPaths } from './toolchain-paths.ts';

/** What a sandboxed command sees of this machine, in absolute real paths. Made once for a workspace. */
export interface SandboxLayout {
  root: string;
  /** Folders shown empty: homes, `/run`, other disks, Atelier's own folders. */
  hidden: string[];
  /** Files and folders inside the root that are hidden although the root is shown. */
  hiddenInRoot: string[];
  /** System files shown as unreadable. */
  unreadable: string[];
  /** Folders below the hidden ones that are shown read-only. */
  toolchains: string[];
  /** Where `HOME` points in the sandbox; a private folder that outlives a command. */
  home: string;
  /** Private folders of this machine that stand in for the home folder, `/tmp` and `/dev/shm`. */
  privateHome: string | undefined;
  privateTemporary: string;
  privateShared: string;
  emptyFolder: string;
}

export interface LayoutOptions {
  root: string;
  homeDirectory: string;
  searchPath: string;
  /** The program that runs Atelier: its folder stays readable (the proxy's forwarder needs it). */
  executable: string;
  /** Atelier's own folders (data, checkpoints, scratch). */
  hiddenPaths: readonly string[];
  /** Private folders are made below it. */
  scratchDirectory: string;
  /** Name of the folder that stands in for `/tmp`: of one process alone, since it is removed with that. */
  temporaryName: string;
}

const hiddenSystemFolders = ['/home', '/root', '/run', '/mnt', '/media', '/var/tmp', '/var/spool/cron', '/var/backups', '/var/lib/docker', '/var/lib/kubelet', '/etc/ssh', '/etc/ssl/private', '/etc/sudoers.d', '/etc/kubernetes'];
const unreadableSystemFiles = ['/etc/shadow', '/etc/shadow-', '/etc/gshadow', '/etc/gshadow-', '/etc/sudoers', '/etc/krb5.keytab', '/etc/machine-id'];
const shownAgain = ['/run/current-system', '/run/wrappers', '/run/opengl-driver'];

/** Credentials below a home folder, for the case that the workspace *is* the home folder or holds it. */
const credentials = ['.ssh', '.gnupg', '.aws', '.azure', '.kube', '.docker', '.config/gh', '.config/gcloud', '.config/git', '.local/share/keyrings', '.password-store', '.mozilla', '.config/google-chrome', '.config/chromium', '.netrc', '.npmrc', '.pypirc', '.git-credentials', '.cargo/credentials', '.cargo/credentials.toml', '.m2/settings.xml', '.gem/credentials', '.bash_history', '.zsh_history'];

/** Reads what is there (some dozens of `stat` calls) and decides what is shown. Creates nothing. */
export function sandboxLayout(options: LayoutOptions): SandboxLayout {
  const root = realpathSync(options.root);
  const home = realOf(options.homeDirectory) ?? '/nonexistent';
  const hasHome = home !== '/' && existsSync(home);
  const own = options.hiddenPaths.concat(options.scratchDirectory).map((place) => realOf(place)).filter((place) => place !== undefined);
  const candidates = [...hiddenSystemFolders, ...(hasHome ? [home] : []), ...own].map((place) => realOf(place)).filter((place) => place !== undefined);
  const hidden = outermost(candidates.filter((place) => !isInside(place, root) && place !== '/' && !isInside(place, '/tmp')));
  const homeInRoot = hasHome && isInside(home, root);
  const scratch = path.join(realOf(options.scratchDirectory) ?? options.scratchDirectory, 'sandbox');
  const tools = hasHome && !homeInRoot ? toolchainPaths({ home, searchPath: options.searchPath, executable: options.executable }) : [];
  return {
    root,
    hidden,
    hiddenInRoot: [...own.filter((place) => isInside(place, root) && place !== root), ...(homeInRoot ? credentials.map((name) => path.join(home, name)).filter((place) => existsSync(place)) : [])],
    unreadable: unreadableSystemFiles.filter((file) => existsSync(file) && !lstatSync(file).isSymbolicLink()),
    toolchains: [...shownAgain.filter((place) => existsSync(place)), ...tools, ...shownExecutable(options.executable, hidden, home)],
    home: hasHome ? home : '/tmp/home',
    privateHome: hasHome && !homeInRoot ? path.join(scratch, 'home') : undefined,
    privateTemporary: path.join(scratch, 'tmp', options.temporaryName),
    privateShared: path.join(scratch, 'shm'),
    emptyFolder: path.join(scratch, 'empty'),
  };
}

/** A folder that is asked for as `/dev/null` or as an empty folder, by what it is. */
export function isFolder(place: string): boolean {
  return statSync(place, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function shownExecutable(executable: string, hidden: string[], home: string): string[] {
  const real = realOf(executable) ?? executable;
  const isHidden = hidden.concat('/tmp').some((place) => isInside(real, place));
  return isHidden && !isInside(real, home) ? [real] : [];
}

function realOf(place: string): string | undefined {
  return existsSync(place) ? realpathSync(place) : undefined;
}

function outermost(paths: string[]): string[] {
  const unique = [...new Set(paths)];
  return unique.filter((one) => !unique.some((other) => other !== one && isInside(one, other))).sort();
}
