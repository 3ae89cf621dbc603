import { defineTool } from '@atelier/plugin';
import { z } from 'zod';
import { endingInWords } from './run-command.ts';
import { failureOf } from './tool-failure.ts';
import { toolInput } from './tool-input.ts';

/** Ends a background process and everything it started. */
export const stopCommand = defineTool({
  name: 'stop_command',
  description: 'Ends a background process of run_command.',
  input: toolInput({ id: z.string().min(1) }),
  replay: 'never',
  prepare: async ({ id }, { workspace }) => {
    const processes = workspace.processes.list();
    const process = processes.find((candidate) => candidate.processId === id);
    if (process === undefined) {
      const running = processes.filter((candidate) => candidate.ending === undefined).map((candidate) => `${candidate.processId} (${candidate.command.slice(0, 60)})`);
      return { kind: 'refused', reason: `There is no background process ${id}. ${running.length === 0 ? 'None is running.' : `Running: ${running.join(', ')}.`}` };
    }
    return { kind: 'ready', effects: [{ kind: 'stop', processId: id }], summary: `Stop ${id}: ${process.command.slice(0, 120)}`, work: id };
  },
  run: async (prepared, { workspace }) => {
    const id = prepared.work as string; // made by `prepare` above
    try {
      const { ending } = await workspace.processes.stop(id);
      return { status: 'ok', output: `${id} is stopped (${endingInWords(ending)}). Its output can still be read with read_output.` };
    } catch (error) {
      return failureOf(error);
    }
  },
});
