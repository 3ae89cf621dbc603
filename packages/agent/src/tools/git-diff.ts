import { defineTool } from '@atelier/plugin';
import { z } from 'zod';
import { cutLine, fitLines } from './limit-text.ts';
import { tidyPath } from './tidy-path.ts';
import { failureOf } from './tool-failure.ts';
import { toolInput } from './tool-input.ts';

interface Work {
  path?: string;
  staged?: boolean;
  base?: string;
}

/** The unified diff of the working files, of what is staged, or against another commit. */
export const gitDiff = defineTool({
  name: 'git_diff',
  description: 'Shows what changed in tracked files since the last commit, or since `base`.',
  input: toolInput({ path: z.string().optional(), staged: z.boolean().optional(), base: z.string().optional().describe('branch or commit') }),
  replay: 'safe',
  prepare: async (input, { workspace }) => {
    if (input.base?.startsWith('-') === true) return { kind: 'refused', reason: `${input.base} is not a branch or commit. Give one of those as base.` };
    const path = input.path === undefined ? undefined : tidyPath(workspace.root, input.path);
    const work: Work = { ...(path !== undefined && path !== '.' && { path }), ...(input.staged === true && { staged: true }), ...(input.base !== undefined && { base: input.base }) };
    const what = [work.staged === true ? 'staged' : '', work.base === undefined ? '' : `since ${work.base}`, work.path ?? ''].filter((part) => part !== '').join(' ');
    return { kind: 'ready', effects: [{ kind: 'read', path: path ?? '.' }], summary: `Git diff${what === '' ? '' : ` ${what}`}`, work };
  },
  run: async (prepared, { workspace }) => {
    try {
      const diff = await workspace.git.diff(prepared.work as Work); // made by `prepare` above
      if (diff.trim() === '') return { status: 'ok', output: 'No difference. Untracked files are not part of a diff; git_status names them.' };
      const { lines, left } = fitLines(diff.replace(/\n$/, '').split('\n').map((line) => cutLine(line, 2000)));
      return { status: 'ok', output: [...lines, ...(left > 0 ? [`(${left} more lines; ask for one path at a time)`] : [])].join('\n') };
    } catch (error) {
      return failureOf(error);
    }
  },
});
