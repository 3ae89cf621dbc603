import type { Preparation, ToolScope } from '@atelier/plugin';
import { defineTool } from '@atelier/plugin';
import type { TextFile } from '@atelier/workspace';
import { z } from 'zod';
import { applyEdits } from '../edit/apply-edits.ts';
import type { AppliedEdits, Edit } from '../edit/apply-edits.ts';
import { nearNames } from './near-names.ts';
import { tidyPath } from './tidy-path.ts';
import { isWorkspaceError, refusalOf } from './tool-failure.ts';
import { forgivingObject, toolInput } from './tool-input.ts';
import { carryOutWrite, planWrite } from './write-plan.ts';

const edit = forgivingObject({
  old: z.string().describe('exact text, enough to be unique'),
  new: z.string(),
  all: z.boolean().optional().describe('change every occurrence'),
});

/** Changes parts of one file: all edits or none, each at the one place that it means. */
export const editFile = defineTool({
  name: 'edit_file',
  description: 'Replaces text in a file. Quote `old` from the file without line numbers, with enough lines to be unique. Several edits of a file are made together or not at all. An empty `old` creates a file.',
  input: toolInput({ path: z.string(), edits: z.array(edit).min(1) }, liftSingleEdit),
  replay: 'never',
  prepare: (input, scope) => prepareEdits(tidyPath(scope.workspace.root, input.path), input.edits, scope),
  run: (prepared, { workspace }) => (prepared.work === undefined ? Promise.resolve({ status: 'ok', output: prepared.summary }) : carryOutWrite(prepared.work, workspace)),
});

/** `{path, old, new}` is taken as one edit. */
function liftSingleEdit(given: Record<string, unknown>): Record<string, unknown> {
  return given['edits'] === undefined && Object.keys(given).some((key) => key.startsWith('old')) ? { ...given, edits: [given] } : given;
}

async function prepareEdits(path: string, edits: Edit[], { workspace, signal }: ToolScope): Promise<Preparation> {
  let file: TextFile | null;
  try {
    file = await workspace.files.read(path);
  } catch (error) {
    if (isWorkspaceError(error, 'is-directory')) return { kind: 'refused', reason: `${path} is a directory. Give the path of a file; list_directory shows what is in it.` };
    if (!isWorkspaceError(error, 'not-found')) return refusalOf(error);
    if (edits[0]?.old !== '') return { kind: 'refused', reason: `${error.message} ${await nearNames(workspace, path, signal)}`.trim() };
    file = null;
  }
  const applied = applyEdits(file?.text ?? '', edits);
  if (applied.kind === 'refused') return { kind: 'refused', reason: `${path}: ${applied.reason}` };
  if (file !== null && applied.text === file.text) {
    return { kind: 'ready', effects: [{ kind: 'read', path }], summary: `Nothing to change in ${path}: ${edits.length === 1 ? 'this edit is' : 'these edits are'} there already.` };
  }
  try {
    return await planWrite({
      workspace,
      path,
      current: file,
      text: applied.text,
      summarize: (counts) => `${file === null ? 'Created' : 'Edited'} ${path} (${counts})${describeMatches(applied)}`,
    });
  } catch (error) {
    return refusalOf(error);
  }
}

/** Says which edits were not found to the letter, so that a model checks what it meant. */
function describeMatches(applied: AppliedEdits & { kind: 'applied' }): string {
  const notes = applied.how.map((how, index) => {
    const name = applied.how.length === 1 ? 'it' : `edit ${index + 1}`;
    if (how === 'exact') return '';
    if (how === 'already') return `${name} was there already`;
    if (how === 'anchors') return `${name} was placed by its first and last lines; lines between that differ were kept`;
    return `${name} was matched apart from white space`;
  });
  const said = notes.filter((note) => note !== '');
  return said.length === 0 ? '' : `; ${said.join('; ')}`;
}
