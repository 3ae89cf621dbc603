import { cleanText } from './display-width.ts';
import type { Style } from './style.ts';

/** Colours a unified diff (GNU diffutils, “Unified Format”); headers that only repeat the path are left out. */
export function renderDiff(diff: string, style: Style, maxLines = Infinity): string[] {
  const lines = cleanText(diff).split('\n').filter((line) => !/^(?:Index: |={10,}|diff --git |index [0-9a-f]+\.\.|\\ No newline)/.test(line));
  while (lines.at(-1)?.trim() === '') lines.pop();
  const shown = lines.slice(0, maxLines).map((line) => renderDiffLine(line, style));
  return lines.length > maxLines ? [...shown, style.dim(`… ${lines.length - maxLines} more lines`)] : shown;
}

/** Whether a text is a unified diff, or begins like one. */
export function isDiff(text: string): boolean {
  return /^@@ -\d+/m.test(text);
}

function renderDiffLine(line: string, style: Style): string {
  if (line.startsWith('+++') || line.startsWith('---')) return style.bold(line.replace(/\t.*$/, ''));
  if (line.startsWith('@@')) return style.cyan(line);
  if (line.startsWith('+')) return style.green(line);
  return line.startsWith('-') ? style.red(line) : style.dim(line);
}
