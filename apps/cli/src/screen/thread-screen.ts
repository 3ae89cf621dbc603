import { watchThread } from '@atelier/client';
import { Timeline, noUsage } from '@atelier/thread';
import type { CallItem, Event, Mode, TimelineItem, Usage, WireCommand } from '@atelier/thread';
import { connectForWork } from '../connect.ts';
import type { Connection } from '../connect.ts';
import { nextActivity } from '../run/activity.ts';
import type { Activity } from '../run/activity.ts';
import { addDelta, emptyDraft } from '../run/draft.ts';
import type { Draft } from '../run/draft.ts';
import { loadTexts } from '../run/load-texts.ts';
import type { Surroundings } from '../surroundings.ts';
import { cutText } from '../terminal/display-width.ts';
import { renderItem } from '../terminal/render-item.ts';

/** What the screen shows; a new object after each change. */
export interface ScreenView {
  /** What is finished, drawn once and left to the terminal's scrollback. */
  readonly printed: readonly { key: number; text: string }[];
  /** What can still change: calls under way, a running verification. */
  readonly open: readonly TimelineItem[];
  readonly draft: Draft;
  readonly activity: Activity | undefined;
  readonly opening: boolean;
  readonly running: boolean;
  readonly threadId: string | undefined;
  readonly title: string;
  readonly model: string;
  readonly scripted: boolean;
  readonly mode: Mode;
  readonly usage: Usage;
  readonly costUsd: number;
}

/** The state behind the interactive screen: one thread, its live view, and what a person can do with it. */
export interface ThreadScreen {
  view(): ScreenView;
  subscribe(listener: () => void): () => void;
  /** Opens the server; called after the first paint. */
  open(): Promise<void>;
  send(text: string): Promise<void>;
  command(command: WireCommand): Promise<void>;
  setMode(mode: Mode): Promise<void>;
  setModel(model: string): Promise<void>;
  startNew(): void;
  print(text: string): void;
  close(): Promise<void>;
}

export function createThreadScreen(surroundings: Surroundings, options: { model?: string | undefined; mode?: Mode | undefined }): ThreadScreen {
  const listeners = new Set<() => void>();
  const { style, newId, now } = surroundings;
  let view: ScreenView = {
    printed: [{ key: -1, text: `${style.bold(style.cyan('Atelier'))} ${style.dim(surroundings.version)}\n${style.dim('Say what to do, or /help. Shift+Tab changes the mode: plan reads only, ask asks before it writes, auto works by itself.')}` }], open: [], draft: emptyDraft(''), activity: undefined, opening: true, running: false, threadId: undefined, title: '', model: options.model ?? '', scripted: false,
    mode: options.mode ?? 'ask', usage: noUsage, costUsd: 0,
  };
  let connection: Promise<Connection> | undefined;
  let watching: AbortController | undefined;
  let timeline: Timeline | undefined;
  let printedItems = new Set<TimelineItem>();
  let nextKey = 0;

  const change = (fields: Partial<ScreenView>): void => {
    view = { ...view, ...fields };
    for (const listener of listeners) listener();
  };
  const print = (text: string): void => change({ printed: [...view.printed, { key: nextKey++, text }] });
  const fail = (error: unknown): void => print(`${style.red('✗')} ${error instanceof Error ? error.message : String(error)}`);
  const opened = (): Promise<Connection> => (connection ??= connectForWork(surroundings, () => Promise.resolve(options.model)));

  async function open(): Promise<void> {
    try {
      const { client } = await opened();
      const { model } = await client.call('getServer');
      change({ opening: false, model: view.model === '' ? model.id ?? '' : view.model, scripted: model.scripted });
      if (model.id === undefined) print(`${style.yellow('!')} ${model.reason} ${style.dim('(`atelier models` says how to give one)')}`);
    } catch (error) {
      change({ opening: false });
      fail(error);
    }
  }

  async function command(body: WireCommand): Promise<void> {
    const { threadId } = view;
    if (threadId === undefined) return;
    try {
      const { client } = await opened();
      await client.call('sendCommand', { path: { threadId }, body: { commandId: newId(), command: body } });
    } catch (error) {
      fail(error);
    }
  }

  async function send(text: string): Promise<void> {
    try {
      const { client } = await opened();
      if (view.threadId === undefined) {
        const threadId = newId();
        await client.call('createThread', { body: { commandId: newId(), threadId, root: surroundings.cwd, title: cutText(text.trim().replace(/\s+/g, ' '), 80), mode: view.mode, ...(options.model !== undefined && { model: options.model }) } });
        change({ threadId });
        void watch(threadId);
      }
    } catch (error) {
      fail(error);
      return;
    }
    const question = view.open.find((item): item is CallItem => item.kind === 'call' && item.stage === 'awaits-answer')?.question;
    if (question === undefined) await command({ type: 'send-message', messageId: newId(), parts: [{ type: 'text', text }], delivery: view.running ? 'steer' : 'queue' });
    else await command({ type: 'answer-question', questionId: question.questionId, answer: question.options[Number(text) - 1] ?? text });
  }

  async function watch(threadId: string): Promise<void> {
    const stop = new AbortController();
    watching = stop;
    printedItems = new Set();
    try {
      const { client, userId } = await opened();
      timeline = new Timeline({ userId: await userId() });
      for await (const watched of watchThread({ client, threadId, after: 0, signal: stop.signal })) {
        const items = watched.type === 'event' ? timeline.add(watched.event) : [];
        for (const item of items) await loadTexts(client, item);
        const running = new Map(timeline.items.slice(-50).flatMap((item) => (item.kind === 'call' && item.stage === 'running' ? [[item.callId, item] as const] : [])));
        change({ activity: nextActivity(view.activity, watched, items, running, now()), ...(watched.type === 'delta' && { draft: addDelta(view.draft, watched.delta) }) });
        if (watched.type === 'event') take(watched.event, timeline.items);
        if (watched.type === 'delta' && watched.delta.kind === 'problem') print(`${style.red('!')} ${watched.delta.message}`);
        if (watched.type === 'delta' && watched.delta.kind === 'restart') print(`${style.yellow('!')} ${watched.delta.reason}; asking again (attempt ${watched.delta.attempt})`);
      }
    } catch (error) {
      fail(error);
    }
  }

  /** Prints what has become final, in order; the first item that can still change keeps the later ones below it. */
  function take(event: Event, items: readonly TimelineItem[]): void {
    if (event.type === 'run.started') change({ running: true, model: event.data.model, scripted: event.data.scripted, mode: event.data.mode });
    if (event.type === 'run.finished') change({ running: false, activity: undefined });
    if (event.type === 'thread.created' || event.type === 'thread.renamed') change({ title: event.data.title });
    if (event.type === 'settings.changed') change({ ...(event.data.mode && { mode: event.data.mode }), ...(event.data.model && { model: event.data.model }) });
    if (event.type === 'step.completed') change({ usage: addUsage(view.usage, event.data.usage), costUsd: view.costUsd + (event.data.costUsd ?? 0) });
    const over = event.type === 'step.completed' || event.type === 'step.failed';
    const columns = surroundings.stdout.columns || 80;
    const rest = items.filter((item) => !printedItems.has(item));
    const fresh: { key: number; text: string }[] = [];
    while (rest[0] !== undefined && (isFinal(rest[0]) || event.type === 'run.finished')) {
      const item = rest.shift();
      if (item === undefined) break;
      printedItems.add(item);
      const lines = renderItem(item, { style, columns: columns - 2 });
      if (lines.length > 0) fresh.push({ key: nextKey++, text: [...(item.kind === 'text' ? [''] : []), ...lines].join('\n') });
    }
    change({ open: rest, ...(fresh.length > 0 && { printed: [...view.printed, ...fresh] }), ...(over && { draft: emptyDraft('') }) });
  }

  return {
    view: () => view,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    open, send, command, print,
    async setMode(mode) {
      change({ mode });
      await command({ type: 'change-settings', mode });
    },
    async setModel(model) {
      options = { ...options, model };
      change({ model });
      await command({ type: 'change-settings', model });
    },
    startNew() {
      watching?.abort();
      change({ threadId: undefined, title: '', open: [], draft: emptyDraft(''), running: false, activity: undefined, usage: noUsage, costUsd: 0 });
      print(style.dim('─'.repeat(20)));
    },
    async close() {
      watching?.abort();
      if (connection !== undefined) await (await connection).close();
    },
  };
}

function isFinal(item: TimelineItem): boolean {
  if (item.kind === 'message') return item.stage !== 'queued';
  if (item.kind === 'verification') return item.passed !== undefined;
  return item.kind !== 'call' || !['asked', 'awaits-approval', 'awaits-answer', 'running'].includes(item.stage);
}

function addUsage(left: Usage, right: Usage): Usage {
  return { input: left.input + right.input, cachedInput: left.cachedInput + right.cachedInput, output: left.output + right.output, reasoning: left.reasoning + right.reasoning };
}
