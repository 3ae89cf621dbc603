import { accessSync, constants, lstatSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readOuterRules } from '../ignore/outer-rules.ts';
import type { Uncovered } from '../port.ts';
import type { Environment } from '../sandbox/scrub-environment.ts';
import type { ShadowRepository } from './shadow-repository.ts';

export interface SaveOptions {
  isSecret: (relativePath: string) => boolean;
  maxFileBytes: number;
  /** For Git's global excludes. */
  environment: Environment;
}

/** As many new files as make one pack cheaper than a file for each object. */
const bulkCount = 500;
/** How many uncovered paths are named; the rest is counted. */
const namedUncovered = 200;

/**
 * Brings the hidden index up to date with the files and writes it as a tree: one pass that finds what changed, one that
 * stores it, one that writes the tree. Call it alone (`ShadowRepository.alone`).
 */
export async function saveTree(repository: ShadowRepository, options: SaveOptions): Promise<{ tree: string; uncovered: Uncovered[]; uncoveredCount: number }> {
  writeExcludes(repository, options.environment);
  const [changed, ignored] = await Promise.all([
    repository.git(['ls-files', '-z', '--others', '--modified', '--deleted', '--exclude-standard']),
    repository.git(['ls-files', '-z', '--others', '--ignored', '--exclude-standard', '--directory']),
  ]);
  const uncovered: Uncovered[] = [];
  for (const listed of split(ignored)) {
    const place = listed.replace(/\/$/, '');
    if (place !== '.git') uncovered.push({ path: place, reason: options.isSecret(place) ? 'secret' : 'ignored' });
  }
  const store: string[] = [];
  const drop: string[] = [];
  const folders = new Map<string, boolean>();
  for (const listed of new Set(split(changed))) {
    const verdict = judge(repository.root, listed, options, folders);
    if (verdict === 'store') store.push(listed);
    else if (!listed.endsWith('/')) drop.push(listed);
    if (verdict !== 'store' && verdict !== 'gone') uncovered.push({ path: listed.replace(/\/$/, ''), reason: verdict });
  }
  if (drop.length > 0) await repository.git(['update-index', '-z', '--force-remove', '--stdin'], { input: joined(drop) });
  if (store.length > 0) {
    // Over the threshold Git writes a file's content into one pack instead of a file of its own.
    const bulk = store.length > bulkCount ? ['-c', 'core.bigFileThreshold=1'] : [];
    await repository.git([...bulk, 'update-index', '-z', '--add', '--remove', '--replace', '--stdin'], { input: joined(store) });
  }
  const tree = (await repository.git(['write-tree'])).trim();
  return { tree, uncovered: uncovered.slice(0, namedUncovered), uncoveredCount: uncovered.length };
}

/** What is to be done with a path that Git lists as changed: store its content, forget it, or name why it is not covered. */
function judge(root: string, listed: string, options: SaveOptions, folders: Map<string, boolean>): 'store' | 'gone' | Uncovered['reason'] {
  if (listed.endsWith('/')) return 'nested-repository';
  if (options.isSecret(listed)) return 'secret';
  // Not valid UTF-8: the name cannot be passed on as text without becoming another name.
  if (listed.includes('\uFFFD')) return 'special';
  if (!isReachedByFolders(root, path.posix.dirname(listed), folders)) return 'gone';
  const absolute = path.join(root, listed);
  const stat = lstatSync(absolute, { throwIfNoEntry: false });
  if (stat === undefined || stat.isDirectory()) return 'gone';
  if (stat.isSymbolicLink()) return 'store';
  if (!stat.isFile()) return 'special';
  if (stat.size > options.maxFileBytes) return 'too-large';
  return isReadable(absolute) ? 'store' : 'unreadable';
}

/** Whether all parents are real folders: behind a symbolic link lies another tree. */
function isReachedByFolders(root: string, folder: string, known: Map<string, boolean>): boolean {
  if (folder === '.' || folder === '') return true;
  const answer = known.get(folder);
  if (answer !== undefined) return answer;
  const stat = lstatSync(path.join(root, folder), { throwIfNoEntry: false });
  const reached = stat !== undefined && stat.isDirectory() && isReachedByFolders(root, path.posix.dirname(folder), known);
  known.set(folder, reached);
  return reached;
}

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    // Named as uncovered by the caller.
    return false;
  }
}

/** Rules that lie outside the tree (global excludes, `info/exclude`, folders above) and `.atelierignore`; `.gitignore` Git reads itself. */
function writeExcludes(repository: ShadowRepository, environment: Environment): void {
  const outer = readOuterRules(repository.root, environment);
  const isTop = outer.rootInRepository === '';
  const texts = outer.texts.map(({ text }) => (isTop ? text : withoutAnchors(text)));
  texts.push(readText(path.join(repository.root, '.atelierignore')));
  const file = path.join(repository.directory, 'info', 'exclude');
  const wanted = `${texts.join('\n')}\n`;
  if (readText(file) !== wanted) writeFileSync(file, wanted);
}

/** Rules of a folder above that are tied to that folder (with a slash) say nothing certain about this one: more is saved, not less. */
function withoutAnchors(text: string): string {
  return text.split('\n').filter((line) => !line.trim().replace(/\/$/, '').includes('/')).join('\n');
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // There is none.
    return '';
  }
}

function split(output: string): string[] {
  return output.split('\0').filter((one) => one !== '');
}

function joined(paths: string[]): string {
  return paths.map((one) => `${one}\0`).join('');
}
