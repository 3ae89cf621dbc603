import { Box, Static, Text, useApp, useWindowSize } from 'ink';
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { CallItem } from '@atelier/thread';
import type { Surroundings } from '../surroundings.ts';
import { displayWidth } from '../terminal/display-width.ts';
import { Approval } from './approval.tsx';
import { Composer } from './composer.tsx';
import type { InputHistory } from './input-history.ts';
import { LiveArea } from './live-area.tsx';
import { parseSlashCommand, slashCommands } from './slash-command.ts';
import { StatusLine } from './status-line.tsx';
import type { ThreadScreen } from './thread-screen.ts';

const modes = ['plan', 'ask', 'auto'] as const;

/** The interactive screen: what is finished above, what is under way, then the composer and the status line. */
export function Screen({ surroundings, thread, history }: { surroundings: Surroundings; thread: ThreadScreen; history: InputHistory }) {
  const view = useSyncExternalStore(thread.subscribe, thread.view);
  const { exit } = useApp();
  const { columns, rows } = useWindowSize();
  const [leaving, setLeaving] = useState(false);
  const [hasDraft, setHasDraft] = useState(false);
  const [help, setHelp] = useState(false);
  const { style } = surroundings;
  const approval = view.open.find((item): item is CallItem => item.kind === 'call' && item.stage === 'awaits-approval');
  const question = view.open.find((item): item is CallItem => item.kind === 'call' && item.stage === 'awaits-answer');

  useEffect(() => {
    if (!leaving) return undefined;
    const timer = setTimeout(() => setLeaving(false), 2_000);
    return () => clearTimeout(timer);
  }, [leaving]);

  // A narrower terminal breaks the lines that were drawn for the wider one, and nothing can be erased any more by counting
  // them. So the visible part is drawn anew; what is further up stays as it is.
  const [redraw, setRedraw] = useState({ count: 0, from: 0 });
  const lastColumns = useRef(columns);
  useEffect(() => {
    const isNarrower = columns < lastColumns.current;
    lastColumns.current = columns;
    if (!isNarrower) return;
    surroundings.stdout.write('\u001B[2J\u001B[H');
    setRedraw(({ count }) => ({ count: count + 1, from: firstVisible(view.printed, columns, rows) }));
  }, [columns]);

  const cancel = (): void => {
    if (view.running) void thread.command({ type: 'cancel-run' });
  };
  const interrupt = (): void => {
    if (leaving) exit();
    else {
      setLeaving(true);
      cancel();
    }
  };

  const submit = (text: string): void => {
    setHelp(false);
    if (text.trim() === '') return;
    history.add(text);
    if (text.trim() === '?') return setHelp(true);
    const slash = parseSlashCommand(text);
    if (slash === undefined) return void thread.send(text);
    if ('unknown' in slash) return thread.print(`${style.yellow('!')} There is no command /${slash.unknown}.${slash.near === undefined ? ' /help lists them.' : ` Did you mean /${slash.near}?`}`);
    switch (slash.command) {
      case 'help': return setHelp(true);
      case 'quit': return exit();
      case 'new': return thread.startNew();
      case 'undo':
        if (view.threadId === undefined) return thread.print(style.dim('Nothing has been changed yet.'));
        return void thread.command({ type: 'request-restore', restoreId: surroundings.newId() });
      case 'model':
        return slash.argument === '' ? thread.print(style.dim(`The model is ${view.model || 'not chosen yet'}. Another one: /model provider/name`)) : void thread.setModel(slash.argument);
      case 'mode': {
        const mode = modes.find((name) => name === slash.argument);
        return mode === undefined ? thread.print(style.dim(`The mode is ${view.mode}. Another one: /mode plan, /mode ask or /mode auto`)) : void thread.setMode(mode);
      }
    }
  };

  return (
    <>
      <Static key={redraw.count} items={view.printed.slice(redraw.from)}>{(entry) => <Text key={entry.key}>{entry.text}</Text>}</Static>
      <Box flexDirection="column">
        <LiveArea view={view} surroundings={surroundings} columns={columns} rows={rows} />
        {question?.question !== undefined && (
          <Box flexDirection="column" marginTop={1}>
            <Text><Text color="yellow">?</Text> <Text bold>{question.question.question}</Text></Text>
            {question.question.options.map((option, index) => <Text key={option}>  <Text bold>{index + 1}</Text> {option}</Text>)}
          </Box>
        )}
        {approval !== undefined && (
          <Approval key={approval.callId} call={approval} surroundings={surroundings} columns={columns} active={!hasDraft} onCancel={interrupt}
            onAnswer={({ answer, always, reason }) => void thread.command({ type: 'decide-approval', approvalId: approval.approval?.approvalId ?? '', answer, always, ...(reason === undefined ? {} : { reason }) })} />
        )}
        <Composer active={approval === undefined || hasDraft} columns={columns} history={history.entries} placeholder={question === undefined ? (view.running ? 'Say something to the agent while it works' : 'What should be done?') : 'Your answer'}
          onSubmit={submit} onCancel={cancel} onInterrupt={interrupt} onDraft={setHasDraft}
          onMode={() => void thread.setMode(modes[(modes.indexOf(view.mode) + 1) % modes.length] ?? 'ask')} />
        {help && <Box flexDirection="column">{Object.entries(slashCommands).map(([name, text]) => <Text key={name} dimColor>  <Text bold>/{name.padEnd(6)}</Text> {text}</Text>)}<Text dimColor>  Enter sends · Alt+Enter or \ at the end for a new line · ↑ ↓ history · Esc cancels the run</Text></Box>}
        <StatusLine view={view} folder={surroundings.cwd} home={surroundings.environment['HOME']} columns={columns} leaving={leaving} />
      </Box>
    </>
  );
}

/** The first of the printed entries that still fit on the screen together, with some rows left for the composer. */
function firstVisible(printed: readonly { text: string }[], columns: number, rows: number): number {
  let left = rows - 6;
  let index = printed.length;
  while (index > 0) {
    const lines = printed[index - 1]?.text.split('\n') ?? [];
    left -= lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(displayWidth(line) / columns)), 0);
    if (left < 0) break;
    index -= 1;
  }
  return index;
}
