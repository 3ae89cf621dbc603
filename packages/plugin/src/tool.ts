import type { Effect, PlanItem } from '@atelier/thread';
import type { Workspace } from '@atelier/workspace';
import type { z } from 'zod';

/**
 * A tool that a model may call. The built-in tools use this seam too: what a plugin can do and what the product can do
 * are the same thing.
 *
 * `prepare` works out what the call would do and must have no effects; `run` does exactly that. Between the two, policy
 * judges the effects and a person may be asked, so `run` can happen minutes later, in another process: then `prepare` is
 * called again and its digest must be the same.
 */
export interface Tool<Input = unknown> {
  /** Lower snake case, unique. */
  readonly name: string;
  /** For the model, short: what it does, when to use it, what to avoid. */
  readonly description: string;
  readonly input: z.ZodType<Input>;
  /**
   * `safe`: a call that was interrupted may be run again without asking (it only reads). `never`: it is reported as
   * interrupted. Calls whose effects are only writes and deletes with hashes are recovered by comparing hashes instead.
   */
  readonly replay: 'safe' | 'never';
  prepare(input: Input, scope: ToolScope): Promise<Preparation>;
  run(prepared: PreparedCall, scope: RunScope): Promise<ToolResult>;
}

/** What a tool may use. Tools get no other hands. */
export interface ToolScope {
  readonly workspace: Workspace;
  readonly threadId: string;
  readonly runId: string;
  readonly callId: string;
  /** Output of an earlier call of this thread (`read_output`), by call id or process id; undefined where there is none. */
  readEarlierOutput(id: string): Promise<string | undefined>;
  readonly signal: AbortSignal;
}

export interface RunScope extends ToolScope {
  /** Shows a piece of output while the call is running. Droppable, never stored. */
  onOutput(text: string): void;
}

/** What a call would do. `work` stays in memory between `prepare` and `run` and is not recorded. */
export interface PreparedCall {
  readonly kind: 'ready';
  readonly effects: Effect[];
  /** One line for people and, for calls that only write, the text of the result: `Edited src/a.ts (+3 -1)`. */
  readonly summary: string;
  /** A unified diff or the command, shown when asking for approval. */
  readonly preview?: string;
  readonly work?: unknown;
}

/** The call cannot be made; `reason` is what the model reads and says what to do instead. */
export interface RefusedPreparation {
  readonly kind: 'refused';
  readonly reason: string;
}

export type Preparation = PreparedCall | RefusedPreparation;

export interface ToolResult {
  status: 'ok' | 'failed';
  /** What the model reads. */
  output: string;
  /** The whole of an output that was shortened for the model; kept as a blob. */
  wholeOutputPath?: string;
  /** Content hashes of what was read and written, by path. */
  reads?: Record<string, string>;
  writes?: Record<string, string | null>;
  /** For `update_plan`: the new plan. */
  plan?: PlanItem[];
  /** For commands. */
  exitCode?: number;
}

/** Declares a tool; gives the input its type from the schema. */
export function defineTool<Input>(tool: Tool<Input>): Tool {
  // The registry holds tools of many inputs; each input is parsed by the tool's own schema before `prepare` sees it.
  return tool;
}
