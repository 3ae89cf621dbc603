import type { ThreadSummary } from '@atelier/protocol';
import { connect } from '../connect.ts';
import type { Surroundings } from '../surroundings.ts';
import { cleanText, cutText } from '../terminal/display-width.ts';
import { drawTable } from '../terminal/draw-table.ts';
import { formatAge, formatCost } from '../terminal/figures.ts';

/** `atelier thread list`. */
export async function listThreads(surroundings: Surroundings, options: { all?: boolean; archived?: boolean; limit?: number; json?: boolean }): Promise<void> {
  await using connection = await connect(surroundings);
  const threads: ThreadSummary[] = [];
  const wanted = options.limit ?? 20;
  let cursor: string | undefined;
  do {
    const page = await connection.client.call('listThreads', {
      query: { limit: Math.min(200, wanted - threads.length), cursor, root: options.all === true ? undefined : surroundings.cwd, archived: options.archived === true ? 'true' : 'false' },
    });
    threads.push(...page.threads);
    cursor = page.nextCursor;
  } while (cursor !== undefined && threads.length < wanted);
  const { stdout, style } = surroundings;
  if (options.json === true) {
    stdout.write(`${JSON.stringify({ threads, ...(cursor !== undefined && { nextCursor: cursor }) }, null, 2)}\n`);
    return;
  }
  if (threads.length === 0) {
    stdout.write(options.all === true ? 'There is no thread yet. Begin one: atelier run "what to do"\n' : 'This folder has no thread yet. `--all` shows those of other folders.\n');
    return;
  }
  const rows = threads.map((thread) => [
    style.dim(thread.threadId), statusOf(thread, style), style.dim(formatAge(thread.updatedAt, surroundings.now())), style.dim(formatCost(thread.costUsd)),
    cleanText(thread.title) + (options.all === true ? style.dim(`  ${thread.root}`) : ''),
  ]);
  stdout.write(`${drawTable(rows, stdout.isTTY ? stdout.columns || 100 : 10_000).join('\n')}\n`);
}

/** `atelier thread search`. */
export async function searchThreads(surroundings: Surroundings, words: readonly string[], options: { limit?: number; json?: boolean }): Promise<void> {
  await using connection = await connect(surroundings);
  const page = await connection.client.call('searchThreads', { query: { q: words.join(' '), limit: Math.min(200, options.limit ?? 20) } });
  const { stdout, style } = surroundings;
  if (options.json === true) {
    stdout.write(`${JSON.stringify(page, null, 2)}\n`);
    return;
  }
  if (page.hits.length === 0) stdout.write('Nothing was found.\n');
  const columns = stdout.isTTY ? stdout.columns || 100 : 10_000;
  for (const hit of page.hits) {
    // The server marks matches by two control characters, which `cleanText` would remove.
    const excerpt = hit.excerpt.split(/([\u0002\u0003])/).reduce<{ text: string; on: boolean }>(({ text, on }, piece) => {
      if (piece === '\u0002' || piece === '\u0003') return { text, on: piece === '\u0002' };
      const clean = cleanText(piece).replace(/\s+/g, ' ');
      return { text: text + (on ? style.bold(style.yellow(clean)) : clean), on };
    }, { text: '', on: false }).text.trim();
    stdout.write(`${style.bold(cutText(cleanText(hit.title), columns - 20))}  ${style.dim(`${hit.kind} · ${hit.at.slice(0, 10)}`)}\n  ${cutText(excerpt, columns - 2)}\n  ${style.dim(`atelier thread show ${hit.threadId}`)}\n`);
  }
}

function statusOf(thread: ThreadSummary, style: Surroundings['style']): string {
  if (thread.status === 'running' || thread.status === 'queued') return style.cyan(thread.status);
  if (thread.status === 'waiting') return style.yellow('waits');
  const outcome = thread.outcome ?? 'new';
  return outcome === 'done' ? style.green(outcome) : outcome === 'new' ? style.dim(outcome) : style.red(outcome);
}
