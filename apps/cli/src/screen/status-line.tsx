import { Text } from 'ink';
import { cleanText, cutText } from '../terminal/display-width.ts';
import { formatCost, formatCount } from '../terminal/figures.ts';
import type { ScreenView } from './thread-screen.ts';

/** The last line: which model, in which mode, where, on what, and what it has cost. */
export function StatusLine({ view, folder, home, columns, leaving }: { view: ScreenView; folder: string; home: string | undefined; columns: number; leaving: boolean }) {
  if (leaving) return <Text color="yellow">Ctrl+C again leaves</Text>;
  const place = home !== undefined && home !== '' && (folder === home || folder.startsWith(`${home}/`)) ? `~${folder.slice(home.length)}` : folder;
  const tokens = view.usage.input + view.usage.output;
  const facts = [`${view.mode} mode`, place, cleanText(view.title), tokens > 0 ? `${formatCount(tokens)} tokens` : '', formatCost(view.costUsd)].filter((fact) => fact !== '');
  const model = view.model === '' ? (view.opening ? 'opening…' : 'no model') : view.model;
  return (
    <Text>
      <Text dimColor>{cutText(model, 40)}</Text>
      {view.scripted && <Text color="yellow"> · scripted model</Text>}
      <Text dimColor>{cutText(` · ${facts.join(' · ')}`, Math.max(20, columns - model.length - (view.scripted ? 20 : 2)))}</Text>
    </Text>
  );
}
