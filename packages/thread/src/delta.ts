/** An unstored piece of what is happening: droppable, never in the log. */
export type Delta =
  | { kind: 'text'; stepId: string; text: string }
  | { kind: 'reasoning'; stepId: string; text: string }
  /** A tool call whose input is still streaming. */
  | { kind: 'call'; stepId: string; tool: string; inputBytes: number }
  /** Output of a call that is still running. */
  | { kind: 'output'; callId: string; text: string }
  /** What this step streamed so far is void: the answer is being asked for again. */
  | { kind: 'restart'; stepId: string; attempt: number; reason: string; waitMs: number }
  /** The run stands still because something is broken (a full disk, a lost database); a sentence for people. */
  | { kind: 'problem'; message: string };
