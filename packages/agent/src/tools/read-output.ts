import type { RunScope, ToolResult } from '@atelier/plugin';
import { defineTool } from '@atelier/plugin';
import { z } from 'zod';
import { counted, cutLine, fitLines } from './limit-text.ts';
import { endingInWords } from './run-command.ts';
import { failureOf } from './tool-failure.ts';
import { toolInput } from './tool-input.ts';

const DEFAULT_LINES = 200;
const MAX_LINES = 2000;
const CHUNK_BYTES = 1024 * 1024;

interface Work {
  id: string;
  firstLine: number | undefined;
  maxLines: number;
  pattern: string | undefined;
}

/** Reads the output of a background process, or the whole of an earlier output that was shortened. */
export const readOutput = defineTool({
  name: 'read_output',
  description: 'Reads the output of a background process, or the whole of an output that was shortened. Without from_line, the last lines.',
  input: toolInput({
    id: z.string().min(1).describe('as the earlier result gave it'),
    from_line: z.number().optional(),
    max_lines: z.number().optional().describe(`default ${DEFAULT_LINES}`),
    pattern: z.string().optional().describe('only lines that match this regular expression'),
  }),
  replay: 'safe',
  prepare: async (input) => {
    if (input.pattern !== undefined && !isRegularExpression(input.pattern)) {
      return { kind: 'refused', reason: `The pattern ${input.pattern} is not a regular expression. Put \\ before signs that are meant as they are.` };
    }
    const work: Work = {
      id: input.id,
      firstLine: input.from_line === undefined ? undefined : Math.max(1, input.from_line),
      maxLines: Math.min(Math.max(1, input.max_lines ?? DEFAULT_LINES), MAX_LINES),
      pattern: input.pattern,
    };
    return { kind: 'ready', effects: [], summary: `Read the output of ${input.id}`, work };
  },
  run: async (prepared, scope) => {
    const work = prepared.work as Work; // made by `prepare` above
    try {
      const output = await findOutput(work.id, scope);
      return output ?? unknownId(work.id, scope);
    } catch (error) {
      return failureOf(error);
    }

    async function findOutput(id: string, { workspace, readEarlierOutput }: RunScope): Promise<ToolResult | undefined> {
      const process = workspace.processes.list().find((candidate) => candidate.processId === id);
      if (process !== undefined) {
        const { text, state } = await readProcess(id, scope);
        return { status: 'ok', output: `${printLines(text, work)}\n(${id}: ${state})` };
      }
      const earlier = await readEarlierOutput(id);
      return earlier === undefined ? undefined : { status: 'ok', output: printLines(earlier, work) };
    }
  },
});

async function readProcess(id: string, { workspace, signal }: RunScope): Promise<{ text: string; state: string }> {
  const pieces: string[] = [];
  let from = 0;
  for (;;) {
    signal.throwIfAborted();
    const { text, nextOffset, ending } = await workspace.processes.readOutput(id, { from, maxBytes: CHUNK_BYTES });
    pieces.push(text);
    if (nextOffset <= from) return { text: pieces.join(''), state: endingInWords(ending) };
    from = nextOffset;
  }
}

/** The wanted lines with their numbers, and what was left out. */
function printLines(text: string, { firstLine, maxLines, pattern }: Work): string {
  const all = text.split('\n');
  if (all.at(-1) === '') all.pop();
  if (all.length === 0) return '(no output yet)';
  const matcher = pattern === undefined ? undefined : new RegExp(pattern);
  const wanted = all.map((line, index) => ({ number: index + 1, line })).filter(({ line }) => matcher === undefined || matcher.test(line));
  const from = firstLine === undefined ? wanted.slice(-maxLines) : wanted.filter(({ number }) => number >= firstLine).slice(0, maxLines);
  if (from.length === 0) return matcher === undefined ? `(the output has ${counted(all.length, 'line')})` : `No line of ${all.length} matches ${pattern}.`;
  const { lines } = fitLines(from.map(({ number, line }) => `${number}\t${cutLine(line, 2000)}`));
  const shown = from.slice(0, lines.length);
  const isWhole = shown.length === wanted.length && matcher === undefined;
  const what = matcher === undefined ? `lines ${shown[0]?.number}-${shown.at(-1)?.number} of ${all.length}` : `${shown.length} of ${counted(wanted.length, 'matching line')}, of ${all.length}`;
  return isWhole ? lines.join('\n') : `${lines.join('\n')}\n(${what}; from_line and max_lines choose others)`;
}

function unknownId(id: string, { workspace }: RunScope): ToolResult {
  const known = workspace.processes.list().map((process) => `${process.processId} (${process.command.slice(0, 60)}; ${endingInWords(process.ending)})`);
  return { status: 'failed', output: `There is no output with the id ${id}. ${known.length === 0 ? 'No background process is known.' : `Background processes: ${known.join(', ')}.`}` };
}

function isRegularExpression(pattern: string): boolean {
  try {
    return new RegExp(pattern) instanceof RegExp;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
