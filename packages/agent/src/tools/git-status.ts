import { defineTool } from '@atelier/plugin';
import type { GitStatusEntry } from '@atelier/workspace';
import { fitLines } from './limit-text.ts';
import { failureOf } from './tool-failure.ts';
import { toolInput } from './tool-input.ts';

/** Says on which branch the work is and which files differ from the last commit. */
export const gitStatus = defineTool({
  name: 'git_status',
  description: 'Shows the branch and the files that are staged, changed or untracked.',
  input: toolInput({}),
  replay: 'safe',
  prepare: async () => ({ kind: 'ready', effects: [{ kind: 'read', path: '.' }], summary: 'Git status' }),
  run: async (_prepared, { workspace }) => {
    try {
      const { branch, upstream, ahead, behind, entries } = await workspace.git.status();
      const distance = [ahead > 0 ? `${ahead} ahead` : '', behind > 0 ? `${behind} behind` : ''].filter((part) => part !== '').join(', ');
      const head = `${branch === undefined ? 'no branch (detached)' : `on ${branch}`}${upstream === undefined ? '' : `, follows ${upstream}${distance === '' ? '' : ` (${distance})`}`}`;
      if (entries.length === 0) return { status: 'ok', output: `${head}\nnothing changed` };
      const { lines, left } = fitLines(entries.map(describeEntry));
      return { status: 'ok', output: [head, ...lines, ...(left > 0 ? [`(and ${left} more)`] : [])].join('\n') };
    } catch (error) {
      return failureOf(error);
    }
  },
});

function describeEntry({ code, path, from }: GitStatusEntry): string {
  return `${code} ${from === undefined ? '' : `${from} -> `}${path}`;
}
