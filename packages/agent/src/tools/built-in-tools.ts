import type { Tool } from '@atelier/plugin';
import { askPerson } from './ask-person.ts';
import { deleteFile } from './delete-file.ts';
import { editFile } from './edit-file.ts';
import { gitDiff } from './git-diff.ts';
import { gitStatus } from './git-status.ts';
import { glob } from './glob.ts';
import { grep } from './grep.ts';
import { listDirectory } from './list-directory.ts';
import { moveFile } from './move-file.ts';
import { readFile } from './read-file.ts';
import { readOutput } from './read-output.ts';
import { runCommand } from './run-command.ts';
import { stopCommand } from './stop-command.ts';
import { updatePlan } from './update-plan.ts';
import { writeFile } from './write-file.ts';

/** The product's own tools, in the order in which every request names them: it must stay, so that prompts can be cached. */
export const builtInTools: Tool[] = [
  readFile,
  listDirectory,
  glob,
  grep,
  editFile,
  writeFile,
  moveFile,
  deleteFile,
  runCommand,
  readOutput,
  stopCommand,
  gitStatus,
  gitDiff,
  updatePlan,
  askPerson,
];
