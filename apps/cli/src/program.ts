import { existsSync, realpathSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Mode } from '@atelier/thread';
import { addCommand, modeOption, positiveInteger, unknownCommand } from './commands/add-command.ts';
import { addConfigCommands } from './commands/config-commands.ts';
import { addThreadCommands } from './commands/thread-commands.ts';
import { surroundingsOfProcess } from './surroundings.ts';
import type { Surroundings } from './surroundings.ts';
import { UsageError } from './usage-error.ts';

/**
 * The command line: every command with its options, help and example. Each action loads its own code when it runs.
 * Errors of usage are thrown (`CommanderError`, `UsageError`); see `runProgram`.
 */
export function createProgram(surroundings: Surroundings = surroundingsOfProcess('')): Command {
  const program = new Command('atelier');
  program
    .description('People, agents and code work together on one durable log. Without a command: the interactive screen.')
    .usage('[options] [command]')
    .version(surroundings.version, '-V, --version', 'show the version')
    .option('-C, --cwd <folder>', 'work in this folder instead of the current one')
    .option('-m, --model <provider/model>', 'model for a new thread')
    .addOption(modeOption())
    .helpOption('-h, --help', 'show help')
    .argument('[message...]', 'first message of the interactive screen')
    .configureOutput({ writeOut: (text) => surroundings.stdout.write(text), writeErr: (text) => surroundings.stderr.write(text), outputError: (text, write) => write(`${text}usage: atelier [options] [command]; see atelier --help\n`) })
    .exitOverride()
    .showSuggestionAfterError()
    .enablePositionalOptions()
    .addHelpText('after', '\nExamples:\n  atelier                                     # the interactive screen, in this folder\n  atelier run "make the failing test pass"\n  atelier thread list\n\nMore: atelier <command> --help')
    .action(async (words: string[], options: { model?: string; mode?: string }) => {
      const [word] = words;
      // One quoted sentence is a message; anything else was meant to be a command.
      if (word !== undefined && (words.length > 1 || !/\s/.test(word))) throw unknownCommand(program, word);
      if (!surroundings.interactive) throw new UsageError('the interactive screen needs a terminal. Without one: atelier run "what to do"', 'atelier run [options] <prompt>');
      const { openScreen } = await import('./commands/screen.ts');
      await openScreen(surroundings, { message: word, ...options });
    })
    .hook('preAction', () => enterFolder(surroundings, program.opts<{ cwd?: string }>().cwd));

  addCommand(program, 'run', 'Give the agent work and watch it until it is done.')
    .usage('[options] <prompt>')
    .argument('[prompt...]', 'what to do; `-` or nothing reads it from stdin')
    .option('--json', 'print the events as JSON, one object on a line, and a result at the end')
    .option('--deltas', 'with --json: print the pieces of answers that are still streaming too')
    .option('-m, --model <provider/model>', 'model to use')
    .addOption(modeOption())
    .option('-y, --yes', 'do not ask for what stays in the sandbox (the same as --mode auto)')
    .addOption(new Option('--max-steps <count>', 'end the run after so many model calls').argParser(positiveInteger))
    .option('-c, --continue', 'go on with the last thread of this folder')
    .addHelpText('after', '\nExit codes: 0 done (and verified, where there was something to verify), 1 failed, 2 bad usage, 3 waits for an\napproval or an answer, 4 the project\'s checks do not pass, 130 cancelled.\n\nExamples:\n  atelier run "make the failing test pass"\n  atelier run --yes --json "update the changelog" | jq -r .event.type\n  git diff | atelier run --mode plan "review this change:" -')
    .action(async (words: string[], options: object) => {
      const { model, mode } = program.opts<{ model?: string; mode?: Mode }>(); // `atelier -m x run …` means what it says
      await (await import('./commands/run.ts')).run(surroundings, words, { ...(model && { model }), ...(mode && { mode }), ...options });
    });

  addThreadCommands(program, surroundings);
  addConfigCommands(program, surroundings);

  addCommand(program, 'models', 'List the models that can be used, the default first.')
    .argument('[list]', 'the word “list” may be written or left out')
    .option('--json', 'print them as JSON')
    .option('--no-discover', 'do not ask Ollama and servers of your own which models they serve')
    .addHelpText('after', '\nExample:\n  atelier models --json')
    .action(async (word: string | undefined, options: { json?: boolean; discover?: boolean }) => {
      if (word !== undefined && word !== 'list') throw new UsageError(`“${word}” is not known here`, 'atelier models [list] [options]');
      await (await import('./commands/models.ts')).listModels(surroundings, options);
    });

  addCommand(program, 'doctor', 'Look for problems of this installation and say what to do about each.')
    .option('--json', 'print the findings as JSON')
    .addHelpText('after', '\nEnds with 1 when there is a problem (not for warnings).\n\nExample:\n  atelier doctor')
    .action(async (options: { json?: boolean }) => (await import('./commands/doctor.ts')).doctor(surroundings, options));

  addCommand(program, 'serve', 'Start the server: API, pages and live view of threads.')
    .addOption(new Option('-p, --port <port>', 'port to listen on; by default server.port of the configuration, else 4747 or the next free one').argParser(portNumber))
    .option('--host <address>', 'address to listen on; by default server.host of the configuration, else 127.0.0.1. Other machines can reach anything but a loopback address')
    .option('--demo', 'show the demo first')
    .option('--json', 'print the address and the facts as one line of JSON, then run')
    .addOption(new Option('--open-hint', 'say how to open the address').hideHelp())
    .addHelpText('after', '\nExample:\n  atelier serve --port 8080')
    .action(async (options: object) => (await import('./commands/serve.ts')).serve(surroundings, options));

  addCommand(program, 'demo', 'See the whole job done in a sample repository, by a scripted model: no key and no network needed.')
    .option('--json', 'without a screen: print the events as JSON lines')
    .addHelpText('after', '\nExample:\n  atelier demo')
    .action(async (options: { json?: boolean }) => (await import('./commands/demo.ts')).demo(surroundings, options));

  return program;
}

function enterFolder(surroundings: Surroundings, folder: string | undefined): void {
  if (folder === undefined) return;
  const path = resolve(surroundings.cwd, folder);
  if (!existsSync(path) || !statSync(path).isDirectory()) throw new UsageError(`--cwd: there is no folder ${path}`);
  surroundings.cwd = realpathSync(path);
}

function portNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535) throw new InvalidArgumentError('It must be a port number, 0 to 65535.');
  return value;
}
