/** The parts of a commander command that are read here. */
export interface CommandLike {
  name(): string;
  readonly commands: readonly CommandLike[];
  readonly parent: CommandLike | null;
  configureOutput(output: { writeOut: (text: string) => void; getOutHelpWidth: () => number; getOutHasColors: () => boolean }): unknown;
  outputHelp(): void;
}

/** `docs/reference/commands.md`: what `--help` says for each command. */
export function commandReference(program: CommandLike): string {
  return [
    '# Commands', '', 'Generated from the program by `npm run docs`: what `atelier <command> --help` says.', '',
    ...allCommands(program).flatMap((command) => [`## ${fullName(command)}`, '', '```text', helpOf(command), '```', '']),
  ].join('\n');
}

function allCommands(command: CommandLike): CommandLike[] {
  return [command, ...command.commands.filter((child) => child.name() !== 'help').flatMap(allCommands)];
}

function fullName(command: CommandLike): string {
  return command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`;
}

function helpOf(command: CommandLike): string {
  let text = '';
  command.configureOutput({ writeOut: (piece) => { text += piece; }, getOutHelpWidth: () => 110, getOutHasColors: () => false });
  command.outputHelp();
  return text.trimEnd().split('\n').map((line) => line.trimEnd()).join('\n');
}
