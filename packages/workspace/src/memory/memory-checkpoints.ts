import { hash as digest } from 'node:crypto';
import { createTwoFilesPatch, diffLines } from 'diff';
import { detectEncoding } from '../files/text-encoding.ts';
import { WorkspaceError } from '../port.ts';
import type { Checkpoints, FileChange, Files, Uncovered } from '../port.ts';
import type { MemoryTree } from './memory-files.ts';

type Saved = Map<string, Buffer>;

/** `Checkpoints` that keep copies in memory. Covered are the files that are neither ignored nor secret. */
export function createMemoryCheckpoints(tree: MemoryTree, files: Files): Checkpoints {
  const saved = new Map<string, Saved>();

  async function current(): Promise<Saved> {
    const state: Saved = new Map();
    for await (const path of files.walk()) state.set(path, tree.files.get(path)?.bytes ?? Buffer.alloc(0));
    return state;
  }

  async function stateOf(checkpointId: string | undefined): Promise<Saved> {
    if (checkpointId === undefined) return current();
    const state = saved.get(checkpointId);
    if (state === undefined) throw new WorkspaceError('not-found', `There is no checkpoint ${checkpointId}.`);
    return state;
  }

  async function changes(from: string, to?: string): Promise<FileChange[]> {
    const before = await stateOf(from);
    const after = await stateOf(to);
    const paths = [...new Set([...before.keys(), ...after.keys()])].sort();
    return paths.filter((path) => !same(before.get(path), after.get(path))).map((path) => changeOf(path, before.get(path), after.get(path)));
  }

  return {
    async create() {
      const state = await current();
      const checkpointId = digest('sha256', [...state].map(([path, bytes]) => `${path}\0${digest('sha256', bytes)}`).join('\n'));
      saved.set(checkpointId, state);
      const uncovered: Uncovered[] = [...tree.files.keys()].filter((path) => !state.has(path)).sort().map((path) => ({ path, reason: files.isSecret(path) ? 'secret' : 'ignored' }));
      return { checkpointId, uncovered: uncovered.slice(0, 100), uncoveredCount: uncovered.length };
    },

    changes,

    async diff(from, { to, path } = {}) {
      const found = (await changes(from, to)).filter((change) => path === undefined || change.path === path || change.path.startsWith(`${path}/`));
      const [old, now] = [await stateOf(from), await stateOf(to)];
      return found.map((change) => {
        if (change.binary) return `Binary files a/${change.path} and b/${change.path} differ\n`;
        const [before, after] = [change.before === null ? '/dev/null' : `a/${change.path}`, change.after === null ? '/dev/null' : `b/${change.path}`];
        const patch = createTwoFilesPatch(before, after, old.get(change.path)?.toString('utf8') ?? '', now.get(change.path)?.toString('utf8') ?? '', undefined, undefined, { context: 3 });
        return `diff --git a/${change.path} b/${change.path}\n${patch.replace(/^=+\n/, '').replaceAll(/^(---|\+\+\+ )(.*)\t$/gm, '$1$2')}`;
      }).join('');
    },

    async restore(to, { from, paths } = {}) {
      const wanted = await stateOf(to);
      const left = from === undefined ? undefined : await stateOf(from);
      const now = await current();
      const result: Awaited<ReturnType<Checkpoints['restore']>> = { restored: [], removed: [], skipped: [] };
      for (const path of [...new Set([...wanted.keys(), ...(left ?? now).keys()])].sort()) {
        const target = wanted.get(path);
        if (paths !== undefined && !paths.some((one) => one === path || path.startsWith(`${one}/`))) continue;
        if (same(now.get(path), target) || (left !== undefined && same(left.get(path), target))) continue;
        if (left !== undefined && !same(now.get(path), left.get(path))) {
          result.skipped.push({ path, reason: 'changed since the run ended' });
        } else if (target === undefined) {
          tree.files.delete(path);
          result.removed.push(path);
        } else {
          tree.put(path, target, tree.files.get(path)?.mode);
          result.restored.push(path);
        }
      }
      return result;
    },
  };
}

function changeOf(path: string, before: Buffer | undefined, after: Buffer | undefined): FileChange {
  const binary = [before, after].some((bytes) => bytes !== undefined && detectEncoding(bytes) === 'binary');
  const name = (bytes: Buffer | undefined) => (bytes === undefined ? null : digest('sha256', bytes));
  const parts = binary ? [] : diffLines(before?.toString('utf8') ?? '', after?.toString('utf8') ?? '');
  const count = (kind: 'added' | 'removed') => parts.reduce((sum, part) => sum + (part[kind] ? part.count : 0), 0);
  return { path, kind: before === undefined ? 'added' : after === undefined ? 'deleted' : 'changed', before: name(before), after: name(after), binary, added: count('added'), removed: count('removed') };
}

function same(one: Buffer | undefined, other: Buffer | undefined): boolean {
  return one === undefined || other === undefined ? one === other : one.equals(other);
}
