import { readCommands } from './shell/read-commands.ts';
import { Unparsable } from './shell/shell-line.ts';
import type { CommandContext, ShellLine } from './shell/shell-line.ts';
import type { ShellReader } from './shell/shell-reader.ts';

const longest = 100_000;

/**
 * Parses the text that a shell would be given (POSIX XCU 2, and bash's additions) into the simple commands that it could
 * run, wherever they hide: lists, pipes, subshells, functions, branches, substitutions, here-documents. Never throws.
 * Text that it does not understand with certainty comes back as `unparsed`, with the reason as the end of a sentence.
 */
export function parseShell(text: string): ShellLine | { unparsed: string } {
  if (text.length > longest) return { unparsed: 'it is too long' };
  if (text.includes('\0')) return { unparsed: 'it contains a zero byte' };
  const reader: ShellReader = {
    text,
    at: 0,
    depth: 0,
    commands: [],
    functions: new Set(),
    pending: [],
    readToParenthesis: (inner, context) => {
      if (inner.pending.length > 0) throw new Unparsable('a substitution follows a here-document');
      readCommands(inner, context, [')']);
    },
    readAll: (inner, context) => void readCommands(inner, context, []),
  };
  try {
    reader.readAll(reader, topLevel);
  } catch (error) {
    if (error instanceof Unparsable) return { unparsed: error.message };
    throw error;
  }
  return { commands: reader.commands, functions: [...reader.functions] };
}

const topLevel: CommandContext = { substitution: false, piped: false, inFunction: false, conditional: false };
