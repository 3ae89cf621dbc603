import { defineTool } from '@atelier/plugin';
import type { GrepMatch, GrepQuery } from '@atelier/workspace';
import { z } from 'zod';
import { counted, cutLine, fitLines } from './limit-text.ts';
import { tidyPath } from './tidy-path.ts';
import { failureOf } from './tool-failure.ts';
import { toolInput } from './tool-input.ts';

const DEFAULT_MATCHES = 100;
const MAX_MATCHES = 1000;
const MAX_CONTEXT = 10;

/** Finds lines by a regular expression or a literal text. */
export const grep = defineTool({
  name: 'grep',
  description: 'Finds lines in files by regular expression (or literal text), as path:line: text. Ignored files are left out.',
  input: toolInput({
    pattern: z.string().min(1),
    path: z.string().optional().describe('folder or file to search'),
    glob: z.string().optional().describe('only these files, e.g. *.ts'),
    literal: z.boolean().optional(),
    ignore_case: z.boolean().optional(),
    context: z.number().optional().describe('lines around each match'),
    max: z.number().optional().describe(`matches, default ${DEFAULT_MATCHES}`),
  }),
  replay: 'safe',
  prepare: async (input, { workspace }) => {
    const under = tidyPath(workspace.root, input.path ?? '.');
    const work: GrepQuery = {
      pattern: input.pattern,
      regex: input.literal !== true,
      ignoreCase: input.ignore_case === true,
      contextLines: Math.min(Math.max(0, input.context ?? 0), MAX_CONTEXT),
      maxMatches: Math.min(Math.max(1, input.max ?? DEFAULT_MATCHES), MAX_MATCHES),
      ...(under !== '.' && { under }),
      ...(input.glob !== undefined && { glob: input.glob }),
    };
    return { kind: 'ready', effects: [{ kind: 'read', path: under }], summary: `Search for ${cutLine(input.pattern, 120)}${under === '.' ? '' : ` in ${under}`}`, work };
  },
  run: async (prepared, { workspace, signal }) => {
    const query = prepared.work as GrepQuery; // made by `prepare` above
    try {
      const result = await workspace.search.grep({ ...query, signal });
      if (result.matches.length === 0) return { status: 'ok', output: `No line matches ${query.pattern} (${counted(result.filesSearched, 'file')} searched).` };
      const { lines, left } = fitLines(printMatches(result.matches));
      const cut = result.truncated || left > 0 ? [`(there are more matches; narrow the pattern, path or glob${left === 0 ? ', or raise max' : ''})`] : [];
      return { status: 'ok', output: [...lines, ...cut].join('\n') };
    } catch (error) {
      return failureOf(error, query.regex === true ? 'If the pattern is meant as plain text, set literal.' : undefined);
    }
  },
});

/** Matches by file, with lines in order; context lines have `-` where a match has `:`, and `--` stands between parts. */
function printMatches(matches: readonly GrepMatch[]): string[] {
  const lines: string[] = [];
  for (const [path, own] of Map.groupBy(matches, (match) => match.path)) {
    const hits = new Set(own.map((match) => match.line));
    const texts = new Map<number, string>();
    for (const match of own) {
      for (const [index, text] of match.before.entries()) texts.set(match.line - match.before.length + index, text);
      for (const [index, text] of match.after.entries()) texts.set(match.line + 1 + index, text);
    }
    for (const match of own) texts.set(match.line, match.text);
    let previous: number | undefined;
    for (const [line, text] of [...texts].sort((a, b) => a[0] - b[0])) {
      const isGap = texts.size > hits.size && lines.length > 0 && line !== (previous ?? -1) + 1;
      if (isGap) lines.push('--');
      lines.push(hits.has(line) ? `${path}:${line}: ${cutLine(text)}` : `${path}-${line}- ${cutLine(text)}`);
      previous = line;
    }
  }
  return lines;
}
