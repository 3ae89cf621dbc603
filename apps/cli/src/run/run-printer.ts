import type { Watched } from '@atelier/client';
import type { TimelineItem } from '@atelier/thread';
import type { Surroundings } from '../surroundings.ts';
import { cleanText, wrapLine } from '../terminal/display-width.ts';
import { formatDuration } from '../terminal/figures.ts';
import { createLiveArea } from '../terminal/live-area.ts';
import { renderAnswer, renderItem } from '../terminal/render-item.ts';
import type { RenderOptions } from '../terminal/render-item.ts';
import { renderMarkdown, settledLength } from '../terminal/render-markdown.ts';
import { nextActivity } from './activity.ts';
import type { Activity } from './activity.ts';
import { addDelta, emptyDraft } from './draft.ts';

/** Shows a run to a person while it happens: finished things are printed once, what is under way is drawn below them. */
export interface RunPrinter {
  show(watched: Watched, items: readonly TimelineItem[]): void;
  /** Draws these lines instead of the activity, for a question; undefined goes back. */
  hold(lines: readonly string[] | undefined): void;
  print(lines: readonly string[]): void;
  /** Leaves the terminal clean. */
  close(): void;
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

export function createRunPrinter(surroundings: Surroundings, showMessages: boolean): RunPrinter {
  const { stdout, stderr, style, now } = surroundings;
  const isTerminal = stdout.isTTY && surroundings.environment['TERM'] !== 'dumb';
  const live = createLiveArea(stdout, isTerminal);
  const options = (): RenderOptions => ({ style, columns: isTerminal ? stdout.columns || 80 : 120, plain: !isTerminal });
  const running = new Map<string, TimelineItem>();
  const printed = new Set<TimelineItem>();
  let draft = emptyDraft('');
  /** What was printed of the step's answer before its stream was cut: the next attempt begins with it, as a rule. */
  let earlier = '';
  let activity: Activity | undefined;
  let held: readonly string[] | undefined;
  let frame = 0;
  /** Without a terminal: the answer stands on a line that has not ended. */
  let midLine = false;
  let toldAt = 0;
  let reasoningPrinted: string | undefined;
  let lastKind: TimelineItem['kind'] | undefined;

  const timer = setInterval(() => {
    frame += 1;
    if (isTerminal) draw();
    else tellOfWait();
  }, isTerminal ? 80 : 1_000);
  timer.unref();

  function draw(): void {
    if (held !== undefined) return live.draw(held);
    const { columns } = options();
    const unprinted = draft.text.slice(draft.printed);
    const lines = unprinted.trim() === '' ? [] : ['', ...renderMarkdown(unprinted, style, Math.min(columns, 100))];
    const thought = draft.text === '' && draft.reasoning !== '' ? cleanText(draft.reasoning).split('\n').flatMap((line) => wrapLine(line, columns - 4)).slice(-3) : [];
    const status = activity === undefined ? [] : [`${style.cyan(frames[frame % frames.length] ?? '')} ${style.dim(`${activity.label} ${formatWait(now() - activity.since)}`.trimEnd())}`];
    live.draw([...lines, ...thought.map((line) => style.dim(style.italic(`  ${line}`))), ...status]);
  }

  /** Without a terminal a long wait is told on stderr, now and then. */
  function tellOfWait(): void {
    if (activity === undefined || now() - Math.max(activity.since, toldAt) < (toldAt > activity.since ? 30_000 : 10_000)) return;
    toldAt = now();
    stderr.write(`${activity.label} ${formatDuration(now() - activity.since)}\n`);
  }

  function printItem(item: TimelineItem): void {
    if (printed.has(item) || !isFinal(item)) return;
    printed.add(item);
    if (item.kind === 'message' && !showMessages) return;
    if (item.kind === 'reasoning' && reasoningPrinted === item.stepId) return;
    const lines = item.kind === 'text' ? answerLines(item.text) : renderItem(item, options());
    const opensBlock = item.kind === 'text' ? draft.printed === 0 : item.kind === 'call' && lastKind === 'text';
    live.print(opensBlock && lines.length > 0 ? ['', ...lines] : lines);
    lastKind = item.kind;
  }

  /** What stands printed from the attempt before is not printed again; false while nothing new has come. */
  function skipEarlier(text: string): boolean {
    if (earlier === '') return true;
    if (text.length < earlier.length && earlier.startsWith(text)) return false;
    if (text.startsWith(earlier)) draft = { ...draft, text, printed: earlier.length };
    earlier = '';
    return true;
  }

  /** What of an answer has not been printed while it streamed. */
  function answerLines(text: Extract<TimelineItem, { kind: 'text' }>['text']): string[] {
    if (typeof text === 'string' && !skipEarlier(text)) return [];
    if (draft.printed > 0 && typeof text === 'string' && text.startsWith(draft.text.slice(0, draft.printed))) {
      const rest = text.slice(draft.printed);
      if (isTerminal) return rest.trim() === '' ? [] : ['', ...renderAnswer(rest, options())];
      stdout.write(`${cleanText(rest).trimEnd()}\n`);
      midLine = false;
      return [];
    }
    return renderAnswer(text, options());
  }

  /** Thoughts come before the answer that follows them, though the log has both at once. */
  function printReasoning(): void {
    if (draft.printed > 0 || draft.reasoning.trim() === '' || reasoningPrinted === draft.stepId) return;
    reasoningPrinted = draft.stepId;
    live.print(renderItem({ kind: 'reasoning', seq: 0, stepId: draft.stepId, text: draft.reasoning }, options()));
    lastKind = 'reasoning';
  }

  function printSettled(): void {
    if (!skipEarlier(draft.text)) return;
    if (!isTerminal) {
      const rest = cleanText(draft.text.slice(draft.printed));
      // A line end at the end is kept back: the answer's own end decides how many there are.
      const text = rest.trimEnd();
      if (text === '') return;
      stdout.write(draft.printed === 0 ? `\n${text}` : text);
      midLine = true;
      draft = { ...draft, printed: draft.printed + draft.text.slice(draft.printed).trimEnd().length };
      return;
    }
    const length = settledLength(draft.text.slice(draft.printed));
    if (length === 0) return;
    const block = draft.text.slice(draft.printed, draft.printed + length);
    live.print(['', ...renderAnswer(block, options())]);
    draft = { ...draft, printed: draft.printed + length };
  }

  return {
    show(watched, items) {
      for (const item of items) {
        if (item.kind !== 'call') continue;
        if (item.stage === 'running') running.set(item.callId, item);
        else running.delete(item.callId);
      }
      activity = nextActivity(activity, watched, items, running, now());
      if (watched.type === 'delta') {
        if (watched.delta.kind === 'restart') {
          const { reason, waitMs, attempt } = watched.delta;
          if (midLine) stdout.write('\n');
          midLine = false;
          if (draft.printed > earlier.length) earlier = draft.text.slice(0, draft.printed);
          live.print([`${style.yellow('!')} ${cleanText(reason).replace(/\.$/, '')}; asking again${waitMs > 0 ? ` in ${formatDuration(waitMs)}` : ''} (attempt ${attempt})`]);
        }
        if (watched.delta.kind === 'problem') live.print([`${style.red('!')} ${cleanText(watched.delta.message)}`]);
        draft = addDelta(draft, watched.delta);
        if (watched.delta.kind === 'text') {
          printReasoning();
          printSettled();
        }
      }
      if (watched.type === 'lost') live.print([style.dim(`· connection lost (${watched.error.message}); trying again`)]);
      for (const item of items) printItem(item);
      if (watched.type === 'event' && (watched.event.type === 'step.completed' || watched.event.type === 'step.failed')) {
        draft = emptyDraft('');
        earlier = '';
      }
      if (isTerminal) draw();
    },
    hold(lines) {
      held = lines;
      draw();
    },
    print(lines) {
      if (midLine) stdout.write('\n');
      midLine = false;
      live.print(lines);
    },
    close() {
      clearInterval(timer);
      live.clear();
    },
  };
}

/** Whether an item will not change any more, so that it may be printed. */
function isFinal(item: TimelineItem): boolean {
  if (item.kind === 'verification') return item.passed !== undefined;
  return item.kind !== 'call' || !['asked', 'awaits-approval', 'awaits-answer', 'running'].includes(item.stage);
}

function formatWait(ms: number): string {
  return ms < 2_000 ? '' : formatDuration(Math.floor(ms / 1000) * 1000);
}
