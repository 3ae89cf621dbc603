import { namedPaths, placesOf } from './named-paths.ts';
import { parseShell } from './parse-shell.ts';
import { protectionOf, protectionWithin } from './protected-path.ts';
import { isHarmlessVariable } from './programs/environment.ts';
import { classifyGit } from './programs/git.ts';
import { destroysByArguments, destructivePrograms, movingPrograms, networkPrograms, privilegedPrograms } from './programs/program-kinds.ts';
import { isReadOnlyProgram } from './programs/read-only-programs.ts';
import { secretIn } from './secret-words.ts';
import type { SimpleCommand } from './shell/shell-line.ts';
import { programName, scriptShells } from './shell/wrappers.ts';
import { unwrapCommand } from './unwrap-command.ts';
import type { UnwrappedCommand } from './unwrap-command.ts';

export interface CommandFacts {
  /** Absolute path of the project's folder. */
  root: string;
  /** Where the command starts, relative to the root. */
  directory?: string;
  isSecret(path: string): boolean;
}

/** What a line of shell would do, as far as its text says. A text is what was found, as the end of a sentence or as a name. */
export interface CommandClass {
  /** It certainly changes nothing. */
  readOnly: boolean;
  /** It deletes or overwrites. */
  destructive: boolean;
  /** The program that raises rights or reaches beyond every sandbox. */
  privileged?: string;
  /** The program that talks to other machines. */
  network?: string;
  /** The path outside the root, or why nobody can say where one leads. */
  outside?: string;
  /** The secret it names. */
  secrets?: string;
  /** The CI file, or the file of this project's policy, that it may change. */
  ciFiles?: string;
  /** What a Git command would lose. */
  gitDestructive?: string;
  /** Why it cannot be understood. */
  unparsed?: string;
  /** The words of each command that would run, without wrappers. */
  commands: string[][];
}

/** Judges a line by the commands that it could run, however they are wrapped. Pure; below a millisecond for what people write. */
export function classifyCommand(command: string, facts: CommandFacts): CommandClass {
  const line = parseShell(command);
  const result: CommandClass = { readOnly: true, destructive: false, commands: [] };
  if ('unparsed' in line) return { ...result, readOnly: false, destructive: true, unparsed: line.unparsed };
  if (line.functions.length > 0) result.readOnly = false;
  const place: Place = { directories: [facts.directory ?? '.'], inOrder: !/[;\n|(){}`]|(?<!&)&(?!&)/.test(command.replaceAll(/\d?>&\d/g, '')) };
  for (const simple of line.commands) {
    if (simple.assignments.some((each) => !isHarmlessVariable(each.name))) result.readOnly = false;
    const unwrapped = unwrapCommand(simple);
    for (const [index, each] of unwrapped.entries()) {
      // What a shell is given as text follows as commands of its own.
      const isCarrier = unwrapped[index + 1] !== undefined && (unwrapped[index + 1]?.wrappers.length ?? 0) > each.wrappers.length && carriers.has(nameOf(each.command));
      judge(each, isCarrier, place, facts, result);
    }
    if (unwrapped.length > 1 && nameOf(unwrapped[0]?.command ?? simple) === 'find') followFind(unwrapped, place, facts, result);
  }
  return result;
}

/** Where a command may stand, relative to the root. */
interface Place {
  directories: string[];
  /** The line is only commands joined by `&&`: each `cd` happened before what follows it. */
  inOrder: boolean;
}

const carriers = new Set([...scriptShells, 'eval', 'watch', 'trap']);

function nameOf(command: SimpleCommand): string {
  return programName(command.words[0]?.text ?? '');
}

function judge({ command, wrappers, opaque }: UnwrappedCommand, isCarrier: boolean, standing: Place, facts: CommandFacts, result: CommandClass): void {
  const name = nameOf(command);
  if (opaque !== undefined) {
    result.unparsed ??= opaque;
    result.destructive = true; // nobody knows that it is not
    result.readOnly = false;
  }
  if (command.words.length > 0) result.commands.push(command.words.map((word, index) => (index === 0 ? name : word.text)));
  const args = command.words.slice(1).map((word) => word.text);
  let readOnly = isCarrier || command.words.length === 0;
  let destroys = destructivePrograms.has(name) || destroysByArguments(name, args);
  if (name === 'git') {
    const git = classifyGit(command.words);
    readOnly = git.readOnly;
    if (git.destructive !== undefined) result.gitDestructive ??= git.destructive;
    if (git.network && !readOnly) result.network ??= 'git';
    destroys = git.destructive !== undefined || args.includes('rm');
  } else if (!isCarrier && command.words.length > 0) {
    // What `find` puts in the place of `{}` begins with one of its own folders and is never an option.
    readOnly = isReadOnlyProgram(name, wrappers.includes('find') ? command.words.map((word) => (word.text.includes('{}') ? { ...word, dynamic: false } : word)) : command.words);
    if (networkPrograms.has(name)) result.network ??= name;
    if (privilegedPrograms.has(name) || name.startsWith('mkfs.')) result.privileged ??= name;
  }
  if (command.assignments.some((each) => !isHarmlessVariable(each.name))) readOnly = false;
  const paths = isCarrier ? [] : namedPaths(command, name);
  if (paths.some((each) => each.written && each.text !== '/dev/null')) readOnly = false;
  if (destroys) readOnly = false;
  if (!readOnly) result.readOnly = false;
  if (destroys) result.destructive = true;

  const changesNames = destroys || movingPrograms.has(name);
  for (const { word, text, written } of paths) {
    if (word.dynamic && (written || changesNames) && !(wrappers.includes('find') && word.text.includes('{}'))) {
      result.outside ??= 'which file it changes is only known when it runs';
    }
    // A text with blanks is code or a message; what it does is for the sandbox to hold.
    if (/\s/.test(text) && !written && !changesNames) continue;
    for (const place of placesOf(text, facts.root, standing.directories)) {
      if (place === undefined) result.outside ??= text;
      else if (written || !readOnly) {
        const held = (changesNames && name !== 'cp' && !(name === 'find' && args.some((arg) => /^-i?(?:name|path|regex)$/.test(arg))) ? protectionWithin(place) : protectionOf(place)) ?? (word.glob ? protectionOfPattern(place) : undefined);
        if (held !== undefined && !(name === 'git' && held === 'git')) result.ciFiles ??= text;
      }
    }
  }
  const program = command.words[0]?.text ?? '';
  if (program.startsWith('/') && !/^\/(?:usr\/(?:local\/)?)?s?bin\/[^/]+$|^\/opt\/homebrew\/bin\/[^/]+$/.test(program) && placesOf(program, facts.root, ['.'])[0] === undefined) result.outside ??= program;
  if (/^(?:~|\.\.(?:\/|$))/.test(program)) result.outside ??= program;
  if (!isCarrier) findHidden(command, readOnly, facts, result);
  if (name === 'cd' || name === 'pushd') enter(command, standing, facts, result);
}

/** What `find` runs changes what it finds: the CI files too, when it starts above them and takes names like theirs. */
function followFind([find, ...actions]: UnwrappedCommand[], standing: Place, facts: CommandFacts, result: CommandClass): void {
  const words = find?.command.words.slice(1) ?? [];
  if (actions.every(({ command }) => isReadOnlyProgram(nameOf(command), command.words.map((word) => ({ ...word, dynamic: false }))))) return;
  const tests = words.findIndex((word) => /^[-(!]/.test(word.text));
  const starts = tests < 0 ? words : words.slice(0, tests);
  const patterns = words.flatMap((word, index) => (/^-i?name$/.test(word.text) ? [words[index + 1]?.text ?? ''] : []));
  if (patterns.length > 0 && !patterns.some((pattern) => /ya?ml|^[*?]+$|\.\*|jenkins|config|^\.git/i.test(pattern))) return;
  for (const start of starts.length === 0 ? ['.'] : starts.map((word) => word.text)) {
    if (placesOf(start, facts.root, standing.directories).some((place) => place !== undefined && protectionWithin(place) !== undefined)) result.ciFiles ??= start;
  }
}

/** A pattern such as `.g*` or `*` of hidden names may mean a protected folder. */
function protectionOfPattern(path: string): 'ci' | undefined {
  return /(?:^|\/)\.(?:\*|g[^/]*[*?])|(?:^|\/)\.github\/[^/]*[*?]|(?:^|\/)atelier[^/]*[*?]/.test(path) ? 'ci' : undefined;
}

/** Secrets and CI files that stand anywhere in the words, the values or the documents of a command. */
function findHidden(command: SimpleCommand, readOnly: boolean, facts: CommandFacts, result: CommandClass): void {
  const bodies = command.redirections.flatMap((each) => (each.body !== undefined && !/^(?:cat|tee)$/.test(nameOf(command)) ? [{ text: each.body.text, glob: false }] : []));
  const words = [...command.words, ...command.assignments.map((each) => each.value), ...command.redirections.map((each) => each.target), ...bodies];
  for (const word of words) {
    const secret = secretIn(word.text, facts.isSecret, word.glob);
    if (secret !== undefined) result.secrets ??= secret;
    if (readOnly || !/\.github|\.gitlab|\.circleci|jenkinsfile|azure-pipelines|\.buildkite|bitbucket-pipelines|\.drone|\.travis|atelier/i.test(word.text)) continue;
    const held = word.text.split(/[\s'"`()=:,;@<>|&{}]+/).find((part) => part !== '' && /^(?:ci|policy)$/.test(protectionOf(part.replace(/^\.\//, '')) ?? ''));
    if (held !== undefined) result.ciFiles ??= held;
  }
}

/** Adds where a command may stand after `cd`: it may have been skipped, so the earlier places stay. */
function enter(command: SimpleCommand, standing: Place, facts: CommandFacts, result: CommandClass): void {
  if (result.outside !== undefined) return; // it asks already
  const { directories } = standing;
  const target = command.words.slice(1).find((word) => !/^-[LPe@n]+$|^--$/.test(word.text));
  if (target === undefined) {
    if (nameOf(command) === 'cd') result.outside ??= 'the home folder';
    return;
  }
  if (target.text === '-') return;
  if (target.dynamic || target.glob) {
    result.outside ??= 'the folder it changes to is only known when it runs';
    return;
  }
  const places = placesOf(target.text, facts.root, [...directories]);
  if (standing.inOrder && places.every((place) => place !== undefined)) {
    standing.directories = places.filter((place) => place !== undefined);
    return;
  }
  for (const place of places) {
    if (place === undefined) result.outside ??= target.text;
    else if (!directories.includes(place) && directories.length < 32) directories.push(place);
    else if (!directories.includes(place)) result.outside ??= 'it changes its folder too often to be followed';
  }
}
