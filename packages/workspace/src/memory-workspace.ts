import { createGlobMatcher } from './search/match-glob.ts';
import { createLineSearch, isSearchable } from './search/line-search.ts';
import { searchTexts } from './search/search-texts.ts';
import { detectProject } from './project/detect-project.ts';
import { createMemoryCheckpoints } from './memory/memory-checkpoints.ts';
import { createMemoryFiles, createMemoryTree } from './memory/memory-files.ts';
import type { MemoryTree } from './memory/memory-files.ts';
import { createMemoryProcesses } from './memory/memory-processes.ts';
import type { MemoryCommands } from './memory/memory-processes.ts';
import { parsePath } from './files/parse-path.ts';
import { WorkspaceError } from './port.ts';
import type { Files, Git, SandboxFacts, Search, Workspace } from './port.ts';

export interface MemoryWorkspaceOptions {
  /** Path to content. */
  files?: Record<string, string | Uint8Array>;
  /** Answers commands; without it every command is unknown (exit code 127). */
  commands?: MemoryCommands;
  sandbox?: SandboxFacts;
}

/** A workspace in memory, for tests: no disk, no processes, no Git. `tree` is the imagined disk itself. */
export function openMemoryWorkspace(options: MemoryWorkspaceOptions = {}): Workspace & { tree: MemoryTree } {
  const tree = createMemoryTree('/workspace');
  for (const [path, content] of Object.entries(options.files ?? {})) tree.put(path, Buffer.from(content));
  const files = createMemoryFiles(tree);
  const processes = createMemoryProcesses({ files, commands: options.commands ?? (({ command }) => ({ output: `${command.split(' ')[0] ?? ''}: command not found\n`, exitCode: 127 })) });
  return {
    root: tree.root,
    tree,
    files,
    search: createMemorySearch(tree, files),
    processes,
    checkpoints: createMemoryCheckpoints(tree, files),
    git: noGit,
    sandbox: options.sandbox ?? { kind: 'bubblewrap', missing: undefined },
    detectProject: () => detectProject({
      list: async () => (await files.list('.')).map(({ path, kind }) => ({ name: path, isFolder: kind === 'directory' })),
      names: async (folder) => (await files.list(folder).catch(() => [])).map(({ path }) => path.slice(folder.length + 1)),
      readText: async (path) => tree.files.get(path)?.bytes.toString('utf8'),
    }),
    close: () => processes.close(),
  };
}

function createMemorySearch(tree: MemoryTree, files: Files): Search {
  async function candidates(under: string, signal: AbortSignal | undefined): Promise<string[]> {
    const includeIgnored = under !== '' && (await files.isIgnored(under));
    const found: string[] = [];
    for await (const path of files.walk({ under, includeIgnored, ...(signal && { signal }) })) found.push(path);
    return found;
  }
  return {
    async glob(pattern, { under = '', limit = 1_000, signal } = {}) {
      const start = parsePath(under, [tree.root]);
      const matching = (await candidates(start, signal)).filter(createGlobMatcher(pattern, start));
      const age = (path: string) => tree.files.get(path)?.modifiedAtMs ?? 0;
      matching.sort((one, other) => age(other) - age(one) || (one < other ? -1 : 1));
      return { paths: matching.slice(0, limit), truncated: matching.length > limit };
    },
    async grep(query) {
      const search = createLineSearch(query);
      const start = parsePath(query.under ?? '', [tree.root]);
      const paths = (await candidates(start, query.signal)).filter(query.glob === undefined ? () => true : createGlobMatcher(query.glob, start));
      const readBytes = (path: string) => {
        const bytes = tree.files.get(path)?.bytes;
        return bytes !== undefined && isSearchable(bytes) ? bytes : undefined;
      };
      return searchTexts(search, { paths, readBytes }, query, 20_000);
    },
  };
}

const refuse = async (): Promise<never> => {
  throw new WorkspaceError('not-git', 'This folder is not in a Git repository. Run `git init` in it first, if it should be.');
};
const noGit: Git = { isRepository: async () => false, status: refuse, diff: refuse, log: refuse, branches: refuse, createBranch: refuse, commit: refuse };
