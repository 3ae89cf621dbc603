import { defineTool } from '@atelier/plugin';
import { z } from 'zod';
import { fitLines } from './limit-text.ts';
import { tidyPath } from './tidy-path.ts';
import { failureOf } from './tool-failure.ts';
import { toolInput } from './tool-input.ts';

const MAX_PATHS = 200;

interface Work {
  pattern: string;
  under: string;
}

/** Finds files by a pattern of their path. */
export const glob = defineTool({
  name: 'glob',
  description: 'Finds files by path pattern, e.g. src/**/*.test.ts or **/{Makefile,*.mk}; newest first, ignored files left out.',
  input: toolInput({ pattern: z.string().min(1), path: z.string().optional().describe('folder to search') }),
  replay: 'safe',
  prepare: async (input, { workspace }) => {
    const under = tidyPath(workspace.root, input.path ?? '.');
    const work: Work = { pattern: input.pattern, under };
    return { kind: 'ready', effects: [{ kind: 'read', path: under }], summary: `Find ${input.pattern}${under === '.' ? '' : ` in ${under}`}`, work };
  },
  run: async (prepared, { workspace, signal }) => {
    const { pattern, under } = prepared.work as Work; // made by `prepare` above
    try {
      const found = await workspace.search.glob(pattern, { limit: MAX_PATHS, signal, ...(under !== '.' && { under }) });
      if (found.paths.length === 0) return { status: 'ok', output: `No file matches ${pattern}${under === '.' ? '' : ` in ${under}`}. A pattern without / matches at the top only; **/ goes into folders.` };
      const { lines, left } = fitLines(found.paths);
      return { status: 'ok', output: [...lines, ...(found.truncated || left > 0 ? [`(only the ${lines.length} newest are shown; narrow the pattern)`] : [])].join('\n') };
    } catch (error) {
      return failureOf(error);
    }
  },
});
