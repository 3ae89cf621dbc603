import { defineTool } from '@atelier/plugin';
import { z } from 'zod';
import { toolInput } from './tool-input.ts';

/**
 * Asks the people of the thread. The loop never runs this call: its `ask` effect becomes a recorded question, the run
 * waits in the log, and the answer completes the call. `run` therefore throws.
 */
export const askPerson = defineTool({
  name: 'ask_person',
  description: 'Asks the person a question and waits for the answer. Only for what you cannot find out and what changes the work.',
  input: toolInput({ question: z.string().min(1), options: z.array(z.string()).optional().describe('answers to choose from') }),
  replay: 'safe',
  prepare: async ({ question, options = [] }) => ({ kind: 'ready', effects: [{ kind: 'ask', question, options }], summary: question }),
  run: () => Promise.reject(new Error('ask_person was run, but its answer must come from a person: complete the call with the recorded answer instead.')),
});
