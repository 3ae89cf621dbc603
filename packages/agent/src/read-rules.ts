import type { Workspace } from '@atelier/workspace';
import { WorkspaceError } from '@atelier/workspace';

const RULES_FILE = 'AGENTS.md';
const MAX_RULES_BYTES = 32 * 1024;

/** The rules that a project gives to agents for one folder and what is under it. */
export interface Rules {
  /** Path of the AGENTS.md. */
  path: string;
  text: string;
}

/** The root's AGENTS.md for the instructions, at most 32 KB of it, and said where it is cut; undefined where there is none. */
export async function readRootRules(workspace: Workspace): Promise<string | undefined> {
  return (await readRules(workspace, RULES_FILE))?.text;
}

/**
 * The nested AGENTS.md files that hold for a path, outermost first, that were not shown yet. They are delivered when a
 * file of their folder is first read or edited, and marked in `alreadyShown`. A folder where there is none is marked
 * too, so that asking again costs nothing; the rules of a path that is refused are none.
 */
export async function nestedRules(workspace: Workspace, path: string, alreadyShown: Set<string>): Promise<Rules[]> {
  if (path.startsWith('/') || path.split('/').includes('..')) return [];
  const folders = path.split('/').slice(0, -1).filter((part) => part !== '' && part !== '.');
  const candidates = folders.map((_, index) => `${folders.slice(0, index + 1).join('/')}/${RULES_FILE}`);
  const found: Rules[] = [];
  for (const candidate of candidates) {
    if (alreadyShown.has(candidate)) continue;
    alreadyShown.add(candidate);
    // A model that reads the rules themselves has them already.
    const rules = candidate === path ? undefined : await readRules(workspace, candidate);
    if (rules !== undefined) found.push(rules);
  }
  return found;
}

async function readRules(workspace: Workspace, path: string): Promise<Rules | undefined> {
  try {
    const { text } = await workspace.files.read(path);
    return text.trim() === '' ? undefined : { path, text: shorten(path, text) };
  } catch (error) {
    // Rules that cannot be read as text (none, a folder, binary, a link that leads outside) are no rules; the run goes on.
    if (error instanceof WorkspaceError) return undefined;
    throw error;
  }
}

function shorten(path: string, text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= MAX_RULES_BYTES) return text;
  // Cut at a line end, so that no character and no sentence is halved.
  const head = bytes.subarray(0, MAX_RULES_BYTES).toString('utf8');
  const lineEnd = head.lastIndexOf('\n');
  const kept = lineEnd > 0 ? head.slice(0, lineEnd) : head.slice(0, -1);
  return `${kept}\n(${path} is longer than ${MAX_RULES_BYTES / 1024} KB and was cut here; read the rest with read_file from line ${kept.split('\n').length + 1})`;
}
