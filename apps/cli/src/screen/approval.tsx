import { Box, Text, useInput } from 'ink';
import { useRef, useState } from 'react';
import type { CallItem } from '@atelier/thread';
import type { Surroundings } from '../surroundings.ts';
import { cleanText } from '../terminal/display-width.ts';
import { describeCall } from '../terminal/describe-call.ts';
import { renderPreview } from '../terminal/render-item.ts';

export interface ApprovalProps {
  call: CallItem;
  surroundings: Surroundings;
  columns: number;
  /** False while something is being written: a letter must not answer by accident. */
  active: boolean;
  onAnswer(answer: { answer: 'allow' | 'deny'; always: boolean; reason: string | undefined }): void;
  onCancel(): void;
}

/** Keys that come so soon after the question appeared were meant for something else. */
const graceMs = 300;

/** One question about one call, answered by a key. */
export function Approval({ call, surroundings, columns, active, onAnswer, onCancel }: ApprovalProps) {
  const [whole, setWhole] = useState(false);
  const [reason, setReason] = useState<string | undefined>(undefined);
  const shownAt = useRef(surroundings.now());
  const { style } = surroundings;
  const grant = call.approval?.grant;
  useInput((input, key) => {
    if (key.ctrl && input === 'c') return onCancel();
    if (reason !== undefined) {
      if (key.return) return onAnswer({ answer: 'deny', always: false, reason: reason.trim() === '' ? undefined : reason.trim() });
      if (key.escape) return setReason(undefined);
      if (key.backspace || key.delete) return setReason(reason.slice(0, -1));
      return key.ctrl || key.meta ? undefined : setReason(reason + input);
    }
    if (surroundings.now() - shownAt.current < graceMs) return undefined;
    if (input === 'y') return onAnswer({ answer: 'allow', always: false, reason: undefined });
    if (input === 'a' && grant !== undefined) return onAnswer({ answer: 'allow', always: true, reason: undefined });
    if (input === 'n') return onAnswer({ answer: 'deny', always: false, reason: undefined });
    if (input === 'r') return setReason('');
    if (input === 'd') return setWhole(!whole);
    return key.escape ? onCancel() : undefined;
  }, { isActive: active });
  const preview = renderPreview(call, { style, columns: columns - 6, whole });
  return (
    <Box flexDirection="column" borderStyle="round" borderColor="yellow" paddingX={1} marginTop={1} width={Math.max(20, columns)}>
      <Text><Text color="yellow">?</Text> <Text bold>{describeCall(call, columns - 8)}</Text></Text>
      {preview.length > 0 && <Text>{preview.join('\n')}</Text>}
      {call.verdict !== undefined && <Text dimColor>{cleanText(call.verdict.reason)}</Text>}
      {reason === undefined
        ? <Text><Text bold>y</Text> allow · <Text bold>n</Text> deny · {grant !== undefined && <Text><Text bold>a</Text> always: {cleanText(grant.describes)} · </Text>}<Text bold>r</Text> deny with a reason · <Text bold>d</Text> {whole ? 'less' : 'show all'}{active ? '' : '  (send or clear what you write first)'}</Text>
        : <Text>Why not: {reason}<Text inverse> </Text></Text>}
    </Box>
  );
}
