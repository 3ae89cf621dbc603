import ignore from 'ignore';
import type { Ignore } from 'ignore';
import { temporaryName } from '../files/write-atomically.ts';
import type { OuterRules } from './outer-rules.ts';

/** The ignore rules in force in one folder of the workspace. */
export interface FolderRules {
  /** Whether an entry of this folder is ignored. Its parents are taken as not ignored. */
  ignores(name: string, isFolder: boolean): boolean;
  /** The rules in force in a folder of this folder: these and its own files'. */
  enter(name: string): FolderRules;
}

/**
 * Ignore rules as Git has them (gitignore(5)) plus `.atelierignore`, which has the same form and, in one folder, the last
 * word over `.gitignore`. A nested file's patterns are rewritten relative to the top and appended, so that "the last
 * pattern that matches decides" holds over all files at once. `.git` is always ignored.
 */
export function createIgnoreRules(options: { readText: (path: string) => string | undefined; outer: OuterRules }): FolderRules {
  const { rootInRepository } = options.outer;
  const outer = ignore({ ignoreCase: false });
  for (const { folder, text } of options.outer.texts) outer.add(rebase(text, folder));

  function inFolder(folder: string, above: Ignore): FolderRules {
    const place = [rootInRepository, folder].filter((part) => part !== '').join('/');
    const own = ['.gitignore', '.atelierignore'].flatMap((name) => {
      const text = options.readText(folder === '' ? name : `${folder}/${name}`);
      return text === undefined ? [] : rebase(text, place);
    });
    const rules = own.length === 0 ? above : ignore({ ignoreCase: false }).add(above).add(own);
    return {
      ignores(name, isFolder) {
        if (name.toLowerCase() === '.git' || temporaryName.test(name)) return true;
        const path = place === '' ? name : `${place}/${name}`;
        return rules.ignores(isFolder ? `${path}/` : path);
      },
      enter: (name) => inFolder(folder === '' ? name : `${folder}/${name}`, rules),
    };
  }

  return inFolder('', outer);
}

/** Whether a path is ignored by itself or with a folder above it. */
export function isPathIgnored(rules: FolderRules, path: string, isFolder: boolean): boolean {
  const parts = path.split('/').filter((part) => part !== '');
  let level = rules;
  for (const [index, part] of parts.entries()) {
    const last = index === parts.length - 1;
    if (level.ignores(part, !last || isFolder)) return true;
    if (!last) level = level.enter(part);
  }
  return false;
}

/** Rewrites the patterns of an ignore file that lies in `folder` so that they hold from the top. */
function rebase(text: string, folder: string): string[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'));
  if (folder === '') return lines;
  const prefix = `/${folder.replace(/[\\*?[\] ]/g, '\\$&')}`;
  return lines.map((line) => {
    const negated = line.startsWith('!');
    const pattern = negated ? line.slice(1) : line;
    const anchored = /\/(?=.*\S)/.test(pattern.replace(/\/\s*$/, ''));
    const path = pattern.startsWith('/') ? pattern.slice(1) : pattern;
    return `${negated ? '!' : ''}${prefix}/${anchored ? '' : '**/'}${path}`;
  });
}
