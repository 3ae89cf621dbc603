import { nearWord } from '../near-word.ts';

/** What can be typed instead of a message. */
export const slashCommands = {
  help: 'show this list',
  mode: 'plan, ask or auto (Shift+Tab goes through them)',
  model: 'use another model: /model provider/name',
  undo: 'put the files back as they were before the last run',
  new: 'begin a new thread',
  quit: 'leave (Ctrl+C twice)',
} as const;
export type SlashCommand = keyof typeof slashCommands;

/** A line that begins with a slash; undefined for a message. A path such as `/etc/hosts is …` is a message. */
export function parseSlashCommand(text: string): { command: SlashCommand; argument: string } | { unknown: string; near: string | undefined } | undefined {
  const match = /^\/([a-z]+)(?:\s+(.*))?$/s.exec(text.trim());
  if (match === null) return undefined;
  const [, word = '', argument = ''] = match;
  const known = Object.keys(slashCommands).find((name) => name === word);
  return known === undefined ? { unknown: word, near: nearWord(word, Object.keys(slashCommands)) } : { command: known as SlashCommand, argument: argument.trim() }; // found among its names
}
