import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { isInside } from './path-inside.ts';

/**
 * Folders below the home folder that hold tools and no credentials. They stay readable in the sandbox, where the rest of
 * the home folder is replaced by an empty one. Where a tool keeps its token beside its programs (`~/.cargo/credentials.toml`,
 * `~/.m2/settings.xml`, `~/.gem/credentials`) only the harmless parts are named.
 */
const toolchainFolders = [
  '.cargo/bin', '.cargo/registry', '.cargo/git', '.cargo/env', '.rustup', '.pyenv', '.nvm', '.fnm', '.volta', '.asdf', '.nodenv', '.rbenv', '.rvm',
  '.goenv', '.jenv', '.sdkman/candidates', '.sdkman/bin', '.deno/bin', '.bun/bin', '.bun/install/global', '.ghcup', '.opam', '.elan', '.juliaup', '.julia/juliaup',
  '.swiftly', '.dotnet', '.nuget/packages', '.m2/repository', '.m2/wrapper', '.gem/ruby', '.pub-cache/bin', '.pub-cache/hosted', 'go/bin', 'go/pkg/mod', 'sdk',
  'anaconda3', 'miniconda3', 'miniforge3', 'mambaforge', '.local/bin', '.local/lib', '.local/pipx', '.local/share/mise', '.local/share/fnm',
  '.local/share/pnpm', '.local/share/uv', '.local/share/pipx', '.local/share/asdf', '.local/share/rtx', '.local/state/fnm_multishells', '.nix-profile', '.cache/ms-playwright',
];

/** Folders that are never opened for their `bin`, however they came into `PATH`. */
const neverWhole = new Set(['.cargo', '.local', '.m2', '.gem', '.docker', '.config', '.fly', '.aws', '.azure', '.kube', '.krew', '.ssh', '.gnupg']);

/**
 * Absolute paths below `home` that sandboxed commands may read so that the person's tools work: well-known toolchains,
 * and what `PATH` names. Of `PATH`'s `x/bin` the whole `x` is opened only where `x` lies deeper than the home folder's
 * own children, because `~/.fly/bin` has `~/.fly/config.yml` (a token) beside it.
 */
export function toolchainPaths(options: { home: string; searchPath: string; executable: string }): string[] {
  const { home } = options;
  const found = new Set<string>();
  for (const folder of toolchainFolders) {
    const candidate = path.join(home, folder);
    if (existsSync(candidate)) found.add(candidate);
  }
  const entries = options.searchPath.split(path.delimiter).concat(path.dirname(options.executable));
  for (const entry of entries) {
    if (!path.isAbsolute(entry) || !isInside(entry, home) || entry === home || !existsSync(entry)) continue;
    for (const place of [entry, realpathSync(entry)]) if (isInside(place, home)) found.add(toolFolder(place, home));
  }
  return outermost([...found]);
}

function toolFolder(entry: string, home: string): string {
  const name = path.basename(entry);
  const parent = path.dirname(entry);
  if (name === '.bin') return parent;
  if (!['bin', 'sbin', 'shims', 'Scripts'].includes(name)) return entry;
  const parts = path.relative(home, parent).split(path.sep);
  const first = parts[0] ?? '';
  return parts.length < 2 || neverWhole.has(first) ? entry : parent;
}

function outermost(paths: string[]): string[] {
  return paths.filter((one) => !paths.some((other) => other !== one && isInside(one, other))).sort();
}
