import { WorkspaceError } from '../port.ts';
import type { BackgroundProcess, Ending, Files, Processes, RunOptions, RunResult } from '../port.ts';

/** What an imagined command did; `ending` where it did not simply exit. */
export interface MemoryAnswer {
  output?: string;
  exitCode?: number;
  ending?: Ending;
  notes?: string[];
}

/** Answers commands; it may change `files`, wait for `run.signal`, or write with `run.onOutput`. */
export type MemoryCommands = (run: RunOptions, files: Files) => MemoryAnswer | Promise<MemoryAnswer>;

interface Background {
  facts: Omit<BackgroundProcess, 'ending' | 'outputBytes'>;
  output: string;
  ending: Ending | undefined;
  cancel: AbortController;
  ended: Promise<void>;
}

/** `Processes` whose commands a function answers. A cancelled command ends at once as `cancelled`, whatever the function does. */
export function createMemoryProcesses(options: { commands: MemoryCommands; files: Files }): Processes & { close(): Promise<void> } {
  const background = new Map<string, Background>();

  async function answer(run: RunOptions): Promise<{ ending: Ending; output: string; notes: string[] }> {
    if (run.directory !== undefined) await options.files.list(run.directory);
    let output = '';
    const print = (text: string) => {
      output += text;
      run.onOutput?.(text);
    };
    const timeout = run.timeoutMs === undefined ? undefined : AbortSignal.timeout(run.timeoutMs);
    const stopped = AbortSignal.any([run.signal, timeout].filter((signal) => signal !== undefined));
    const cut = new Promise<MemoryAnswer>((resolve) => {
      const stop = () => resolve({ ending: { kind: run.signal?.aborted ? 'cancelled' : 'timed-out' } });
      if (stopped.aborted) stop();
      else stopped.addEventListener('abort', stop, { once: true });
    });
    const given = stopped.aborted ? await cut : await Promise.race([cut, options.commands({ ...run, onOutput: print }, options.files)]);
    if (given.output) print(given.output);
    return { ending: given.ending ?? { kind: 'exited', exitCode: given.exitCode ?? 0 }, output, notes: given.notes ?? [] };
  }

  const factsOf = (one: Background): BackgroundProcess => ({ ...one.facts, ending: one.ending, outputBytes: Buffer.byteLength(one.output) });

  function find(processId: string): Background {
    const found = background.get(processId);
    if (found === undefined) throw new WorkspaceError('not-found', `There is no background process ${processId}. List them to see which there are.`);
    return found;
  }

  async function stop(processId: string): Promise<BackgroundProcess> {
    const found = find(processId);
    found.cancel.abort();
    await found.ended;
    return factsOf(found);
  }

  return {
    async run(run): Promise<RunResult> {
      const { ending, output, notes } = await answer(run);
      return { ending, output, wholeOutputPath: undefined, outputBytes: Buffer.byteLength(output), durationMs: 0, sandboxed: run.unsandboxed !== true, notes };
    },

    async start(run) {
      const processId = `process-${background.size + 1}`;
      const cancel = new AbortController();
      const one: Background = { facts: { processId, command: run.command, startedAtMs: 0 }, output: '', ending: undefined, cancel, ended: Promise.resolve() };
      const signal = run.signal === undefined ? cancel.signal : AbortSignal.any([cancel.signal, run.signal]);
      one.ended = answer({ ...run, signal, onOutput: (text) => {
        one.output += text;
        run.onOutput?.(text);
      } }).then(({ ending }) => {
        one.ending = ending;
      }, (error: unknown) => {
        one.ending = { kind: 'not-started', reason: error instanceof Error ? error.message : String(error) };
      });
      background.set(processId, one);
      return factsOf(one);
    },

    list: () => [...background.values()].map(factsOf),

    async readOutput(processId, { from = 0, maxBytes = 65_536 } = {}) {
      const found = find(processId);
      const bytes = Buffer.from(found.output).subarray(from, from + maxBytes);
      return { text: bytes.toString('utf8'), nextOffset: from + bytes.length, ending: found.ending };
    },

    stop,

    async close() {
      await Promise.all([...background.keys()].map(stop));
    },
  };
}
