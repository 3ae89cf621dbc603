import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { nearWord } from '../near-word.ts';
import { UsageError } from '../usage-error.ts';

/** Adds a command that behaves as all do: throws instead of exiting, suggests, and allows no argument too many. */
export function addCommand(parent: Command, name: string, summary: string): Command {
  return parent.command(name).description(summary).helpOption('-h, --help', 'show help').copyInheritedSettings(parent).showHelpAfterError(false).allowExcessArguments(false)
    .configureOutput({ outputError: (text, write) => write(`${text}usage: ${usageOf(parent, name)}\n`) });
}

export function modeOption(): Option {
  return new Option('--mode <mode>', 'plan: reads only; ask: asks before writes and unsafe commands; auto: asks only for what leaves the sandbox').choices(['plan', 'ask', 'auto']);
}

export function unknownCommand(parent: Command, word: string): UsageError {
  const near = nearWord(word, parent.commands.map((command) => command.name()));
  return new UsageError(`unknown command “${word}”${near === undefined ? '' : `. Did you mean ${near}?`}`, `${pathOf(parent)} <command>; see ${pathOf(parent)} --help`);
}

function usageOf(parent: Command, name: string): string {
  const command = parent.commands.find((candidate) => candidate.name() === name);
  return command === undefined ? name : `${pathOf(command)} ${command.usage()}`;
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('It must be a whole number from 1.');
  return value;
}
