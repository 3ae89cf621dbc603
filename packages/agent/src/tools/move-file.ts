import type { Effect, Preparation, ToolResult, ToolScope } from '@atelier/plugin';
import { defineTool } from '@atelier/plugin';
import type { Files } from '@atelier/workspace';
import { WorkspaceError } from '@atelier/workspace';
import { z } from 'zod';
import { counted } from './limit-text.ts';
import { nearNames } from './near-names.ts';
import { baseName, tidyPath } from './tidy-path.ts';
import { changedMeanwhile, failureOf, isWorkspaceError, refusalOf } from './tool-failure.ts';
import { toolInput } from './tool-input.ts';

/** A larger folder is moved by a command, so that what is approved stays readable. */
const MAX_FILES = 500;

interface Work {
  from: string;
  to: string;
  moved: Moved[];
}

interface Moved {
  from: string;
  to: string;
  hash: string;
}

/** Moves or renames a file or folder; never overwrites. */
export const moveFile = defineTool({
  name: 'move_file',
  description: 'Moves or renames a file or folder. Does not overwrite. References to it are not changed.',
  input: toolInput({ from: z.string(), to: z.string().describe('the new path; an existing folder or a final / means into it') }),
  replay: 'never',
  prepare: (input, scope) => {
    const from = tidyPath(scope.workspace.root, input.from);
    const to = tidyPath(scope.workspace.root, input.to.endsWith('/') ? `${input.to}${baseName(from)}` : input.to);
    return prepareMove(from, to, scope);
  },
  run: (prepared, scope) => move(prepared.work as Work, prepared.summary, scope), // made by `prepare` above
});

async function prepareMove(from: string, given: string, { workspace, signal }: ToolScope): Promise<Preparation> {
  const { files } = workspace;
  try {
    const facts = await files.facts(from);
    const target = await kindOf(files, given);
    const to = target === 'directory' && given !== from ? tidyPath(workspace.root, `${given}/${baseName(from)}`) : given;
    if (to === from) return { kind: 'refused', reason: `${from} is there already; from and to are the same.` };
    if (facts.kind === 'directory' && to.startsWith(`${from}/`)) return { kind: 'refused', reason: `${from} cannot be moved into itself. Choose another path.` };
    if ((to === given ? target : await kindOf(files, to)) !== undefined) return { kind: 'refused', reason: `${to} exists already. Delete it first, or choose another path.` };
    const moved = facts.kind === 'directory' ? await filesUnder(files, from, to, signal) : [await movedFile(files, from, to)];
    if (moved === undefined) return { kind: 'refused', reason: `${from} holds more than ${MAX_FILES} files. Move it by run_command with mv or git mv.` };
    const effects = moved.flatMap((file): Effect[] => [
      { kind: 'delete', path: file.from, before: file.hash },
      { kind: 'write', path: file.to, before: null, after: file.hash },
    ]);
    const count = facts.kind === 'directory' ? ` (${counted(moved.length, 'file')})` : '';
    const work: Work = { from, to, moved };
    return { kind: 'ready', effects, summary: `Moved ${from} to ${to}${count}`, preview: `move ${from}\n  to ${to}${count}`, work };
  } catch (error) {
    if (isWorkspaceError(error, 'not-found')) return { kind: 'refused', reason: `${error.message} ${await nearNames(workspace, from, signal)}`.trim() };
    return refusalOf(error);
  }
}

async function move({ from, to, moved }: Work, summary: string, { workspace }: ToolScope): Promise<ToolResult> {
  try {
    for (const file of moved) if ((await workspace.files.hash(file.from)) !== file.hash) return changedMeanwhile(file.from);
    await workspace.files.move(from, to);
    return { status: 'ok', output: summary, writes: Object.fromEntries(moved.flatMap((file) => [[file.from, null], [file.to, file.hash]])) };
  } catch (error) {
    return failureOf(error);
  }
}

async function kindOf(files: Files, path: string): Promise<string | undefined> {
  try {
    return (await files.facts(path)).kind;
  } catch (error) {
    if (isWorkspaceError(error, 'not-found')) return undefined;
    throw error;
  }
}

async function movedFile(files: Files, from: string, to: string): Promise<Moved> {
  const hash = await files.hash(from);
  if (hash === null) throw new WorkspaceError('not-found', `${from} is gone or is no plain file. List the folder and try again.`, { path: from });
  return { from, to, hash };
}

/** Every file of a folder with its new path; undefined where there are too many. */
async function filesUnder(files: Files, from: string, to: string, signal: AbortSignal): Promise<Moved[] | undefined> {
  const moved: Moved[] = [];
  for await (const path of files.walk({ under: from, includeIgnored: true, signal })) {
    if (moved.length === MAX_FILES) return undefined;
    moved.push(await movedFile(files, path, to + path.slice(from.length)));
  }
  return moved;
}
