import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { createCheckpoints } from './checkpoints/create-checkpoints.ts';
import { createLocalFiles } from './files/local-files.ts';
import { quotePath } from './files/parse-path.ts';
import { createSafePaths } from './files/safe-paths.ts';
import type { SafePaths } from './files/safe-paths.ts';
import { listTracked } from './git/list-tracked.ts';
import { createLocalGit } from './git/local-git.ts';
import { createRunGit } from './git/run-git.ts';
import { readRules } from './ignore/outer-rules.ts';
import { WorkspaceError } from './port.ts';
import type { Files, Workspace } from './port.ts';
import { createProcesses } from './processes/create-processes.ts';
import type { ProcessLimits } from './processes/create-processes.ts';
import { detectProject } from './project/detect-project.ts';
import type { ProjectView } from './project/ecosystem.ts';
import { lazySandbox } from './sandbox/detect-sandbox.ts';
import { createLocalSearch } from './search/local-search.ts';
import { isSecretPath } from './secrets.ts';

export interface LocalWorkspaceOptions {
  /** The folder of the checkout. */
  root: string;
  /** A private folder for outputs and the sandbox's home; made when it is needed. */
  scratchDirectory: string;
  /** A private folder for the checkpoints of this root, outside of it. */
  checkpointDirectory: string;
  environment: Readonly<Record<string, string | undefined>>;
  /** `HOME` of the environment, else the system's answer, by default. */
  homeDirectory?: string;
  /** Further folders that no command may see, such as Atelier's own data folder. */
  hiddenPaths?: readonly string[];
  now?: () => number;
  newId?: () => string;
  limits?: Partial<ProcessLimits>;
  /** A search ends after this long with what it has found; 20 seconds by default. */
  searchDeadlineMs?: number;
}

/**
 * Opens a folder of this machine as a workspace. Walks nothing and waits for no process: everything is looked up when it
 * is first asked for, and the sandbox is probed meanwhile. Errors: `unavailable` where there is no such folder.
 */
export async function openLocalWorkspace(options: LocalWorkspaceOptions): Promise<Workspace> {
  if (!statSync(options.root, { throwIfNoEntry: false })?.isDirectory()) {
    throw new WorkspaceError('unavailable', `There is no folder ${quotePath(options.root)}. Create it, or open another one.`, { path: options.root });
  }
  const paths = createSafePaths(options.root);
  const { root } = paths;
  const { environment } = options;
  const files = createLocalFiles({ paths, environment });
  const runGit = createRunGit({ root, environment });
  const sandbox = lazySandbox({ platform: process.platform, environment });
  void sandbox.startProbe();
  const processes = createProcesses({
    root,
    sandbox,
    environment,
    scratchDirectory: options.scratchDirectory,
    homeDirectory: options.homeDirectory ?? environment['HOME'] ?? homedir(),
    hiddenPaths: options.hiddenPaths ?? [],
    isSecret: isSecretPath,
    now: options.now ?? Date.now,
    newId: options.newId ?? randomUUID,
    ...(options.limits && { limits: options.limits }),
  });
  return {
    root,
    files,
    search: createLocalSearch({
      paths,
      files,
      listTracked: (under, signal) => listTracked(root, runGit, under, signal),
      readText: (path) => readRules(`${root}/${path}`),
      ...(options.searchDeadlineMs !== undefined && { deadlineMs: options.searchDeadlineMs }),
    }),
    processes,
    checkpoints: createCheckpoints({ root, checkpointDirectory: options.checkpointDirectory, environment, isSecret: isSecretPath }),
    git: createLocalGit({ root, runGit, parsePath: paths.parse }),
    sandbox,
    detectProject: () => detectProject(createProjectView(paths, files)),
    close: () => processes.close(),
  };
}

function createProjectView(paths: SafePaths, files: Files): ProjectView {
  // A folder or file that is not there, is a link out of the root or cannot be read says nothing about the project.
  const unknown = (error: unknown) => {
    if (error instanceof WorkspaceError && error.code !== 'unavailable') return undefined;
    throw error;
  };
  return {
    list: async () => (await readdir(paths.root, { withFileTypes: true })).map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() })),
    names: async (folder) => {
      const real = await paths.resolve(folder).catch(unknown);
      return real === undefined ? [] : readdir(`${paths.root}/${real}`).catch(() => []);
    },
    readText: async (path) => (await files.read(path).catch(unknown))?.text,
  };
}
