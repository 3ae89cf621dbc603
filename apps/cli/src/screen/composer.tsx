import { Box, Text, useInput, usePaste } from 'ink';
import { useEffect, useRef, useState } from 'react';
import { cutText, emptyComposer, insertText, moveCursor } from './composer-state.ts';
import type { ComposerState } from './composer-state.ts';

export interface ComposerProps {
  active: boolean;
  columns: number;
  history: readonly string[];
  placeholder: string;
  onSubmit(text: string): void;
  /** Esc with nothing written. */
  onCancel(): void;
  /** Ctrl+C. */
  onInterrupt(): void;
  /** Whether something has been written. */
  onDraft(hasText: boolean): void;
  /** Shift+Tab. */
  onMode(): void;
}

/** Where a person writes: several lines, history, the usual keys of a shell. */
export function Composer({ active, columns, history, placeholder, onSubmit, onCancel, onInterrupt, onDraft, onMode }: ComposerProps) {
  const [state, setState] = useState(emptyComposer);
  // Several keys may come before the next drawing: each must see the one before it.
  const latest = useRef(state);
  const change = (next: ComposerState): void => {
    latest.current = next;
    setState(next);
  };
  const hasText = state.text !== '';
  useEffect(() => onDraft(hasText), [hasText]);

  usePaste((text) => change(insertText(latest.current, text)), { isActive: active });
  useInput((input, key) => {
    const current = latest.current;
    if (key.ctrl && input === 'c') return onInterrupt();
    if (key.escape) return current.text === '' ? onCancel() : change(emptyComposer);
    if (key.tab && key.shift) return onMode();
    if (key.return && (key.meta || key.shift)) return change(insertText(current, '\n'));
    if (key.return && current.text.endsWith('\\')) return change(insertText({ ...cutText({ ...current, cursor: current.text.length }, 'before') }, '\n'));
    if (key.return) {
      change(emptyComposer);
      return onSubmit(current.text);
    }
    // A terminal may hand over what was typed and the Enter after it in one piece.
    if (input.length > 1 && input.endsWith('\r') && !key.meta) {
      change(emptyComposer);
      return onSubmit(insertText(current, input.slice(0, -1)).text);
    }
    if (key.ctrl && input === 'j') return change(insertText(current, '\n'));
    if (key.upArrow) return change(moveCursor(current, 'up', history));
    if (key.downArrow) return change(moveCursor(current, 'down', history));
    if (key.leftArrow) return change(moveCursor(current, key.meta || key.ctrl ? 'word-left' : 'left', history));
    if (key.rightArrow) return change(moveCursor(current, key.meta || key.ctrl ? 'word-right' : 'right', history));
    if (key.home || (key.ctrl && input === 'a')) return change(moveCursor(current, 'line-start', history));
    if (key.end || (key.ctrl && input === 'e')) return change(moveCursor(current, 'line-end', history));
    if (key.ctrl && input === 'w') return change(cutText(current, 'word'));
    if (key.ctrl && input === 'u') return change(cutText(current, 'to-start'));
    if (key.ctrl && input === 'k') return change(cutText(current, 'to-end'));
    if (key.ctrl && input === 'd') return current.text === '' ? onInterrupt() : change(cutText(current, 'after'));
    if (key.backspace || key.delete) return change(cutText(current, key.meta ? 'word' : 'before'));
    if (key.ctrl || key.tab) return undefined;
    if (key.meta && (input === 'b' || input === 'f')) return change(moveCursor(current, input === 'b' ? 'word-left' : 'word-right', history));
    return change(insertText(current, input));
  }, { isActive: active });

  const before = state.text.slice(0, state.cursor);
  const under = state.text.slice(state.cursor, state.cursor + 1);
  return (
    <Box borderStyle="round" borderColor={active ? 'cyan' : 'gray'} borderDimColor={!active} paddingX={1} width={Math.max(20, columns)} marginTop={1}>
      <Text color="cyan">› </Text>
      {state.text === ''
        ? <Text><Text inverse={active}> </Text><Text dimColor>{placeholder}</Text></Text>
        : <Text>{before}<Text inverse={active}>{under === '' || under === '\n' ? ' ' : under}</Text>{under === '\n' ? '\n' : ''}{state.text.slice(state.cursor + 1)}</Text>}
    </Box>
  );
}
