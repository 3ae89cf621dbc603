import { watchThread } from '@atelier/client';
import { Timeline } from '@atelier/thread';
import type { TimelineItem } from '@atelier/thread';
import { connect } from '../connect.ts';
import { loadTexts } from '../run/load-texts.ts';
import { createRunPrinter } from '../run/run-printer.ts';
import type { Surroundings } from '../surroundings.ts';
import { cleanText } from '../terminal/display-width.ts';
import { formatAge, formatCost, formatUsage, plural } from '../terminal/figures.ts';
import { renderItem } from '../terminal/render-item.ts';
import { findThread, readAllEvents } from './find-thread.ts';

/** `atelier thread show`. */
export async function showThread(surroundings: Surroundings, id: string, options: { whole?: boolean; follow?: boolean; json?: boolean }): Promise<void> {
  await using connection = await connect(surroundings);
  const thread = await findThread(surroundings, connection.client, id);
  const { stdout, style } = surroundings;
  if (options.json === true) {
    stdout.write(`${JSON.stringify({ type: 'thread', thread })}\n`);
    for await (const event of readAllEvents(connection.client, thread.threadId)) stdout.write(`${JSON.stringify({ type: 'event', event })}\n`);
    return;
  }
  const figures = [plural(thread.steps, 'step'), formatUsage(thread.usage), formatCost(thread.costUsd)].filter((figure) => figure !== '').join(' · ');
  stdout.write(`${style.bold(cleanText(thread.title))}\n${style.dim(`${thread.threadId} · ${thread.root} · ${thread.mode} mode · ${thread.status} · ${formatAge(thread.updatedAt, surroundings.now())}\n${figures}`)}\n`);
  const timeline = new Timeline({ userId: await connection.userId() });
  let lastSeq = 0;
  let openItems: TimelineItem[] = [];
  const draw = async (items: readonly TimelineItem[]): Promise<void> => {
    for (const item of items) await loadTexts(connection.client, item, options.whole === true);
    const lines = items.flatMap((item) => [...(item.kind === 'text' ? [''] : []), ...renderItem(item, { style, columns: stdout.isTTY ? stdout.columns || 100 : 120, whole: options.whole === true, plain: !stdout.isTTY })]);
    if (lines.length > 0) stdout.write(`${lines.join('\n')}\n`);
  };
  for await (const event of readAllEvents(connection.client, thread.threadId)) {
    lastSeq = event.seq;
    openItems.push(...timeline.add(event).filter((item) => !openItems.includes(item)));
    // What can still change is drawn with the run's end, in order.
    if (event.type === 'run.finished' || (openItems.length > 0 && openItems.every((item) => item.kind === 'note'))) {
      await draw(openItems);
      openItems = [];
    }
  }
  await draw(openItems);
  if (options.follow !== true) return;
  const printer = createRunPrinter(surroundings, true);
  try {
    for await (const watched of watchThread({ client: connection.client, threadId: thread.threadId, after: lastSeq })) {
      const items = watched.type === 'event' ? timeline.add(watched.event) : [];
      for (const item of items) await loadTexts(connection.client, item);
      printer.show(watched, items);
    }
  } finally {
    printer.close();
  }
}
