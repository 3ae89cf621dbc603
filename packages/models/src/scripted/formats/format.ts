import type { UnnumberedRequest } from '../answer-source.ts';
import type { Piece } from '../pieces.ts';

/** How one provider's API is spoken: how its requests are read and its answers are written. */
export interface Format {
  read(body: unknown, url: URL): UnnumberedRequest;
  /** Whether the answer is wanted as a stream of server-sent events. */
  wantsStream(body: unknown, url: URL): boolean;
  /** The events of a stream, each as it goes over the wire; the pieces that break a stream are not among them. */
  encodeStream(pieces: Piece[], reply: Reply): Generator<string>;
  /** The whole answer as one JSON value. */
  encodeWhole(pieces: Piece[], reply: Reply): unknown;
  encodeError(status: number, message: string): unknown;
}

export interface Reply {
  /** Unique for each answer. */
  id: string;
  model: string;
  /** Seconds since 1970. */
  created: number;
}

/** One server-sent event. */
export function sse(value: unknown, event?: string): string {
  return `${event === undefined ? '' : `event: ${event}\n`}data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`;
}

/** The text of the pieces of one kind. */
export function joined(pieces: Piece[], type: 'text' | 'reasoning'): string {
  return pieces.map((piece) => (piece.type === type ? piece.text : '')).join('');
}

export function finishOf(pieces: Piece[]): Extract<Piece, { type: 'finish' }> {
  const finish = pieces.find((piece) => piece.type === 'finish');
  return finish ?? { type: 'finish', reason: 'stop', usage: { input: 0, cachedInput: 0, cacheWrite: 0, output: 0, reasoning: 0 } };
}

/** Objects of a parsed body, read without trust. */
export function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}; // every object is a record of unknowns
}
export function list(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.map(record) : [];
}
export function string(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The text of a content that is a string or a list of parts with a `text`. */
export function contentText(content: unknown): string {
  return typeof content === 'string' ? content : list(content).map((part) => string(part['text'])).join('');
}

/** The parsed input of a call, or the text where it is not JSON. */
export function parsedInput(text: unknown): unknown {
  if (typeof text !== 'string') return text;
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}
