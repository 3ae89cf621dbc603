import { readdirSync, realpathSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { WorkspaceError, type Checkpoint, type Checkpoints } from '../port.ts';
import type { Environment } from '../sandbox/scrub-environment.ts';
import { restoreTree } from './restore-tree.ts';
import { saveTree } from './save-tree.ts';
import { openShadowRepository } from './shadow-repository.ts';
import { fileChanges } from './tree-changes.ts';

export interface CheckpointsOptions {
  root: string;
  /** A private folder outside the root, one for each root. */
  checkpointDirectory: string;
  environment: Environment;
  isSecret: (relativePath: string) => boolean;
  /** Larger files are not saved but named; 10 MB by default. */
  maxFileBytes?: number;
  /** How many checkpoints are kept; those used longest ago go first. 2,000 by default. */
  maxCheckpoints?: number;
}

/** The port's checkpoints, and their upkeep. */
export interface LocalCheckpoints extends Checkpoints {
  /** Forgets the oldest checkpoints over the limit and packs objects when Git thinks it worth it; for idle moments. */
  compact(): Promise<void>;
}

/**
 * Checkpoints in a hidden Git folder outside the project. A checkpoint's id is the id of its tree, so that equal states
 * have equal ids. The person's repository, if there is one, is neither read (but for its ignore rules) nor written.
 *
 * Cost: the first checkpoint stores every covered file (about a second for 10,000 small ones); a later one costs a look
 * at each file's times and the storing of what changed. Empty folders and modes other than the executable bit are not saved.
 */
export function createCheckpoints(options: CheckpointsOptions): LocalCheckpoints {
  const root = realpathSync(options.root);
  const repository = openShadowRepository({ root, directory: options.checkpointDirectory, environment: options.environment });
  const { isSecret, environment, maxFileBytes = 10_000_000, maxCheckpoints = 2_000 } = options;

  async function save(): Promise<Checkpoint> {
    const { tree, uncovered, uncoveredCount } = await saveTree(repository, { isSecret, environment, maxFileBytes });
    repository.keep(tree);
    return { checkpointId: tree, uncovered, uncoveredCount };
  }

  async function requireTree(checkpointId: string): Promise<string> {
    if (/^[0-9a-f]{40}([0-9a-f]{24})?$/.test(checkpointId)) {
      repository.prepare();
      const [, type] = (await repository.git(['cat-file', '--batch-check'], { input: `${checkpointId}\n` })).trim().split(' ');
      if (type === 'tree') return checkpointId;
    }
    throw new WorkspaceError('not-found', `There is no checkpoint ${checkpointId}. It may be of another workspace, or older than the ${maxCheckpoints} that are kept.`);
  }

  const requireOrSave = async (to: string | undefined) => (to === undefined ? (await repository.alone(save)).checkpointId : await requireTree(to));

  return {
    create: () => repository.alone(save),
    async changes(from, to) {
      return fileChanges(repository, await requireTree(from), await requireOrSave(to));
    },
    async diff(from, { to, path: only } = {}) {
      const trees = [await requireTree(from), await requireOrSave(to)];
      return repository.git(['diff-tree', '-r', '-p', '--no-renames', '--no-ext-diff', '--no-textconv', '--no-color', ...trees, '--', ...(only === undefined ? [] : [only])], { maxBytes: 33_554_432 });
    },
    async restore(to, { from, paths } = {}) {
      const wanted = await requireTree(to);
      const left = from === undefined ? undefined : await requireTree(from);
      return repository.alone(async () => {
        const { checkpointId: current } = await save();
        return restoreTree(repository, { current, to: wanted, from: left, paths });
      });
    },
    compact: () =>
      repository.alone(async () => {
        forgetOldest(path.join(options.checkpointDirectory, 'refs', 'checkpoints'), maxCheckpoints);
        await repository.git(['gc', '--auto', '--quiet']);
      }),
  };
}

function forgetOldest(folder: string, keep: number): void {
  const refs = readdirSync(folder).map((name) => path.join(folder, name));
  if (refs.length <= keep) return;
  const aged = refs.map((ref) => ({ ref, usedAtMs: statSync(ref).mtimeMs })).sort((a, b) => b.usedAtMs - a.usedAtMs);
  for (const { ref } of aged.slice(keep)) rmSync(ref, { force: true });
}
