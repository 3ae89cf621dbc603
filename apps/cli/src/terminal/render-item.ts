import { shownText } from '@atelier/thread';
import type { CallItem, LongText, MessagePart, TimelineItem } from '@atelier/thread';
import { describeCall, describeResult, oneLine } from './describe-call.ts';
import { cleanText, cutText, wrapLine } from './display-width.ts';
import { formatCost, formatDuration, formatUsage, plural } from './figures.ts';
import { isDiff, renderDiff } from './render-diff.ts';
import { renderMarkdown } from './render-markdown.ts';
import type { Style } from './style.ts';

export interface RenderOptions {
  style: Style;
  columns: number;
  /** Show whole outputs and diffs instead of their first lines. */
  whole?: boolean;
  /** Leave Markdown as it was written: for output that is not read on a terminal. */
  plain?: boolean;
}

/** The lines that show one item of a timeline; an item that is not worth a line gives none. No line has a line end. */
export function renderItem(item: TimelineItem, options: RenderOptions): string[] {
  const { style, columns } = options;
  if (item.kind === 'message') {
    const withdrawn = item.stage === 'withdrawn' ? style.dim(' (withdrawn)') : item.stage === 'queued' ? style.dim(' (queued)') : '';
    const lines = messageText(item.parts).split('\n').flatMap((line) => wrapLine(line, columns - 2));
    return ['', ...lines.map((line, index) => `${style.cyan(index === 0 ? '›' : ' ')} ${style.bold(line)}${index === lines.length - 1 ? withdrawn : ''}`)];
  }
  if (item.kind === 'run') {
    if (item.model === 'none') return []; // it could not begin; its end says why
    const scripted = item.scripted ? ` ${style.yellow('· scripted model')}` : '';
    return [style.dim(`  ${item.model} · ${item.mode} mode · ${item.sandbox === 'none' ? 'no sandbox' : `sandbox ${item.sandbox}`}`) + scripted];
  }
  if (item.kind === 'reasoning') return wrapAll(cleanText(shownText(item.text)).trim(), columns - 2).map((line) => style.dim(style.italic(`  ${line}`)));
  if (item.kind === 'text') return renderAnswer(item.text, options);
  if (item.kind === 'call') return renderCall(item, options);
  if (item.kind === 'plan') {
    return ['', style.bold('Plan'), ...item.items.map(({ text, status }) => `  ${planMark(status, style)} ${status === 'done' || status === 'dropped' ? style.dim(oneLine(text, columns - 6)) : oneLine(text, columns - 6)}`)];
  }
  if (item.kind === 'verification') {
    const names = item.checks.join(', ');
    if (item.passed === undefined) return [];
    if (item.passed && item.checked === 0) return [`${style.yellow('!')} ${style.bold('Not verified')}: ${names} could not be run here`];
    return item.passed ? [`${style.green('✓')} ${style.bold('Verified')}: ${names}`] : [`${style.red('✗')} ${style.bold('Not passing')}: ${item.failed.join(', ') || names} ${style.dim(`(round ${item.round})`)}`];
  }
  if (item.kind === 'problem') return wrapAll(cleanText(item.message), columns - 4).map((line, index) => `${index === 0 ? style.yellow('!') : ' '} ${line}`);
  if (item.kind === 'run-end') return renderEnd(item, options);
  return item.text === '' ? [] : wrapLine(cleanText(item.text), columns - 4).map((line, index) => style.dim(`${index === 0 ? '·' : ' '} ${line}`));
}

/** An answer: Markdown drawn for a terminal, or as it was written. */
export function renderAnswer(text: LongText | string, { style, columns, plain = false }: RenderOptions): string[] {
  const shown = shownText(text);
  return plain ? cleanText(shown).trimEnd().split('\n') : renderMarkdown(shown, style, Math.min(columns, 100));
}

export function messageText(parts: MessagePart[]): string {
  return cleanText(parts.map((part) => {
    if (part.type === 'text') return shownText(part.text);
    if (part.type === 'selection') return `@${part.path}:${part.startLine}-${part.endLine}`;
    return part.type === 'file' ? `@${part.path}` : `[image ${part.name ?? part.mediaType}]`;
  }).join('\n'));
}

/** What is asked before a call may run: what it would do, in full where it fits. */
export function renderPreview(call: CallItem, options: RenderOptions): string[] {
  const preview = call.preview === undefined ? '' : shownText(call.preview);
  if (isDiff(preview)) return renderDiff(preview, options.style, options.whole === true ? Infinity : 30).map((line) => `    ${line}`);
  return fold(cleanText(preview), options.whole === true ? Infinity : 20, 'head', options).map((line) => `    ${line}`);
}

function renderCall(call: CallItem, options: RenderOptions): string[] {
  const { style, columns } = options;
  if (call.tool === 'update_plan' && call.stage === 'ok') return []; // the plan itself is shown
  const facts = [
    call.exitCode !== undefined && call.exitCode !== 0 ? style.red(`exit ${call.exitCode}`) : '',
    call.durationMs !== undefined && call.durationMs >= 100 ? style.dim(formatDuration(call.durationMs)) : '',
    call.stage === 'ok' || call.stage === 'failed' ? '' : style.yellow(stageText(call)),
  ].filter((fact) => fact !== '').join(style.dim(' · '));
  const title = `${callMark(call, style)} ${describeCall(call, columns - 24)}${facts === '' ? '' : `  ${facts}`}`;
  return [title, ...callDetails(call, options)];
}

function callDetails(call: CallItem, options: RenderOptions): string[] {
  const { style, columns, whole = false } = options;
  const preview = call.preview === undefined ? '' : shownText(call.preview);
  // The exit code stands beside the title already.
  const output = call.output === undefined ? '' : cleanText(shownText(call.output)).replace(/\n?exit code \d+\s*$/, '').trim();
  const details: string[] = [];
  if (call.question !== undefined) details.push(...wrapAll(call.question.answer === undefined ? '' : `→ ${cleanText(call.question.answer)}`, columns - 6).filter((line) => line !== '').map(style.cyan));
  if (call.approval?.reason !== undefined) details.push(style.dim(`reason: ${oneLine(call.approval.reason, columns - 14)}`));
  if (call.stage === 'ok' && isDiff(preview)) details.push(...renderDiff(preview.replace(/^--- .*\n\+\+\+ .*\n/m, ''), style, whole ? Infinity : 16));
  else if (call.stage === 'ok' && call.tool === 'run_command') details.push(...fold(output, whole ? Infinity : 4, 'tail', options));
  else if (call.stage !== 'ok' && call.stage !== 'running' && output !== '') details.push(...fold(output, whole ? Infinity : 8, call.tool === 'run_command' ? 'tail' : 'head', options));
  else if (whole && output !== '' && call.question === undefined) details.push(...fold(output, Infinity, 'head', options));
  else if (call.stage === 'ok' && call.question === undefined && !call.effects.some((effect) => effect.kind === 'read' || effect.kind === 'plan')) {
    const result = describeResult(call, columns - 8);
    if (result !== '' && result !== describeCall(call, columns)) details.push(style.dim(result));
  }
  return details.map((line) => `    ${line}`);
}

function renderEnd(item: Extract<TimelineItem, { kind: 'run-end' }>, options: RenderOptions): string[] {
  const { style, columns } = options;
  const headline = {
    done: item.verified === 'passed' ? style.green('✓ Done and verified') : item.verified === 'failed' ? style.yellow('! Done, not verified') : style.green('✓ Done'),
    'not-passing': style.red('✗ Not passing: the project\'s checks still fail'),
    failed: style.red('✗ Failed'),
    cancelled: style.yellow('■ Cancelled'),
    'out-of-steps': style.yellow('! Out of steps'),
  }[item.outcome];
  const figures = [plural(item.steps, 'step'), formatUsage(item.usage), formatCost(item.costUsd)].filter((figure) => figure !== '').join(' · ');
  const files = (item.files ?? []).map((file) => `  ${fileMark(file.kind, style)} ${cutText(cleanText(file.path), columns - 20)}  ${style.green(`+${file.added}`)} ${style.red(`-${file.removed}`)}`);
  const error = item.error === undefined ? [] : wrapAll(cleanText(item.error.message), columns - 2).map((line) => `  ${line}`);
  const shown = options.whole === true || files.length <= 12 ? files : [...files.slice(0, 11), style.dim(`  … ${files.length - 11} more files`)];
  return ['', style.bold(headline), ...error, ...shown, style.dim(`  ${figures}`)];
}

function fold(text: string, lines: number, keep: 'head' | 'tail', { style, columns }: RenderOptions): string[] {
  const all = text === '' ? [] : text.split('\n').map((line) => style.dim(Number.isFinite(lines) ? cutText(line, columns - 6) : line));
  if (all.length <= lines) return all;
  const missing = style.dim(`… ${all.length - lines} more lines`);
  return keep === 'head' ? [...all.slice(0, lines), missing] : [missing, ...all.slice(-lines)];
}

function wrapAll(text: string, columns: number): string[] {
  return text.split('\n').flatMap((line) => wrapLine(line, columns));
}

function callMark(call: CallItem, style: Style): string {
  if (call.stage === 'ok') return style.green('✓');
  if (call.stage === 'failed') return style.red('✗');
  if (call.stage === 'running') return style.cyan('●');
  return call.stage === 'asked' ? style.dim('○') : style.yellow('!');
}

function stageText(call: CallItem): string {
  return { asked: '', 'awaits-approval': 'waits for approval', 'awaits-answer': 'waits for an answer', running: 'running', ok: '', failed: 'failed', refused: 'refused', interrupted: 'interrupted', cancelled: 'cancelled' }[call.stage];
}

function planMark(status: 'open' | 'active' | 'done' | 'dropped', style: Style): string {
  return { open: style.dim('○'), active: style.cyan('◐'), done: style.green('●'), dropped: style.dim('–') }[status];
}

function fileMark(kind: 'added' | 'changed' | 'deleted', style: Style): string {
  return { added: style.green('A'), changed: style.yellow('M'), deleted: style.red('D') }[kind];
}
