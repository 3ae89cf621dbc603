import { defineTool } from '@atelier/plugin';
import { z } from 'zod';
import { nearNames } from './near-names.ts';
import { tidyPath } from './tidy-path.ts';
import { changedMeanwhile, failureOf, isWorkspaceError, refusalOf } from './tool-failure.ts';
import { toolInput } from './tool-input.ts';

interface Work {
  path: string;
  before: string;
}

/** Deletes one file. */
export const deleteFile = defineTool({
  name: 'delete_file',
  description: 'Deletes a file.',
  input: toolInput({ path: z.string() }),
  replay: 'never',
  prepare: async (input, { workspace, signal }) => {
    const path = tidyPath(workspace.root, input.path);
    try {
      const facts = await workspace.files.facts(path);
      if (facts.kind === 'directory') return { kind: 'refused', reason: `${path} is a directory. Delete its files one by one, or use run_command with rm -r.` };
      const before = await workspace.files.hash(path);
      if (before === null) return { kind: 'refused', reason: `There is no file ${path}; nothing is left to delete.` };
      const work: Work = { path, before };
      return { kind: 'ready', effects: [{ kind: 'delete', path, before }], summary: `Deleted ${path}`, preview: `delete ${path} (${facts.bytes} bytes)`, work };
    } catch (error) {
      if (isWorkspaceError(error, 'not-found')) return { kind: 'refused', reason: `${error.message} ${await nearNames(workspace, path, signal)}`.trim() };
      return refusalOf(error);
    }
  },
  run: async (prepared, { workspace }) => {
    const { path, before } = prepared.work as Work; // made by `prepare` above
    try {
      await workspace.files.remove(path, { ifHash: before });
      return { status: 'ok', output: prepared.summary, writes: { [path]: null } };
    } catch (error) {
      if (isWorkspaceError(error, 'changed')) return changedMeanwhile(path);
      return failureOf(error);
    }
  },
});
