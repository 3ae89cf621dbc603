import type { RunScope, ToolResult } from '@atelier/plugin';
import { defineTool } from '@atelier/plugin';
import type { Ending, RunOptions, RunResult, Workspace } from '@atelier/workspace';
import { z } from 'zod';
import { counted, readableBytes } from './limit-text.ts';
import { sandboxHint } from './sandbox-hint.ts';
import { tidyPath } from './tidy-path.ts';
import { failureOf } from './tool-failure.ts';
import { toolInput } from './tool-input.ts';

const DEFAULT_SECONDS = 120;
const MAX_SECONDS = 600;

interface Work {
  options: RunOptions;
  seconds: number;
  background: boolean;
}

/** Runs a shell command in the sandbox, to its end or in the background. */
export const runCommand = defineTool({
  name: 'run_command',
  description:
    'Runs a shell command in a sandbox: the project and /tmp are writable; .git is read-only; no network, home or secrets. Nobody can type into it: give programs their non-interactive flags. For reading, searching and editing files use the other tools. Start servers and watchers with background. Each call is a fresh shell in `directory` (default: the root).',
  input: toolInput({
    command: z.string().min(1),
    directory: z.string().optional(),
    timeout_seconds: z.number().optional().describe(`default ${DEFAULT_SECONDS}, at most ${MAX_SECONDS}`),
    background: z.boolean().optional(),
    needs_network: z.array(z.string()).optional().describe('hosts to reach, e.g. registry.example.com; a person may be asked'),
    unsandboxed: z.boolean().optional().describe('only if it cannot work otherwise, e.g. git commit; a person is asked'),
    reason: z.string().optional().describe('why unsandboxed'),
  }),
  replay: 'never',
  prepare: async (input, { workspace }) => {
    const directory = tidyPath(workspace.root, input.directory ?? '.');
    const seconds = Math.min(Math.max(1, input.timeout_seconds ?? DEFAULT_SECONDS), MAX_SECONDS);
    const background = input.background === true;
    const unsandboxed = input.unsandboxed === true;
    const hosts = input.needs_network ?? [];
    if (input.command.trim() === '') return { kind: 'refused', reason: 'The command is empty. Give a shell command.' };
    if (input.command.includes('\0')) return { kind: 'refused', reason: 'The command has a null character, which no shell takes. Leave it out.' };
    if (unsandboxed && (input.reason ?? '').trim() === '') {
      return { kind: 'refused', reason: 'A command outside the sandbox needs a `reason` for the person who is asked. Try it in the sandbox first, or give the reason.' };
    }
    const options: RunOptions = {
      command: input.command,
      directory,
      ...(!background && { timeoutMs: seconds * 1000 }),
      ...(hosts.length > 0 && { allowedHosts: hosts }),
      ...(unsandboxed && { unsandboxed }),
    };
    const work: Work = { options, seconds, background };
    return {
      kind: 'ready',
      effects: [
        {
          kind: 'run',
          command: input.command,
          directory,
          ...(background && { background }),
          ...(unsandboxed && { unsandboxed }),
          ...(hosts.length > 0 && { allowedHosts: hosts }),
        },
      ],
      summary: `${background ? 'Start' : 'Run'} ${firstLine(input.command)}`,
      preview: [
        input.command,
        directory === '.' ? '' : `in ${directory}`,
        hosts.length === 0 ? '' : `may reach ${hosts.join(', ')}`,
        unsandboxed ? `outside the sandbox, because: ${input.reason ?? ''}` : '',
      ]
        .filter((line) => line !== '')
        .join('\n'),
      work,
    };
  },
  run: async (prepared, scope) => {
    const work = prepared.work as Work; // made by `prepare` above
    try {
      return work.background ? await startInBackground(work, scope) : await runToTheEnd(work, scope);
    } catch (error) {
      return failureOf(error);
    }
  },
});

async function startInBackground({ options }: Work, { workspace }: RunScope): Promise<ToolResult> {
  const { processId, ending } = await workspace.processes.start(forPlace(options, workspace));
  if (ending?.kind === 'not-started') return { status: 'failed', output: `The command did not start: ${ending.reason}` };
  return { status: 'ok', output: `Started in the background as ${processId}. Read its output with read_output (id "${processId}"); end it with stop_command.` };
}

async function runToTheEnd({ options, seconds }: Work, { workspace, signal, onOutput, callId }: RunScope): Promise<ToolResult> {
  const result = await workspace.processes.run({ ...forPlace(options, workspace), signal, onOutput });
  const failed = result.ending.kind !== 'exited' || result.ending.exitCode !== 0;
  const hint = failed && result.sandboxed ? sandboxHint(result.output, { reachesHosts: (options.allowedHosts ?? []).length > 0 }) : undefined;
  const lines = [
    result.output.replace(/\n$/, ''),
    ...(result.wholeOutputPath === undefined ? [] : [`(shortened from ${readableBytes(result.outputBytes)}; read_output with id "${callId}" reads and searches the whole)`]),
    ...result.notes,
    describeEnding(result, seconds),
    hint ?? '',
  ];
  return {
    status: failed ? 'failed' : 'ok',
    output: lines.filter((line) => line !== '').join('\n'),
    ...(result.wholeOutputPath !== undefined && { wholeOutputPath: result.wholeOutputPath }),
    ...(result.ending.kind === 'exited' && { exitCode: result.ending.exitCode }),
  };
}

/** Where there is no sandbox, policy asked a person for this very command; what was allowed then runs without one. */
function forPlace(options: RunOptions, { sandbox }: Workspace): RunOptions {
  return sandbox.kind === 'none' ? { ...options, unsandboxed: true } : options;
}

function describeEnding({ ending, durationMs, outputBytes }: RunResult, seconds: number): string {
  switch (ending.kind) {
    case 'exited':
      return `exit code ${ending.exitCode}`;
    case 'timed-out':
      return `The command was stopped after ${counted(seconds, 'second')}. Give a longer timeout_seconds (at most ${MAX_SECONDS}), run a smaller part, or use background for what does not end.`;
    case 'out-of-memory':
      return 'The command was stopped because it used more memory than it may. Run a smaller part, or with fewer workers.';
    case 'too-much-output':
      return `The command was stopped because it printed too much (${readableBytes(outputBytes)}). Send its output to a file, or print less.`;
    case 'cancelled':
      return `The command was cancelled after ${(durationMs / 1000).toFixed(1)} seconds and its processes were ended. What it did until then stays.`;
    case 'signalled':
      return `The command was ended by the signal ${ending.signal}.`;
    case 'not-started':
      return `The command did not start: ${ending.reason}`;
  }
}

/** How a process ended, in a few words. */
export function endingInWords(ending: Ending | undefined): string {
  if (ending === undefined) return 'running';
  if (ending.kind === 'exited') return `exit code ${ending.exitCode}`;
  if (ending.kind === 'signalled') return `ended by ${ending.signal}`;
  return ending.kind.replaceAll('-', ' ');
}

function firstLine(command: string): string {
  const [line = '', ...rest] = command.trim().split('\n');
  const short = line.length > 120 ? `${line.slice(0, 120)}…` : line;
  return rest.length > 0 ? `${short} …` : short;
}
