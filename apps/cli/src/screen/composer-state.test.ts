import { describe, expect, it } from 'vitest';
import { cutText, emptyComposer, insertText, moveCursor } from './composer-state.ts';
import type { ComposerMove, ComposerState } from './composer-state.ts';
import { parseSlashCommand } from './slash-command.ts';

describe('the composer', () => {
  it('inserts where the cursor stands and cuts whole characters', () => {
    let state = insertText(emptyComposer, 'ab🦊');
    state = cutText(state, 'before');
    expect(state.text).toBe('ab');
    state = insertText(move(state, 'left'), 'X\r\nY');
    expect(state).toMatchObject({ text: 'aX\nYb', cursor: 4 });
    expect(cutText(insertText(emptyComposer, 'one two  '), 'word').text).toBe('one ');
  });

  it('moves through lines, and through the history from the first and the last one', () => {
    const history = ['older', 'newer'];
    let state = insertText(emptyComposer, 'first\nsecond');
    state = move(state, 'up');
    expect(state.cursor).toBe(5);
    state = move(state, 'up', history);
    expect(state.text).toBe('newer');
    state = move(move(state, 'up', history), 'up', history);
    expect(state.text).toBe('older');
    state = move(move(state, 'down', history), 'down', history);
    expect(state.text).toBe('first\nsecond');
  });

  it('goes to the ends of a line and deletes to them', () => {
    const state = move(insertText(emptyComposer, 'one\ntwo words'), 'word-left');
    expect(cutText(state, 'to-start').text).toBe('one\nwords');
    expect(cutText(move(state, 'line-start'), 'to-end').text).toBe('one\n');
  });
});

describe('parseSlashCommand', () => {
  it('tells commands from messages', () => {
    expect(parseSlashCommand('/mode auto')).toEqual({ command: 'mode', argument: 'auto' });
    expect(parseSlashCommand('/hlep')).toEqual({ unknown: 'hlep', near: 'help' });
    expect(parseSlashCommand('/etc/hosts is wrong')).toBeUndefined();
    expect(parseSlashCommand('fix it')).toBeUndefined();
  });
});

function move(state: ComposerState, direction: ComposerMove, history: readonly string[] = []): ComposerState {
  return moveCursor(state, direction, history);
}
