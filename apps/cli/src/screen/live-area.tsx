import { Text, useAnimation } from 'ink';
import type { Surroundings } from '../surroundings.ts';
import { cleanText, wrapLine } from '../terminal/display-width.ts';
import { formatCount, formatDuration } from '../terminal/figures.ts';
import { renderItem } from '../terminal/render-item.ts';
import { renderMarkdown } from '../terminal/render-markdown.ts';
import type { ScreenView } from './thread-screen.ts';

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** What is under way: calls, the answer as far as it has come, and what the agent is busy with. */
export function LiveArea({ view, surroundings, columns, rows }: { view: ScreenView; surroundings: Surroundings; columns: number; rows: number }) {
  const { frame } = useAnimation({ interval: 80, isActive: view.activity !== undefined });
  const { style, now } = surroundings;
  const { draft, activity } = view;
  const calls = view.open.flatMap((item) => (item.kind === 'call' && (item.stage === 'awaits-approval' || item.stage === 'awaits-answer') ? [] : renderItem(item, { style, columns: columns - 2 })));
  const answer = draft.text.trim() === '' ? [] : ['', ...renderMarkdown(draft.text, style, Math.min(columns - 2, 100))];
  const thought = draft.text === '' && draft.reasoning !== '' ? cleanText(draft.reasoning).split('\n').flatMap((line) => wrapLine(line, columns - 4)).slice(-3).map((line) => style.dim(style.italic(`  ${line}`))) : [];
  // More than the screen can hold would make the terminal scroll with each frame: the end is what matters.
  const lines = [...calls, ...thought, ...answer].slice(-Math.max(4, rows - 10));
  const waits = view.open.some((item) => item.kind === 'call' && (item.stage === 'awaits-approval' || item.stage === 'awaits-answer'));
  const elapsed = activity === undefined ? 0 : now() - activity.since;
  return (
    <>
      {lines.length > 0 && <Text>{lines.join('\n')}</Text>}
      {activity !== undefined && !waits && (
        <Text><Text color="cyan">{frames[frame % frames.length]}</Text> <Text dimColor>{activity.label}{elapsed >= 1_000 ? ` ${formatDuration(Math.floor(elapsed / 1000) * 1000)}` : ''}{view.usage.input > 0 ? ` · ${formatCount(view.usage.input + view.usage.output)} tokens` : ''} · Esc cancels</Text></Text>
      )}
    </>
  );
}
