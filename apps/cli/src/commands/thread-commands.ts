import type { Command } from 'commander';
import { Option } from 'commander';
import { addCommand, positiveInteger, unknownCommand } from './add-command.ts';
import type { Surroundings } from '../surroundings.ts';

/** `atelier thread …`. An id may be shortened to what is unique, and `last` is the last thread of this folder. */
export function addThreadCommands(program: Command, surroundings: Surroundings): void {
  const thread = addCommand(program, 'thread', 'List, show, search, resume, undo and export threads.')
    .usage('<command>')
    .argument('[command...]')
    .addHelpText('after', '\nA thread is named by its id, by the end or beginning of it, or by “last”: the last one of this folder.\n\nExample:\n  atelier thread show last')
    .action(([word]: string[]) => {
      if (word === undefined) return thread.outputHelp();
      throw unknownCommand(thread, word);
    });
  const json: [string, string] = ['--json', 'print facts as JSON'];

  addCommand(thread, 'list', 'List threads, newest first.')
    .option('-a, --all', 'of all folders, not only of this one')
    .option('--archived', 'list the archived ones')
    .addOption(new Option('-n, --limit <count>', 'how many').argParser(positiveInteger).default(20))
    .option(...json)
    .addHelpText('after', '\nExample:\n  atelier thread list --all')
    .action(async (options: object) => (await import('./thread-list.ts')).listThreads(surroundings, options));

  addCommand(thread, 'show', 'Show what happened in a thread.')
    .argument('<id>')
    .option('--whole', 'show outputs and diffs in full')
    .option('-f, --follow', 'go on showing what happens')
    .option('--json', 'print the thread and its events as JSON lines')
    .addHelpText('after', '\nExample:\n  atelier thread show last --whole')
    .action(async (id: string, options: object) => (await import('./thread-show.ts')).showThread(surroundings, id, options));

  addCommand(thread, 'search', 'Search messages, answers, tool output and file names.')
    .argument('<words...>')
    .addOption(new Option('-n, --limit <count>', 'how many').argParser(positiveInteger).default(20))
    .option(...json)
    .addHelpText('after', '\nExample:\n  atelier thread search rounding error')
    .action(async (words: string[], options: object) => (await import('./thread-list.ts')).searchThreads(surroundings, words, options));

  addCommand(thread, 'resume', 'Go on with a thread: answer what it waits for, send a message, or watch what runs.')
    .argument('<id>')
    .argument('[message...]', 'what to say; answers an open question, else becomes the next message')
    .option('--approve [approval]', 'allow what waits for approval (all of it, or the one with this id)')
    .option('--deny [reason]', 'deny what waits for approval, with a reason for the agent')
    .addOption(new Option('--approval <id>', 'with --deny: only this one'))
    .option('--queue', 'the message waits until the run is finished; otherwise a run that is under way reads it at its next step')
    .option('--json', 'print the events as JSON, one object on a line, and a result at the end')
    .option('--deltas', 'with --json: print the pieces of answers that are still streaming too')
    .addHelpText('after', '\nExit codes as of `atelier run`.\n\nExamples:\n  atelier thread resume last --approve\n  atelier thread resume last "now the documentation"')
    .action(async (id: string, words: string[], options: object) => (await import('./thread-resume.ts')).resumeThread(surroundings, id, words, options));

  addCommand(thread, 'undo', 'Put the files back as they were before the last run.')
    .argument('<id>')
    .option('--run <run>', 'before this run instead of the last one')
    .option('--checkpoint <id>', 'as they were at this checkpoint')
    .option('--path <path...>', 'only these files')
    .option(...json)
    .addHelpText('after', '\nFiles that changed since the run are left alone and named.\n\nExamples:\n  atelier thread undo last\n  atelier thread undo last --path src/total.js')
    .action(async (id: string, options: object) => (await import('./thread-undo.ts')).undoRun(surroundings, id, options));

  addCommand(thread, 'fork', 'Copy a thread up to an event into a new one.')
    .argument('<id>')
    .addOption(new Option('--at <seq>', 'the last event to copy; all of them by default').argParser(positiveInteger))
    .option('--title <title>', 'title of the new thread')
    .option(...json)
    .addHelpText('after', '\nExample:\n  atelier thread fork last --at 42')
    .action(async (id: string, options: object) => (await import('./thread-change.ts')).forkThread(surroundings, id, options));

  addCommand(thread, 'export', 'Write a thread as Markdown, HTML or JSONL to stdout or a file.')
    .argument('<id>')
    .addOption(new Option('--format <format>', 'by default what the file\'s name says, else markdown').choices(['markdown', 'html', 'jsonl']))
    .option('-o, --output <file>', 'write to this file')
    .addHelpText('after', '\nExample:\n  atelier thread export last -o work.html')
    .action(async (id: string, options: object) => (await import('./thread-export.ts')).exportThread(surroundings, id, options));

  addCommand(thread, 'import', 'Import a thread from the JSONL that an export gave.')
    .argument('<file>', 'the file, or `-` for stdin')
    .option(...json)
    .addHelpText('after', '\nExample:\n  atelier thread import work.jsonl')
    .action(async (file: string, options: object) => (await import('./thread-export.ts')).importThread(surroundings, file, options));

  addCommand(thread, 'rename', 'Give a thread another title.')
    .argument('<id>').argument('<title...>').option(...json)
    .addHelpText('after', '\nExample:\n  atelier thread rename last "Rounding of totals"')
    .action(async (id: string, words: string[], options: object) => (await import('./thread-change.ts')).renameThread(surroundings, id, words, options));

  addCommand(thread, 'archive', 'Take a thread out of the list, or put it back.')
    .argument('<id>').option('--undo', 'put it back').option(...json)
    .addHelpText('after', '\nExample:\n  atelier thread archive last')
    .action(async (id: string, options: object) => (await import('./thread-change.ts')).archiveThread(surroundings, id, options));

  addCommand(thread, 'delete', 'Delete a thread with all its events.')
    .argument('<id>').option('-y, --yes', 'do not ask').option(...json)
    .addHelpText('after', '\nExample:\n  atelier thread delete 0198f3')
    .action(async (id: string, options: object) => (await import('./thread-change.ts')).deleteThread(surroundings, id, options));
}
