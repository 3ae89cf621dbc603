import type { Preparation, ToolScope } from '@atelier/plugin';
import { defineTool } from '@atelier/plugin';
import { z } from 'zod';
import { countLines } from './describe-change.ts';
import { tidyPath } from './tidy-path.ts';
import { isWorkspaceError, refusalOf } from './tool-failure.ts';
import { toolInput } from './tool-input.ts';
import { carryOutWrite, planWrite } from './write-plan.ts';

const LARGE_LINES = 400;

/** Writes a file whole, new or in place of what is there. */
export const writeFile = defineTool({
  name: 'write_file',
  description: 'Creates a file, or replaces the whole of one. To change a part use edit_file.',
  input: toolInput({ path: z.string(), content: z.string() }),
  replay: 'never',
  prepare: (input, scope) => prepareWrite(tidyPath(scope.workspace.root, input.path), input.content, scope),
  run: (prepared, { workspace }) => (prepared.work === undefined ? Promise.resolve({ status: 'ok', output: prepared.summary }) : carryOutWrite(prepared.work, workspace)),
});

async function prepareWrite(path: string, content: string, { workspace }: ToolScope): Promise<Preparation> {
  try {
    const current = await readCurrent(path, workspace);
    const text = content.replaceAll('\r\n', '\n');
    if (current !== null && current.text === text) {
      return { kind: 'ready', effects: [{ kind: 'read', path }], summary: `Nothing to change: ${path} has this content already.` };
    }
    const lines = countLines(current?.text ?? '');
    const remark = lines > LARGE_LINES ? `; all its ${lines} lines were replaced, edit_file changes a part` : '';
    return await planWrite({
      workspace,
      path,
      current,
      text,
      ...(current === null && content.includes('\r\n') && { lineEnding: '\r\n' as const }),
      summarize: (counts) => (current === null ? `Created ${path} (+${countLines(text)})` : `Replaced ${path} (${counts})${remark}`),
    });
  } catch (error) {
    if (isWorkspaceError(error, 'is-directory')) return { kind: 'refused', reason: `${path} is a directory. Give the path of a file in it.` };
    return refusalOf(error);
  }
}

async function readCurrent(path: string, workspace: ToolScope['workspace']): Promise<{ text: string | undefined; hash: string } | null> {
  try {
    return await workspace.files.read(path);
  } catch (error) {
    if (isWorkspaceError(error, 'not-found')) return null;
    if (!isWorkspaceError(error, 'binary') && !isWorkspaceError(error, 'too-large')) throw error;
    const hash = await workspace.files.hash(path);
    return hash === null ? null : { text: undefined, hash };
  }
}
