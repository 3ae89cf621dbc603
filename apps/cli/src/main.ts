import { CommanderError } from 'commander';
import { createProgram } from './program.ts';
import { surroundingsOfProcess } from './surroundings.ts';
import type { Surroundings } from './surroundings.ts';
import { CommandError, UsageError } from './usage-error.ts';

export { createProgram } from './program.ts';

/** Runs the command line and sets the process's exit code: 2 for bad usage, 1 where a command could not do its work. */
export async function main(argv: readonly string[], version: string): Promise<void> {
  const surroundings = surroundingsOfProcess(version);
  // A reader that went away (`| head`): nobody hears what came of the work, so it ends as every program does then (128 + SIGPIPE).
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 141 : 1));
  const code = await runProgram(argv, surroundings);
  process.exitCode = code;
}

/** Parses and runs one command line; returns what the process should end with. Failures are told on stderr. */
export async function runProgram(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const program = createProgram(surroundings);
  try {
    // `atelier help run` is `atelier run --help`.
    await program.parseAsync(argv[0] === 'help' ? [...argv.slice(1), '--help'] : argv, { from: 'user' });
    return surroundings.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // commander has told it already
    if (error instanceof UsageError) {
      surroundings.stderr.write(`error: ${error.message}\n${error.usage === undefined ? '' : `usage: ${error.usage}\n`}`);
      return 2;
    }
    surroundings.stderr.write(`${tell(error)}\n`);
    return 1;
  }
}

/** A failure in words: problems and command errors are sentences already; anything else is said to be ours. */
function tell(error: unknown): string {
  if (error instanceof CommandError) return error.message;
  if (error instanceof Error && ['ProblemError', 'UnreachableError'].includes(error.name)) {
    const requestId = 'requestId' in error && 'code' in error && error.code === 'internal' && typeof error.requestId === 'string' ? ` (request ${error.requestId})` : '';
    return error.message + requestId;
  }
  const message = error instanceof Error ? error.message : String(error);
  return /[.!?]$/.test(message) ? message : `Atelier failed: ${message}. \`atelier doctor\` looks for the cause.`;
}
