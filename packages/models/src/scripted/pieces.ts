import type { ScriptedAnswer, ScriptedUsage } from './script.ts';

/** One delta of an answer, in no provider's format yet. */
export type Piece =
  | { type: 'reasoning'; text: string }
  | { type: 'text'; text: string }
  | { type: 'tool-start'; index: number; callId: string; name: string }
  | { type: 'tool-input'; index: number; text: string }
  | { type: 'tool-end'; index: number; callId: string; name: string; input: string }
  | { type: 'finish'; reason: FinishReason; usage: Required<ScriptedUsage> }
  | { type: 'error'; kind: string; message: string }
  /** The connection breaks here. */
  | { type: 'cut' }
  /** The stream ends here in good order, but unfinished. */
  | { type: 'end' }
  /** Nothing comes any more. */
  | { type: 'hang' };

export type FinishReason = NonNullable<ScriptedAnswer['finish']>;

/** The answer as deltas in the order in which they are streamed, ending with `finish` or with what goes wrong. */
export function answerPieces(answer: ScriptedAnswer, request: { step: number; characters: number }): Piece[] {
  const content: Piece[] = [];
  if (answer.reasoning !== undefined) content.push(...split(answer.reasoning, answer.deltaSize).map((text): Piece => ({ type: 'reasoning', text })));
  if (answer.text !== undefined) content.push(...split(answer.text, answer.deltaSize).map((text): Piece => ({ type: 'text', text })));
  for (const [index, call] of (answer.toolCalls ?? []).entries()) {
    const input = call.rawInput ?? JSON.stringify(call.input ?? {});
    const callId = call.id ?? `call_${request.step}_${index}`;
    content.push({ type: 'tool-start', index, callId, name: call.name });
    content.push(...split(input, answer.deltaSize).map((text): Piece => ({ type: 'tool-input', index, text })));
    content.push({ type: 'tool-end', index, callId, name: call.name, input });
  }
  const stop = stopOf(answer);
  if (stop !== undefined) return [...takeCharacters(content, stop.after), stop.piece];
  const reason = answer.finish ?? ((answer.toolCalls?.length ?? 0) > 0 ? 'tool-calls' : 'stop');
  return [...content, { type: 'finish', reason, usage: usageOf(answer, content, request.characters) }];
}

function stopOf(answer: ScriptedAnswer): { after: number; piece: Piece } | undefined {
  if (answer.cutAfter === 'tool-call') return { after: middleOfFirstCall(answer), piece: { type: 'cut' } };
  if (answer.cutAfter !== undefined) return { after: answer.cutAfter, piece: { type: 'cut' } };
  if (answer.endAfter !== undefined) return { after: answer.endAfter, piece: { type: 'end' } };
  if (answer.hang !== undefined) return { after: answer.hang === true ? 0 : answer.hang, piece: { type: 'hang' } };
  if (answer.streamError !== undefined) {
    const { after = 0, kind = 'overloaded_error', message = 'Overloaded' } = answer.streamError;
    return { after, piece: { type: 'error', kind, message } };
  }
  return undefined;
}

function middleOfFirstCall(answer: ScriptedAnswer): number {
  const call = answer.toolCalls?.[0];
  const input = call === undefined ? '' : (call.rawInput ?? JSON.stringify(call.input ?? {}));
  return (answer.reasoning?.length ?? 0) + (answer.text?.length ?? 0) + Math.ceil(input.length / 2);
}

/** The beginning of the answer that holds `count` characters; the last delta is shortened. */
function takeCharacters(pieces: Piece[], count: number): Piece[] {
  const taken: Piece[] = [];
  let left = count;
  for (const piece of pieces) {
    if (left <= 0) break;
    if (!('text' in piece)) {
      taken.push(piece);
      continue;
    }
    taken.push(piece.text.length > left ? { ...piece, text: piece.text.slice(0, left) } : piece);
    left -= piece.text.length;
  }
  return taken;
}

/** Splits by code points, so that a delta never holds half a character. */
function split(text: string, size: number | undefined): string[] {
  if (text === '') return [];
  if (size === undefined || size <= 0 || text.length <= size) return [text];
  const characters = Array.from(text);
  const parts: string[] = [];
  for (let at = 0; at < characters.length; at += size) parts.push(characters.slice(at, at + size).join(''));
  return parts;
}

function usageOf(answer: ScriptedAnswer, content: Piece[], requestCharacters: number): Required<ScriptedUsage> {
  const said = content.reduce((sum, piece) => sum + ('text' in piece ? piece.text.length : 0), 0);
  return {
    input: Math.ceil(requestCharacters / 4),
    cachedInput: 0,
    cacheWrite: 0,
    output: Math.ceil(said / 4),
    reasoning: Math.ceil((answer.reasoning?.length ?? 0) / 4),
    ...answer.usage,
  };
}
