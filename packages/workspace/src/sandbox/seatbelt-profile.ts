import type { GitPaths } from './git-guard.ts';
import type { SandboxLayout } from './sandbox-layout.ts';

export interface SeatbeltOptions {
  layout: SandboxLayout;
  git: GitPaths;
  secretFiles: string[];
  secretDirectories: string[];
  /** Port of the allow-list proxy on 127.0.0.1; undefined: no network at all. */
  proxyPort: number | undefined;
}

/**
 * The profile (Apple's Sandbox Profile Language, for `sandbox-exec -p`) that says the same as the bubblewrap arguments:
 * writes only to the workspace and private folders, no reads of homes and secrets, no network but the proxy. The last
 * matching rule decides. Pure.
 */
export function seatbeltProfile(options: SeatbeltOptions): string {
  const { layout } = options;
  const writable = [layout.root, layout.privateHome, layout.privateTemporary, layout.privateShared].filter((folder) => folder !== undefined);
  const hidden = [...new Set([...layout.hidden, '/Users', '/private/var/root', '/Volumes'])];
  const lines = [
    '(version 1)',
    '(allow default)',
    '(deny network*)',
    '(deny file-write*)',
    '(allow file-write* (literal "/dev/null") (literal "/dev/zero") (literal "/dev/tty") (literal "/dev/dtracehelper"))',
    `(deny file-read-data ${subpaths(hidden)})`,
    `(allow file-read* ${subpaths([...layout.toolchains, ...writable])})`,
    `(allow file-write* ${subpaths(writable)})`,
    ...group('deny file-write*', [...options.git.readOnly]),
    ...group('deny file-read* file-write*', [...layout.hiddenInRoot, ...layout.unreadable, ...options.secretDirectories, ...options.secretFiles, ...options.git.redacted.map((one) => one.path)]),
    '(deny signal (target others))',
    '(deny mach-lookup (global-name "com.apple.securityd") (global-name "com.apple.SecurityServer") (global-name "com.apple.pasteboard.1"))',
    '(deny appleevent-send)',
  ];
  if (options.proxyPort !== undefined) lines.push(`(allow network-outbound (remote ip "localhost:${options.proxyPort}"))`);
  return `${lines.join('\n')}\n`;
}

function group(verb: string, paths: string[]): string[] {
  return paths.length === 0 ? [] : [`(${verb} ${subpaths(paths)})`];
}

function subpaths(paths: readonly string[]): string {
  return paths.map((one) => `(subpath ${quote(one)})`).join(' ');
}

/** A string of the profile language: backslash and quote are escaped, and nothing else is special. */
function quote(text: string): string {
  return `"${text.replace(/[\\"]/g, (character) => `\\${character}`)}"`;
}
