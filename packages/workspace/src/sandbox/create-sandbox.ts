import { mkdirSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import type { DetectedSandbox } from './detect-sandbox.ts';
import { bubblewrapBase, bubblewrapTail, proxySocket } from './bubblewrap-argv.ts';
import { forwardScript } from './forward-script.ts';
import { createGitGuard, type GitPaths } from './git-guard.ts';
import { openAllowProxy } from './allow-proxy.ts';
import { isInside } from './path-inside.ts';
import { type LayoutOptions, type SandboxLayout, sandboxLayout } from './sandbox-layout.ts';
import { scrubEnvironment, type Environment } from './scrub-environment.ts';
import { seatbeltProfile } from './seatbelt-profile.ts';
import { createSecretScan } from './secret-scan.ts';

export interface SandboxOptions extends Omit<LayoutOptions, 'searchPath'> {
  detected: DetectedSandbox;
  environment: Environment;
  isSecret: (relativePath: string) => boolean;
  /** Effective user id; undefined where the system has none. */
  userId: number | undefined;
}

/** A command made ready to start: program, arguments and environment, and what to do when it has ended. */
export interface Wrapped {
  file: string;
  argv: string[];
  environment: Record<string, string>;
  /** Releases mounts and proxy; returns what was denied, in words. */
  release(): Promise<string[]>;
}

export interface Sandbox {
  /** Wraps `argv` (a shell with its script). `directory` is a real path inside the root. Needs `detected.kind` other than `none`. */
  wrap(argv: string[], options: { directory: string; allowedHosts: readonly string[]; environment: Readonly<Record<string, string>> }): Promise<Wrapped>;
}

/**
 * The sandbox of one workspace. What does not change (mounts of the system, toolchains) is worked out at the first
 * command; secrets and `.git` are looked at again before each one.
 */
export function createSandbox(options: SandboxOptions): Sandbox {
  const secrets = createSecretScan({ root: realpathSync(options.root), isSecret: options.isSecret });
  const guard = createGitGuard({ root: realpathSync(options.root), scratchDirectory: options.scratchDirectory });
  let prepared: { layout: SandboxLayout; base: string[] } | undefined;

  function prepare() {
    if (prepared !== undefined) return prepared;
    mkdirSync(options.scratchDirectory, { recursive: true });
    const layout = sandboxLayout({ ...options, searchPath: options.environment['PATH'] ?? '' });
    for (const folder of [layout.privateHome, layout.privateTemporary, layout.privateShared, layout.emptyFolder]) {
      if (folder !== undefined) mkdirSync(folder, { recursive: true, mode: 0o700 });
    }
    if (layout.privateHome === undefined) mkdirSync(path.join(layout.privateTemporary, 'home'), { recursive: true });
    const asOwner = options.userId === 0 && statSync(layout.root).uid !== 0;
    prepared = { layout, base: bubblewrapBase(layout, { asOwner }) };
    return prepared;
  }

  return {
    async wrap(argv, command) {
      const program = options.detected.program;
      if (program === undefined) throw new Error(`There is no sandbox to wrap a command in. ${options.detected.missing ?? ''}`);
      const { layout, base } = prepare();
      const found = await secrets.find();
      const listenOn = options.detected.kind === 'seatbelt' ? 'loopback' : 'socket';
      const proxy = command.allowedHosts.length === 0 ? undefined : await openAllowProxy({ allowedHosts: command.allowedHosts, listenOn });
      let git: GitPaths;
      try {
        git = guard.acquire();
      } catch (error) {
        await proxy?.close();
        throw error;
      }
      const release = async () => {
        guard.release();
        return proxy === undefined ? [] : await proxy.close();
      };
      const variables = {
        ...scrubEnvironment(options.environment),
        HOME: layout.home,
        TMPDIR: '/tmp',
        ...(proxy === undefined ? {} : proxyVariables(command.allowedHosts, proxy.port ?? forwardPort)),
        ...command.environment,
      };
      if (options.detected.kind === 'seatbelt') {
        const profile = seatbeltProfile({ layout, git, secretFiles: found.files, secretDirectories: found.directories, proxyPort: proxy?.port });
        const seatbelt = { ...variables, HOME: layout.privateHome ?? layout.home, TMPDIR: layout.privateTemporary };
        return { file: program, argv: ['-p', profile, '--', ...argv], environment: seatbelt, release };
      }
      const tail = bubblewrapTail(layout, {
        git,
        secretFiles: mountable(found.files, layout.root),
        secretDirectories: found.directories,
        proxySocketPath: proxy?.socketPath,
        directory: command.directory,
      });
      const inner = proxy === undefined ? argv : [realpathSync(options.executable), '-e', forwardScript, '--', proxySocket, String(forwardPort), ...argv];
      return { file: program, argv: [...base, ...tail, '--', ...inner], environment: variables, release };
    },
  };
}

/** The port of the forwarder; the network namespace is the command's own, so that it cannot be taken. */
const forwardPort = 18_080;

function proxyVariables(allowedHosts: readonly string[], port: number): Record<string, string> {
  const address = `http://127.0.0.1:${port}`;
  // A command may talk to its own servers without the proxy, unless it was allowed to reach ours.
  const local = allowedHosts.some((host) => /^(localhost|127\.|\[?::1)/i.test(host)) ? '' : 'localhost,127.0.0.1,::1';
  return {
    HTTP_PROXY: address, HTTPS_PROXY: address, ALL_PROXY: address, http_proxy: address, https_proxy: address, all_proxy: address,
    NO_PROXY: local, no_proxy: local, NODE_USE_ENV_PROXY: '1',
  };
}

/** A symbolic link cannot be covered by a mount: what it names is, where that lies in the workspace (elsewhere it is hidden or public). */
function mountable(files: string[], root: string): string[] {
  const real = files.map((file) => resolve(file)).filter((file) => file !== undefined && isInside(file, root));
  return [...new Set(real)].filter((file) => file !== undefined);
}

function resolve(file: string): string | undefined {
  try {
    return realpathSync(file);
  } catch {
    // A link to nowhere, or a file that has just gone.
    return undefined;
  }
}
