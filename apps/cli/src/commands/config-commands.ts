import type { Command } from 'commander';
import { addCommand, unknownCommand } from './add-command.ts';
import type { Surroundings } from '../surroundings.ts';

/** `atelier config …`. */
export function addConfigCommands(program: Command, surroundings: Surroundings): void {
  const config = addCommand(program, 'config', 'Read and change your configuration.')
    .usage('<command>')
    .argument('[command...]')
    .addHelpText('after', '\nExamples:\n  atelier config set model anthropic/claude-sonnet-5\n  atelier config set providers.anthropic.apiKey     # asks for the key; it is never shown again')
    .action(([word]: string[]) => {
      if (word === undefined) return config.outputHelp();
      throw unknownCommand(config, word);
    });
  const load = () => import('./config.ts');

  addCommand(config, 'list', 'Show every value that is set, and where it comes from.')
    .option('--json', 'print them as JSON')
    .addHelpText('after', '\nExample:\n  atelier config list')
    .action(async (options: object) => (await load()).listConfig(surroundings, options));
  addCommand(config, 'get', 'Show one value.')
    .argument('<key>').option('--json', 'print it as JSON')
    .addHelpText('after', '\nExample:\n  atelier config get model')
    .action(async (key: string, options: object) => (await load()).getConfig(surroundings, key, options));
  addCommand(config, 'set', 'Set one value. A key is asked for, or read from stdin, when no value is given.')
    .argument('<key>').argument('[value]')
    .addHelpText('after', '\nExamples:\n  atelier config set model openai/gpt-5.2\n  atelier config set providers.myproxy.baseUrl http://localhost:8000/v1\n  atelier config set providers.myproxy.apiKey < key.txt')
    .action(async (key: string, value: string | undefined) => (await load()).setConfig(surroundings, key, value));
  addCommand(config, 'unset', 'Remove one value.')
    .argument('<key>')
    .addHelpText('after', '\nExample:\n  atelier config unset temperature')
    .action(async (key: string) => (await load()).unsetConfig(surroundings, key));
  addCommand(config, 'path', 'Show where your configuration is kept.')
    .option('--json', 'print it as JSON')
    .addHelpText('after', '\nExample:\n  $EDITOR "$(atelier config path)"')
    .action(async (options: object) => (await load()).showConfigPath(surroundings, options));
}
