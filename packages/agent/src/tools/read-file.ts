import type { RunScope, ToolResult } from '@atelier/plugin';
import { defineTool } from '@atelier/plugin';
import type { FilePage } from '@atelier/workspace';
import { z } from 'zod';
import { counted, MAX_OUTPUT_BYTES } from './limit-text.ts';
import { nearNames } from './near-names.ts';
import { tidyPath } from './tidy-path.ts';
import { failureOf, isWorkspaceError } from './tool-failure.ts';
import { toolInput } from './tool-input.ts';

const MAX_LINES = 2000;
const MAX_LINE_BYTES = 2000;

interface Work {
  path: string;
  firstLine: number;
  maxLines: number;
}

/** Reads a page of a text file with line numbers, and reports the hash of the whole file. */
export const readFile = defineTool({
  name: 'read_file',
  description: 'Reads a text file; each line comes as number, tab, text (the number and tab are not part of the file). Read a file before you edit it.',
  input: toolInput({
    path: z.string(),
    first_line: z.number().optional(),
    max_lines: z.number().optional().describe(`default ${MAX_LINES}`),
  }),
  replay: 'safe',
  prepare: async (input, { workspace }) => {
    const path = tidyPath(workspace.root, input.path);
    const work: Work = {
      path,
      firstLine: Math.max(1, input.first_line ?? 1),
      maxLines: Math.min(Math.max(1, input.max_lines ?? MAX_LINES), MAX_LINES),
    };
    return { kind: 'ready', effects: [{ kind: 'read', path }], summary: summarize(work), work };
  },
  // `work` is what `prepare` above made.
  run: (prepared, scope) => readPage(prepared.work as Work, scope),
});

async function readPage({ path, firstLine, maxLines }: Work, { workspace, signal }: RunScope): Promise<ToolResult> {
  try {
    const page = await workspace.files.readPage(path, { firstLine, maxLines, maxBytes: MAX_OUTPUT_BYTES, maxLineBytes: MAX_LINE_BYTES });
    return { status: 'ok', output: printPage(page), ...(page.hash !== undefined && { reads: { [path]: page.hash } }) };
  } catch (error) {
    if (isWorkspaceError(error, 'is-directory')) return { status: 'failed', output: `${path} is a directory; use list_directory to see what is in it.` };
    if (isWorkspaceError(error, 'not-found')) return failureOf(error, await nearNames(workspace, path, signal));
    return failureOf(error);
  }
}

function printPage(page: FilePage): string {
  const { path, lines, firstLine, totalLines } = page;
  if (lines.length === 0) {
    if (totalLines === 0 || page.bytes === 0) return `(${path} is empty)`;
    return `(${path} has ${counted(totalLines ?? 0, 'line')}; first_line ${firstLine} is after its end)`;
  }
  let text = '';
  for (let index = 0; index < lines.length; index += 1) text += `${firstLine + index}\t${lines[index]}\n`;
  const lastLine = firstLine + lines.length - 1;
  const more = totalLines === undefined || lastLine < totalLines;
  const notes: string[] = [];
  // A cut line is at its limit, give or take the character that did not fit and a mark of the workspace's.
  if (page.cut && lines.some((line) => Buffer.byteLength(line) > MAX_LINE_BYTES - 16)) notes.push(`lines over ${MAX_LINE_BYTES} bytes were cut`);
  if (more) notes.push(`lines ${firstLine}-${lastLine} of ${totalLines ?? 'many'}; read on with first_line ${lastLine + 1}`);
  return notes.length === 0 ? text : `${text}(${notes.join('; ')})\n`;
}

function summarize({ path, firstLine, maxLines }: Work): string {
  if (firstLine === 1 && maxLines === MAX_LINES) return `Read ${path}`;
  return `Read ${path} from line ${firstLine}${maxLines === MAX_LINES ? '' : ` to ${firstLine + maxLines - 1}`}`;
}
