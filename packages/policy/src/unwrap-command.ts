import { ownEntry } from './own-entry.ts';
import { parseShell } from './parse-shell.ts';
import type { ShellWord, SimpleCommand } from './shell/shell-line.ts';
import { optionWrappers, programName, scriptShells, skipOptions } from './shell/wrappers.ts';

/** A command as it will really run, freed from the programs that only run another one. */
export interface UnwrappedCommand {
  command: SimpleCommand;
  /** The wrappers around it, outermost first. */
  wrappers: string[];
  /** Why nobody can say what it runs, as the end of a sentence. */
  opaque?: string;
}

/**
 * Follows wrappers (`env`, `sudo`, `xargs`, `sh -c`, `find -exec`, `eval` ...) down to the commands that they run. A wrapper
 * can hold several commands. What cannot be followed comes back with the reason in `opaque`.
 */
export function unwrapCommand(command: SimpleCommand): UnwrappedCommand[] {
  return unwrap(command, [], 0);
}

function unwrap(command: SimpleCommand, wrappers: string[], depth: number): UnwrappedCommand[] {
  const first = command.words[0];
  if (!first) return [{ command, wrappers }];
  const leaf = (opaque?: string): UnwrappedCommand[] => [opaque === undefined ? { command, wrappers } : { command, wrappers, opaque }];
  if (first.dynamic || (first.glob && first.text !== '[')) return leaf('the name of a command is only known when it runs');
  if (depth > 12) return leaf('commands are wrapped too deeply');
  const name = programName(first.text);
  const words = command.words;
  const inner = (list: ShellWord[], more: ShellWord[] = []): UnwrappedCommand[] =>
    unwrap({ ...command, words: [...list, ...more], assignments: [] }, [...wrappers, name], depth + 1);
  const text = (source: string): UnwrappedCommand[] => {
    const line = parseShell(source);
    if ('unparsed' in line) return leaf(`the text given to ${name} cannot be parsed: ${line.unparsed}`);
    return [{ command, wrappers }, ...line.commands.flatMap((each) => unwrap({ ...each, context: { ...each.context, conditional: true } }, [...wrappers, name], depth + 1))];
  };

  const option = ownEntry(optionWrappers, name);
  if (option) {
    const rest = skipOptions(words, 1, option);
    if (rest.opaque !== undefined) return leaf(rest.opaque);
    if (rest.text !== undefined) return text(rest.text);
    const list = words.slice(rest.at);
    if (list.length === 0) return leaf();
    const followed = inner(list, option.adds ? [unknownWord] : []);
    // The wrapper itself stays when it writes, raises rights or brings an environment with it.
    return rest.notable || option.keep ? [{ command: { ...command, words: words.slice(0, rest.at) }, wrappers }, ...followed] : followed;
  }
  if (scriptShells.has(name)) return shellText(command, name, leaf, text);
  switch (name) {
    case 'eval':
    case 'watch':
    case 'parallel': {
      const rest = name === 'eval' ? 1 : skipOptions(words, 1, { values: ['-n', '-d', '--interval', '-j', '--jobs', '-a', '-S'] }).at;
      let list = words.slice(rest);
      if (name === 'parallel') {
        const stop = list.findIndex((word) => word.text.startsWith(':::'));
        list = [...(stop < 0 ? list : list.slice(0, stop)), unknownWord];
        if (list.length === 1) return leaf('parallel runs text from its arguments or input');
        return inner(list.filter((word) => word.text !== '{}'));
      }
      if (list.some((word) => word.dynamic || word.glob)) return leaf(`the text given to ${name} is only known when it runs`);
      return text(list.map((word) => word.text).join(' '));
    }
    case 'source':
    case '.':
      return leaf(words[1]?.dynamic ? 'the file to run is only known when it runs' : undefined);
    case 'trap': {
      const action = words[1]?.text === '--' ? words[2] : words[1];
      if (action?.dynamic) return leaf('the text given to trap is only known when it runs');
      return action && words.length > 2 && action.text !== '-' ? text(action.text) : leaf();
    }
    case 'find':
    case 'fd':
    case 'fdfind':
      return [{ command, wrappers }, ...findActions(words, name).flatMap((list) => inner(list))];
    default:
      return leaf();
  }
}

const unknownWord: ShellWord = { text: '{}', dynamic: true, glob: false, quoted: false };

function shellText(
  command: SimpleCommand,
  name: string,
  leaf: (opaque?: string) => UnwrappedCommand[],
  text: (source: string) => UnwrappedCommand[],
): UnwrappedCommand[] {
  const words = command.words;
  let at = 1;
  let takesText = false;
  for (; at < words.length; at += 1) {
    const word = words[at];
    if (!word) break;
    if (word.dynamic || word.glob) return leaf(`what ${name} runs is only known when it runs`);
    if (word.text === '--') {
      at += 1;
      break;
    }
    if (!/^[-+]/.test(word.text) || word.text === '-') break;
    if (/^-[A-Za-z]*c[A-Za-z]*$/.test(word.text)) takesText = true;
    if (/^-[A-Za-z]*[si][A-Za-z]*$/.test(word.text)) return leaf(`${name} runs text from its input`);
    if (/^(?:[-+][A-Za-z]*[oO]|--rcfile|--init-file)$/.test(word.text)) at += 1;
  }
  const next = words[at];
  if (takesText) {
    if (!next) return leaf();
    if (next.dynamic) return leaf(`the text given to ${name} is only known when it runs`);
    return name === 'fish' || name === 'pwsh' ? leaf(`the text given to ${name} is not in a language that is parsed`) : text(next.text);
  }
  if (next && next.text !== '-') return leaf();
  const input = command.redirections.findLast((each) => each.operator === '<<<' || each.operator.startsWith('<<') || each.operator === '<');
  if (input?.body && !(input.body.expands && /[$`]/.test(input.body.text))) return text(input.body.text);
  if (input?.operator === '<<<' && !input.target.dynamic) return text(input.target.text);
  if (!command.context.piped && words.length === 2 && /^--?(?:version|help)$/.test(words[1]?.text ?? '')) return leaf();
  return leaf(`${name} runs text from its input`);
}

const startsAction: Record<string, RegExp> = {
  find: /^-(?:exec|execdir|ok|okdir)$/,
  fd: /^(?:-x|-X|--exec|--exec-batch)$/,
  fdfind: /^(?:-x|-X|--exec|--exec-batch)$/,
};

function findActions(words: ShellWord[], name: string): ShellWord[][] {
  const actions: ShellWord[][] = [];
  for (let at = 1; at < words.length; at += 1) {
    if (!ownEntry(startsAction, name)?.test(words[at]?.text ?? '')) continue;
    const action: ShellWord[] = [];
    for (at += 1; at < words.length; at += 1) {
      const word = words[at];
      if (!word || word.text === ';') break;
      if (word.text === '+' && action.at(-1)?.text === '{}') break;
      action.push(word.text.includes('{}') ? { ...word, dynamic: true } : word);
    }
    if (action.length > 0) actions.push(action);
  }
  return actions;
}
