/** One word of a command after quotes are removed. */
export interface ShellWord {
  /** What the program will see; a part that is only known when the line runs stands here as its source (`$HOME/x`). */
  text: string;
  /** Whether a variable, substitution or arithmetic decides part of it. */
  dynamic: boolean;
  /** Whether file names will be put in its place (`*.ts`). */
  glob: boolean;
  /** Whether any part of it was quoted or escaped. */
  quoted: boolean;
}

export type RedirectionOperator = '<' | '>' | '>>' | '>|' | '<>' | '<&' | '>&' | '&>' | '&>>' | '<<' | '<<-' | '<<<';

export interface Redirection {
  operator: RedirectionOperator;
  /** The number or `{name}` before the operator. */
  descriptor?: string;
  /** File, descriptor, here-string or the delimiter of a here-document. */
  target: ShellWord;
  /** The text of a here-document; `expands` when its delimiter was unquoted. */
  body?: { text: string; expands: boolean };
}

export interface Assignment {
  name: string;
  value: ShellWord;
}

/** Where a command stands in its line. */
export interface CommandContext {
  /** Inside `$( )`, backticks or `<( )`. */
  substitution: boolean;
  /** Its input comes from a pipe. */
  piped: boolean;
  /** Inside the body of a function. */
  inFunction: boolean;
  /** In a branch, a loop, a subshell or after `&&` or `||`: it may run any number of times, also none. */
  conditional: boolean;
}

/** A simple command (POSIX XCU 2.9.1). Without words it is only assignments, or only the redirections of a compound command. */
export interface SimpleCommand {
  words: ShellWord[];
  assignments: Assignment[];
  redirections: Redirection[];
  context: CommandContext;
}

/** Every simple command that a line could run, in the order in which they are written, however deep they are nested. */
export interface ShellLine {
  commands: SimpleCommand[];
  /** Names of the functions that the line defines; their bodies are among the commands. */
  functions: string[];
}

/** Thrown inside the parser only; `parseShell` turns it into a value. */
export class Unparsable extends Error {}
