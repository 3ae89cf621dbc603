import { z } from 'zod';
import { canonicalJson } from './canonical-json.ts';
import { classifyCommand } from './classify-command.ts';
import type { CommandFacts } from './classify-command.ts';
import { parseShell } from './parse-shell.ts';
import type { Redirection, ShellLine, ShellWord, SimpleCommand } from './shell/shell-line.ts';

/**
 * What a person allowed for the rest of a thread. Commands are compared word for word, in the same folder; a line whose
 * parts feed or prepare each other (pipes, `cd`, variables, functions) is only ever allowed as the whole line.
 */
export const GrantShape = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('commands'), directory: z.string(), commands: z.array(z.object({ key: z.string(), shown: z.string() })).min(1) }),
  z.strictObject({ kind: z.literal('line'), directory: z.string(), line: z.string() }),
  z.strictObject({ kind: z.literal('write'), path: z.string() }),
]);
export type GrantShape = z.infer<typeof GrantShape>;

/** What "always" would mean for a command, or `undefined` where it must ask each time. */
export function grantShape(command: string, facts: CommandFacts): GrantShape | undefined {
  const line = parseShell(command);
  if ('unparsed' in line || command.trim() === '') return undefined;
  const directory = facts.directory ?? '.';
  if (line.commands.some(isVariable)) return undefined;
  if (!standAlone(line)) return { kind: 'line', directory, line: command.trim() };
  const commands = line.commands.filter((each) => !isReadOnly(each, facts)).map((each) => ({ key: keyOf(each), shown: shownOf(each) }));
  return commands.length === 0 ? { kind: 'line', directory, line: command.trim() } : { kind: 'commands', directory, commands };
}

/** What a grant allows, for people. */
export function describeGrant(shape: GrantShape): string {
  const where = (directory: string) => (directory === '.' ? '' : ` in ${directory}`);
  switch (shape.kind) {
    case 'commands':
      return `exactly ${shape.commands.map((each) => `\`${each.shown}\``).join(' and ')}${where(shape.directory)}`;
    case 'line':
      return `exactly the line \`${shape.line}\`${where(shape.directory)}`;
    case 'write':
      return `changes to ${shape.path}`;
  }
}

/** Whether the grants cover every command of a line that does more than read. Whoever calls has ruled out what no grant covers. */
export function isCommandGranted(command: string, grants: readonly GrantShape[], facts: CommandFacts): boolean {
  const directory = facts.directory ?? '.';
  const here = grants.filter((grant) => grant.kind !== 'write' && grant.directory === directory);
  if (here.some((grant) => grant.kind === 'line' && grant.line === command.trim())) return true;
  const keys = new Set(here.flatMap((grant) => (grant.kind === 'commands' ? grant.commands.map((each) => each.key) : [])));
  if (keys.size === 0) return false;
  const line = parseShell(command);
  return !('unparsed' in line) && standAlone(line) && line.commands.every((each) => keys.has(keyOf(each)) || isReadOnly(each, facts));
}

/** Whether every command means the same as if it stood alone. */
function standAlone(line: ShellLine): boolean {
  return line.functions.length === 0 && line.commands.every((each) =>
    each.words.length > 0 && !each.context.piped && !each.context.substitution && !isVariable(each)
    && !/^(?:cd|pushd|popd|export|declare|local|readonly|typeset|alias|unalias|source|\.|set|shopt|enable|hash|trap|exec|read|printf|unset|eval|builtin|umask|ulimit)$/.test(each.words[0]?.text ?? ''));
}

function isVariable(command: SimpleCommand): boolean {
  return [...command.words, ...command.redirections.map((each) => each.target), ...command.assignments.map((each) => each.value)].some((word) => word.dynamic)
    || command.redirections.some((each) => each.body?.expands === true && /[$`]/.test(each.body.text));
}

/** A command of a parsed line is written anew, quoted, to be judged alone. */
function isReadOnly(command: SimpleCommand, facts: CommandFacts): boolean {
  if (command.assignments.length > 0 || command.redirections.some((each) => !isQuiet(each))) return false;
  return classifyCommand(command.words.map((word) => (word.glob ? word.text : quoted(word.text))).join(' '), facts).readOnly;
}

/** `2>&1` and `2>/dev/null` neither read nor write a file. */
function isQuiet({ operator, target }: Redirection): boolean {
  return target.text === '/dev/null' || (/^[<>]&$/.test(operator) && /^\d+$/.test(target.text));
}

function quoted(text: string): string {
  return /^[\w./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function keyOf({ words, assignments, redirections }: SimpleCommand): string {
  // Quotes make no difference any more, except to a tilde.
  const plain = (word: ShellWord) => [word.text, word.glob, word.quoted && word.text.includes('~')];
  return canonicalJson([words.map(plain), assignments.map((each) => [each.name, plain(each.value)]), redirections.map((each) => [each.operator, each.descriptor, plain(each.target), each.body])]);
}

function shownOf(command: SimpleCommand): string {
  return [
    ...command.assignments.map((each) => `${each.name}=${quoted(each.value.text)}`),
    ...command.words.map((word) => (word.glob ? word.text : quoted(word.text))),
    ...command.redirections.map((each) => `${each.descriptor ?? ''}${each.operator} ${quoted(each.target.text)}`),
  ].join(' ');
}
