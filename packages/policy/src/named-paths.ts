import { ownEntry } from './own-entry.ts';
import { projectPath } from './project-path.ts';
import type { ShellWord, SimpleCommand } from './shell/shell-line.ts';
import { patternPrograms, textPrograms } from './programs/program-kinds.ts';

/** A word that a command may take as a path, and whether the command writes there by a redirection. */
export interface NamedPath {
  word: ShellWord;
  /** The text without an option's name before it. */
  text: string;
  written: boolean;
}

const devices = /^\/dev\/(?:null|zero|full|random|urandom|tty|stdin|stdout|stderr|fd\/\d+)$/;

/** What a command names that may be paths: its arguments (with what stands behind `=`, an option or `@`) and its redirections. */
export function namedPaths(command: SimpleCommand, name: string): NamedPath[] {
  const found: NamedPath[] = [];
  const pattern = ownEntry(patternPrograms, name);
  let skipPattern = pattern !== undefined && !command.words.slice(1).some((word) => pattern.test(word.text));
  if (!textPrograms.has(name)) {
    let message = false;
    for (const word of command.words.slice(1)) {
      const skip = message || (skipPattern && !word.text.startsWith('-'));
      if (skipPattern && !word.text.startsWith('-')) skipPattern = false;
      message = name === 'git' && /^(?:-[a-z]*m|--message|-S|-G|--grep|--author)$/.test(word.text);
      if (skip) continue;
      for (const text of variants(word.text)) found.push({ word, text, written: false });
    }
  }
  for (const { operator, target } of command.redirections) {
    if (operator.startsWith('<<') || (/&/.test(operator) && /^(?:\d+-?|-)$/.test(target.text))) continue;
    found.push({ word: target, text: target.text, written: operator !== '<' && operator !== '<&' });
  }
  return found;
}

function variants(text: string): string[] {
  const list = [text];
  if (text === '=~') return [];
  const value = /^[^=/\s]*=(.+)$/s.exec(text)?.[1];
  if (value !== undefined) list.push(value);
  const attached = /^-[A-Za-z](.+)$/s.exec(text)?.[1];
  if (attached !== undefined) list.push(attached);
  const at = /^[^@]*@(.+)$/s.exec(text)?.[1];
  if (at !== undefined) list.push(at);
  return list;
}

/** Where a text leads: a path relative to the root for each directory it may start from; `undefined` for one outside. */
export function placesOf(text: string, root: string, directories: readonly string[]): (string | undefined)[] {
  if (devices.test(text)) return [];
  if (/^(?:~|\$\{?(?:HOME|OLDPWD|TMPDIR|XDG_\w+)\b)/.test(text)) return [undefined];
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return text.startsWith('file:') ? [undefined] : [];
  const path = text.replace(/^(?:\$PWD|\$\{PWD\})(?=\/|$)/, root);
  if (path.startsWith('/')) return [projectPath(root, '', path)];
  return directories.map((directory) => projectPath(root, directory, path));
}
