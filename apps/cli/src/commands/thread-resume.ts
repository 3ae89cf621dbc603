import type { ThreadSummary } from '@atelier/protocol';
import { Timeline } from '@atelier/thread';
import type { CallItem } from '@atelier/thread';
import { connectForWork } from '../connect.ts';
import type { Connection } from '../connect.ts';
import { watchRun } from '../run/watch-run.ts';
import type { Surroundings } from '../surroundings.ts';
import { CommandError, UsageError } from '../usage-error.ts';
import { findThread, readAllEvents } from './find-thread.ts';

export interface ResumeOptions {
  approve?: string | true;
  deny?: string | true;
  approval?: string;
  json?: boolean;
  deltas?: boolean;
  /** The message waits until the run is finished, instead of reaching it at its next step. */
  queue?: boolean;
}

/** `atelier thread resume`: answers what the run waits for, sends a message, then watches until the run ends or waits again. */
export async function resumeThread(surroundings: Surroundings, id: string, words: readonly string[], options: ResumeOptions): Promise<void> {
  if (options.approve !== undefined && options.deny !== undefined) throw new UsageError('--approve and --deny do not go together', 'atelier thread resume [options] <id> [message...]');
  await using connection = await connectForWork(surroundings, async (client) => (await findThread(surroundings, client, id)).model);
  const thread = await findThread(surroundings, connection.client, id);
  const message = words.join(' ').trim();
  const watch = { surroundings, connection, threadId: thread.threadId, json: options.json === true, deltas: options.deltas === true };
  const { calls, runId, runSeq } = await readOpenRun(connection, thread);
  const approvals = chooseApprovals(calls, options);
  for (const approvalId of approvals) {
    const reason = typeof options.deny === 'string' ? { reason: options.deny } : {};
    await send(surroundings, connection, thread.threadId, { type: 'decide-approval', approvalId, answer: options.deny === undefined ? 'allow' : 'deny', always: false, ...reason });
  }
  const question = calls.find((call) => call.stage === 'awaits-answer')?.question;
  if (message !== '' && question !== undefined) await send(surroundings, connection, thread.threadId, { type: 'answer-question', questionId: question.questionId, answer: message });
  if (message !== '' && question === undefined) {
    const messageId = surroundings.newId();
    await send(surroundings, connection, thread.threadId, { type: 'send-message', messageId, parts: [{ type: 'text', text: message }], delivery: runId === undefined || options.queue === true ? 'queue' : 'steer' });
    await watchRun({ ...watch, after: runId === undefined ? thread.seq : runSeq, messageId });
    return;
  }
  if (runId === undefined && thread.status !== 'queued') throw new CommandError(`Nothing is under way in this thread, and nothing waits. To go on: atelier thread resume ${thread.threadId} "what to do next"`);
  await watchRun({ ...watch, after: runId === undefined ? 0 : runSeq, runId });
}

/** The run that is under way with its calls that wait, and the seq before its first event. */
async function readOpenRun({ client, userId }: Connection, thread: ThreadSummary): Promise<{ calls: CallItem[]; runId: string | undefined; runSeq: number }> {
  if (thread.status === 'idle') return { calls: [], runId: undefined, runSeq: thread.seq };
  const timeline = new Timeline({ userId: await userId() });
  let runId: string | undefined;
  let runSeq = 0;
  for await (const event of readAllEvents(client, thread.threadId)) {
    timeline.add(event);
    if (event.type === 'run.started') {
      runId = event.data.runId;
      runSeq = event.seq - 1;
    } else if (event.type === 'run.finished') runId = undefined;
  }
  const calls = timeline.items.filter((item) => item.kind === 'call').filter((call) => call.stage === 'awaits-approval' || call.stage === 'awaits-answer');
  return { calls: runId === undefined ? [] : calls, runId, runSeq };
}

function chooseApprovals(calls: readonly CallItem[], { approve, deny, approval }: ResumeOptions): string[] {
  if (approve === undefined && deny === undefined) return [];
  const open = calls.flatMap((call) => (call.stage === 'awaits-approval' && call.approval !== undefined ? [call.approval.approvalId] : []));
  const named = typeof approve === 'string' ? approve : approval;
  const chosen = named === undefined ? open : open.filter((approvalId) => approvalId.startsWith(named) || approvalId.endsWith(named));
  if (chosen.length === 0) throw new CommandError(named === undefined ? 'Nothing waits for approval in this thread.' : `No approval “${named}” waits in this thread${open.length === 0 ? '' : `; open are: ${open.join(', ')}`}.`);
  return chosen;
}

async function send(surroundings: Surroundings, { client }: Connection, threadId: string, command: Parameters<typeof client.call<'sendCommand'>>[1]['body']['command']): Promise<void> {
  await client.call('sendCommand', { path: { threadId }, body: { commandId: surroundings.newId(), command } });
}
