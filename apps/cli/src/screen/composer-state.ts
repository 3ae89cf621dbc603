/** The text being written, where the cursor stands in it, and where in the history it comes from. */
export interface ComposerState {
  text: string;
  cursor: number;
  /** Position in the history, counted from the newest; -1: what is being written now. */
  recalled: number;
  /** What was being written before the history was looked at. */
  kept: string;
}

export type ComposerMove = 'left' | 'right' | 'word-left' | 'word-right' | 'line-start' | 'line-end' | 'up' | 'down';
export type ComposerCut = 'before' | 'after' | 'word' | 'to-start' | 'to-end';

export const emptyComposer: ComposerState = { text: '', cursor: 0, recalled: -1, kept: '' };

export function insertText(state: ComposerState, text: string): ComposerState {
  const clean = text.replaceAll('\r\n', '\n').replaceAll('\r', '\n').replaceAll('\t', '  ').replace(/[\u0000-\u0009\u000B-\u001F\u007F]/g, '');
  return { ...state, text: state.text.slice(0, state.cursor) + clean + state.text.slice(state.cursor), cursor: state.cursor + clean.length, recalled: -1 };
}

export function cutText(state: ComposerState, cut: ComposerCut): ComposerState {
  const { text, cursor } = state;
  const [from, to] = {
    before: [previous(text, cursor), cursor], after: [cursor, next(text, cursor)], word: [wordStart(text, cursor), cursor],
    'to-start': [lineStart(text, cursor), cursor], 'to-end': [cursor, lineEnd(text, cursor)],
  }[cut];
  return { ...state, text: text.slice(0, from) + text.slice(to), cursor: from ?? cursor };
}

/** Moves the cursor; up on the first line and down on the last one go through the history, newest first. */
export function moveCursor(state: ComposerState, move: ComposerMove, history: readonly string[]): ComposerState {
  const { text, cursor } = state;
  switch (move) {
    case 'left': return { ...state, cursor: previous(text, cursor) };
    case 'right': return { ...state, cursor: next(text, cursor) };
    case 'word-left': return { ...state, cursor: wordStart(text, cursor) };
    case 'word-right': return { ...state, cursor: wordEnd(text, cursor) };
    case 'line-start': return { ...state, cursor: lineStart(text, cursor) };
    case 'line-end': return { ...state, cursor: lineEnd(text, cursor) };
    case 'up': {
      const start = lineStart(text, cursor);
      if (start === 0) return recall(state, state.recalled + 1, history);
      const above = lineStart(text, start - 1);
      return { ...state, cursor: Math.min(above + (cursor - start), start - 1) };
    }
    case 'down': {
      const end = lineEnd(text, cursor);
      if (end === text.length) return recall(state, state.recalled - 1, history);
      return { ...state, cursor: Math.min(end + 1 + (cursor - lineStart(text, cursor)), lineEnd(text, end + 1)) };
    }
  }
}

function recall(state: ComposerState, position: number, history: readonly string[]): ComposerState {
  if (position < -1 || position >= history.length) return state;
  const kept = state.recalled === -1 ? state.text : state.kept;
  const text = position === -1 ? kept : history[history.length - 1 - position] ?? '';
  return { text, cursor: text.length, recalled: position, kept };
}

/** Cursor positions are between whole code points, so that an emoji is not cut in two. */
function previous(text: string, cursor: number): number {
  const low = text.charCodeAt(cursor - 1);
  return Math.max(0, cursor - (low >= 0xDC00 && low <= 0xDFFF ? 2 : 1));
}

function next(text: string, cursor: number): number {
  const high = text.charCodeAt(cursor);
  return Math.min(text.length, cursor + (high >= 0xD800 && high <= 0xDBFF ? 2 : 1));
}

function wordStart(text: string, cursor: number): number {
  return /\S*\s*$/.exec(text.slice(0, cursor))?.index ?? 0;
}

function wordEnd(text: string, cursor: number): number {
  return cursor + (/^\s*\S*/.exec(text.slice(cursor))?.[0].length ?? 0);
}

function lineStart(text: string, cursor: number): number {
  return cursor === 0 ? 0 : text.lastIndexOf('\n', cursor - 1) + 1;
}

function lineEnd(text: string, cursor: number): number {
  const end = text.indexOf('\n', cursor);
  return end === -1 ? text.length : end;
}
