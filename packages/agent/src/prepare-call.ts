import { createHash } from 'node:crypto';
import type { Preparation, PreparedCall, Tool, ToolScope } from '@atelier/plugin';
import { digestCall } from '@atelier/policy';
import type { CallState } from '@atelier/thread';
import type { z } from 'zod';

export type Prepared =
  | { kind: 'ready'; tool: Tool; call: PreparedCall; digest: string }
  /** The call cannot be made; `reason` is what the model reads. */
  | { kind: 'refused'; reason: string };

/** Works out what a call would do: finds the tool, parses the input, prepares, and digests. Has no effects. */
export async function prepareCall(call: CallState, tools: readonly Tool[], scope: ToolScope): Promise<Prepared> {
  if (call.invalid !== undefined) return refused(`${call.tool} was not called. ${call.invalid}`);
  const tool = tools.find((candidate) => candidate.name === call.tool);
  if (tool === undefined) return refused(`There is no tool "${call.tool}". The tools are: ${tools.map((candidate) => candidate.name).join(', ')}.`);
  const input = tool.input.safeParse(call.input);
  if (!input.success) return refused(`The input of ${tool.name} does not fit: ${describeIssues(input.error)}. Send the call again with these fields mended.`);
  let preparation: Preparation;
  try {
    preparation = await tool.prepare(input.data, scope);
  } catch (error) {
    scope.signal.throwIfAborted();
    return refused(sentence(error)); // a WorkspaceError says what to do; anything else is still an answer for the model
  }
  if (preparation.kind === 'refused') return preparation;
  const digest = digestCall({ tool: tool.name, input: input.data, effects: preparation.effects }, sha256);
  return { kind: 'ready', tool, call: preparation, digest };
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

export function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function refused(reason: string): Prepared {
  return { kind: 'refused', reason };
}

function describeIssues(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.') || 'input'}: ${issue.message}`).join('; ');
}
