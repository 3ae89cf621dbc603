/** A suite whose tests are rows of the table. */
export interface FaultSuite {
  heading: string;
  /** From the project's root. */
  file: string;
  /**
   * Tests of a suite that tests other things too, by their exact titles, as `fault: what happens`. Without it every test
   * is a row and is named like that itself.
   */
  rows?: Record<string, string>;
}

const processes = 'packages/workspace/src/processes/create-processes.test.ts';
const sandbox = 'packages/workspace/src/sandbox/create-sandbox.test.ts';
const checkpoints = 'packages/workspace/src/checkpoints/create-checkpoints.test.ts';
const agent = 'packages/agent/src/run-agent.test.ts';

export const faultSuites: readonly FaultSuite[] = [
  { heading: 'The model and its provider', file: 'tests/e2e/faults-model.test.ts' },
  {
    heading: 'The process',
    file: 'tests/e2e/crash.test.ts',
    rows: {
      'is gone on with by the next: the same files, the same log, nothing done twice, an interrupted command said to be so':
        '`kill -9` after each recorded event of a ten-step run: the next process goes on; the same files, the same log, nothing done twice, an interrupted command is said to be so',
    },
  },
  { heading: 'The same, inside one process', file: agent, rows: { 'is gone on with: same files, same log': 'the agent stopped after each recorded event: gone on with, same files, same log' } },
  { heading: 'Disk, database and workspace', file: 'tests/e2e/faults-storage.test.ts' },
  { heading: 'Commands, through the whole program', file: 'tests/e2e/faults-command.test.ts' },
  {
    heading: 'Commands, one by one',
    file: processes,
    rows: {
      'is killed when its time is over, also when it ignores SIGTERM': 'a command that does not end: killed when its time is over, also when it ignores SIGTERM',
      'is gone with its whole tree within 200 ms of a cancel': 'cancel: the whole process tree is gone within 200 ms',
      'that prints a gigabyte is stopped; memory and disk stay bounded': 'a gigabyte of output: stopped; memory and disk stay bounded',
      'dies with the server, also when that is killed with SIGKILL': '`kill -9` of the server: its commands die with it',
      'a command that forks without end is stopped and named': 'a command that forks without end: stopped and named',
      'a fork bomb ends before its time': 'a fork bomb: ended before its time',
      'a command that fills memory is stopped': 'a command that fills memory: stopped and named',
      'a part of a command that fills memory is named, also when the whole goes on': 'a part of a command that fills memory: named, also when the whole goes on',
      'without a sandbox a command is not started, and the reason says how to get one': 'no sandbox on this machine: a command is not started, and the reason says how to get one',
    },
  },
  {
    heading: 'The sandbox',
    file: sandbox,
    rows: {
      'writes to the workspace and nowhere else': 'writing outside the workspace: impossible',
      'does not see ~/.ssh or the rest of the home folder': 'reading `~/.ssh` or the home folder: nothing is there',
      'does not see secrets of the tree, also those that came after the last command': 'reading `.env` and keys of the tree: nothing is there',
      'can read .git, and can neither change it nor plant a hook': 'planting a Git hook: impossible',
      'sees no process of the machine and has no capabilities': 'looking at other processes: none is seen, no capability is left',
      'cannot open a socket': 'opening a socket: impossible',
    },
  },
  {
    heading: 'Undo',
    file: checkpoints,
    rows: {
      'what a person changed after the run is left alone and named': 'a file changed by a person after the run: left alone by undo, and named',
      'bytes, executable bits, links and hostile names survive': 'hostile names, links, bytes that are no text: put back exactly',
      'a folder that became a link to another place is not written through': 'a folder that became a link out of the tree: not written through',
      'locks that a killed process left are taken over': 'locks that a killed process left: taken over',
      'an unknown id and a workspace that is gone are refused in words': 'a workspace that is gone: refused in words',
    },
  },
];
