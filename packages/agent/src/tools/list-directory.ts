import type { ToolResult, ToolScope } from '@atelier/plugin';
import { defineTool } from '@atelier/plugin';
import type { FileFacts } from '@atelier/workspace';
import { z } from 'zod';
import { fitLines, readableBytes } from './limit-text.ts';
import { nearNames } from './near-names.ts';
import { baseName, tidyPath } from './tidy-path.ts';
import { failureOf, isWorkspaceError } from './tool-failure.ts';
import { toolInput } from './tool-input.ts';

const MAX_DEPTH = 6;
const MAX_ENTRIES = 1000;

interface Work {
  path: string;
  depth: number;
}

/** Lists a folder, folders first; ignored folders are named but not opened. */
export const listDirectory = defineTool({
  name: 'list_directory',
  description: 'Lists a directory: folders end with /, files have their size.',
  input: toolInput({ path: z.string().optional(), depth: z.number().optional().describe(`levels to open, default 1, at most ${MAX_DEPTH}`) }),
  replay: 'safe',
  prepare: async (input, { workspace }) => {
    const path = tidyPath(workspace.root, input.path ?? '.');
    const work: Work = { path, depth: Math.min(Math.max(1, input.depth ?? 1), MAX_DEPTH) };
    return { kind: 'ready', effects: [{ kind: 'read', path }], summary: `List ${path}`, work };
  },
  run: (prepared, scope) => list(prepared.work as Work, scope), // made by `prepare` above
});

async function list({ path, depth }: Work, scope: ToolScope): Promise<ToolResult> {
  const lines: string[] = [];
  try {
    const isWhole = await addEntries(lines, path, depth, 0, scope);
    if (lines.length === 0) return { status: 'ok', output: `(${path} is empty)` };
    const fitted = fitLines(lines);
    const cut = fitted.left > 0 || !isWhole ? [`(more entries are not shown; list a folder of these, or use glob)`] : [];
    return { status: 'ok', output: [...fitted.lines, ...cut].join('\n') };
  } catch (error) {
    if (isWorkspaceError(error, 'not-directory')) return { status: 'failed', output: `${path} is a file; use read_file to read it.` };
    if (isWorkspaceError(error, 'not-found')) return failureOf(error, await nearNames(scope.workspace, path, scope.signal));
    return failureOf(error);
  }
}

/** Adds a folder's entries, indented by level; false when there were more than may be shown. */
async function addEntries(lines: string[], path: string, depth: number, level: number, scope: ToolScope): Promise<boolean> {
  scope.signal.throwIfAborted();
  const { files } = scope.workspace;
  const entries = (await files.list(path)).toSorted((a, b) => Number(b.kind === 'directory') - Number(a.kind === 'directory') || (baseName(a.path) < baseName(b.path) ? -1 : 1));
  for (const entry of entries) {
    if (lines.length >= MAX_ENTRIES) return false;
    const inside = entry.kind === 'directory' && level + 1 < depth && baseName(entry.path) !== '.git';
    const isClosed = inside && (await files.isIgnored(entry.path));
    lines.push(`${'  '.repeat(level)}${describeEntry(entry)}${isClosed ? ' (ignored)' : ''}`);
    if (inside && !isClosed && !(await addEntries(lines, entry.path, depth, level + 1, scope))) return false;
  }
  return true;
}

function describeEntry(entry: FileFacts): string {
  // A name with a line break must not look like two entries.
  const name = /[\n\r\t]/.test(entry.path) ? JSON.stringify(baseName(entry.path)) : baseName(entry.path);
  switch (entry.kind) {
    case 'directory':
      return `${name}/`;
    case 'file':
      return `${name}  ${readableBytes(entry.bytes)}`;
    case 'symlink':
      return `${name}  symlink`;
    case 'other':
      return `${name}  special file`;
  }
}
