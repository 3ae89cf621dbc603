import type { RefusedPreparation, ToolResult } from '@atelier/plugin';
import { WorkspaceError } from '@atelier/workspace';

/** A refusal of the workspace as the answer of `prepare`. Anything else is broken, not refused, and is thrown again. */
export function refusalOf(error: unknown): RefusedPreparation {
  return { kind: 'refused', reason: requireWorkspaceError(error).message };
}

/** A refusal of the workspace as the result of `run`, with a hint of what to do now. Anything else is thrown again. */
export function failureOf(error: unknown, hint?: string): ToolResult {
  const { message } = requireWorkspaceError(error);
  return { status: 'failed', output: hint === undefined || hint === '' ? message : `${message}\n${hint}` };
}

/** Whether an error is the workspace's refusal with this code. */
export function isWorkspaceError(error: unknown, code: WorkspaceError['code']): error is WorkspaceError {
  return error instanceof WorkspaceError && error.code === code;
}

/** What a write says when the file is no longer the one that the edit was made for. */
export function changedMeanwhile(path: string): ToolResult {
  return { status: 'failed', output: `${path} was changed by somebody since it was read; read it again and redo the edit.` };
}

function requireWorkspaceError(error: unknown): WorkspaceError {
  if (error instanceof WorkspaceError) return error;
  throw error;
}
