import { shownText, threadStatus, upcast } from '@atelier/thread';
import type { Event, MessagePart, ThreadState } from '@atelier/thread';
import type { ThreadSummary } from '@atelier/protocol';
import type { EventTable, Tables, ThreadTable } from '../database/tables.ts';

/** Most text of one event that can be found. */
const FOUND_CHARACTERS = 64 * 1024;

export function eventRow(event: Event): EventTable {
  return {
    thread_id: event.threadId, seq: event.seq, at: event.at, type: event.type, principal: JSON.stringify(event.principal),
    run_id: event.runId ?? null, step_id: event.stepId ?? null, call_id: event.callId ?? null, data: JSON.stringify(event.data),
  };
}

export function eventOfRow(row: EventTable): Event {
  return upcast({
    threadId: row.thread_id, seq: Number(row.seq), at: row.at, v: 1, type: row.type, principal: JSON.parse(row.principal),
    ...(row.run_id !== null && { runId: row.run_id }), ...(row.step_id !== null && { stepId: row.step_id }), ...(row.call_id !== null && { callId: row.call_id }),
    data: JSON.parse(row.data),
  });
}

/** The row copy of a thread's state, for lists. */
export function threadRow(state: ThreadState): ThreadTable {
  return {
    id: state.threadId, project_id: state.projectId, root: state.root, title: state.title, status: threadStatus(state), archived: state.archived ? 1 : 0,
    mode: state.mode, model: state.model ?? null, last_seq: state.seq, steps: state.steps, usage: JSON.stringify(state.usage), cost_usd: state.costUsd,
    outcome: state.lastRun?.outcome ?? null, forked_from: state.forkedFrom === undefined ? null : JSON.stringify(state.forkedFrom),
    created_at: state.createdAt, updated_at: state.updatedAt,
  };
}

export function summaryOfRow(row: ThreadTable): ThreadSummary {
  return {
    threadId: row.id, projectId: row.project_id, root: row.root, title: row.title, status: row.status as ThreadSummary['status'], // written by `threadRow`
    archived: row.archived === 1, mode: row.mode as ThreadSummary['mode'], ...(row.model !== null && { model: row.model }),
    seq: Number(row.last_seq), steps: Number(row.steps), usage: JSON.parse(row.usage) as ThreadSummary['usage'], costUsd: row.cost_usd,
    ...(row.outcome !== null && { outcome: row.outcome }),
    ...(row.forked_from !== null && { forkedFrom: JSON.parse(row.forked_from) as NonNullable<ThreadSummary['forkedFrom']> }),
    createdAt: row.created_at, updatedAt: row.updated_at,
  };
}

/** What of an event can be found by words: messages, answers, tool output, file names, titles. Long texts are to be put back in before. */
export function searchRows(event: Event): Tables['search'][] {
  const row = (kind: string, text: string): Tables['search'][] => (text.trim() === '' ? [] : [{ thread_id: event.threadId, seq: event.seq, kind, text: text.slice(0, FOUND_CHARACTERS) }]);
  switch (event.type) {
    case 'thread.created':
    case 'thread.renamed': return row('title', event.data.title);
    case 'message.sent': return row('message', event.data.parts.map((part) => partText(part)).join('\n'));
    case 'step.completed': return row('answer', event.data.parts.flatMap((part) => (part.type === 'text' ? [shownText(part.text)] : [])).join('\n'));
    case 'tool.started': {
      const paths = event.data.effects.flatMap((effect) => ('path' in effect ? [effect.path] : effect.kind === 'run' ? [effect.command] : []));
      return row('file', paths.join('\n'));
    }
    case 'tool.completed': return row('output', shownText(event.data.output));
    default: return [];
  }
}

function partText(part: MessagePart): string {
  if (part.type === 'text') return shownText(part.text);
  return part.type === 'image' ? part.name ?? '' : part.path;
}
