import type { Delta } from '@atelier/thread';

/** The sum of the deltas of the step that is under way. */
export interface Draft {
  stepId: string;
  text: string;
  reasoning: string;
  /** The tool call whose input is still streaming. */
  call: { tool: string; inputBytes: number } | undefined;
  /** How much of `text` has been printed for good. */
  printed: number;
}

export function emptyDraft(stepId: string): Draft {
  return { stepId, text: '', reasoning: '', call: undefined, printed: 0 };
}

/** The draft after one delta; a delta of another step begins a new one. */
export function addDelta(draft: Draft, delta: Delta): Draft {
  if (delta.kind === 'output' || delta.kind === 'problem') return draft;
  const base = delta.stepId === draft.stepId ? draft : emptyDraft(delta.stepId);
  switch (delta.kind) {
    case 'text': return { ...base, text: base.text + delta.text, call: undefined };
    case 'reasoning': return { ...base, reasoning: base.reasoning + delta.text, call: undefined };
    case 'call': return { ...base, call: { tool: delta.tool, inputBytes: delta.inputBytes } };
    case 'restart': return { ...emptyDraft(base.stepId), printed: 0 };
  }
}
