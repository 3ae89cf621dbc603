import { createHash } from 'node:crypto';
import type { Principal, RunError, ThreadState } from '@atelier/thread';
import { noUsage, messagesForNextRun, usersOf } from '@atelier/thread';
import type { ThreadStore } from '../threads/thread-store.ts';

const NO_TOOLS = createHash('sha256').update('[]').digest('hex');

/**
 * Says in the log that a run cannot be: no model, no such folder. A run that has not begun is begun for it, so that the
 * message is taken and the person finds the reason where the answer would be. Returns true: what is queued behind goes on.
 */
export async function failRun(parts: { store: ThreadStore; newId: () => string }, state: ThreadState, error: RunError): Promise<boolean> {
  const { store, newId } = parts;
  const { threadId } = state;
  const users = state.run?.authority.users ?? messagesForNextRun(state).flatMap((message) => usersOf(message.principal));
  const principal: Principal = { kind: 'automation', name: 'agent', actsFor: users };
  let runId = state.run?.runId;
  if (runId === undefined) {
    if (state.queue.length === 0) return failRestore(parts, state, error);
    runId = newId();
    const data = {
      runId, mode: state.mode, model: state.model ?? 'none', scripted: false, authority: { users, rights: [] }, policyVersion: 'none', maxSteps: 1,
      instructions: '', toolsHash: NO_TOOLS, sandbox: 'none',
    };
    const started = await store.handle(threadId, { commandId: newId(), principal, body: { type: 'start-run', data } });
    if (!started.accepted) return false;
  }
  const run = state.run;
  const open = run?.calls.filter((call) => call.stage !== 'completed') ?? [];
  const facts = [
    ...open.map((call) => ({
      type: 'tool.completed' as const, principal, runId, callId: call.callId,
      data: { callId: call.callId, tool: call.tool, status: 'interrupted' as const, output: 'Interrupted: the run could not go on.', durationMs: 0 },
    })),
    {
      type: 'run.finished' as const, principal, runId,
      data: { runId, outcome: 'failed' as const, verified: 'nothing' as const, summary: error.message, error, usage: run?.usage ?? noUsage, costUsd: run?.costUsd ?? 0, steps: run?.steps ?? 0 },
    },
  ];
  const answer = await store.handle(threadId, { commandId: newId(), principal, body: { type: 'record-run', runId, facts } });
  return answer.accepted;
}

async function failRestore({ store, newId }: { store: ThreadStore; newId: () => string }, state: ThreadState, error: RunError): Promise<boolean> {
  const [restore] = state.restores;
  if (restore === undefined) return false;
  const data = { restoreId: restore.restoreId, restored: [], removed: [], skipped: [], error: error.message };
  const principal: Principal = { kind: 'automation', name: 'undo', actsFor: [] };
  const answer = await store.handle(state.threadId, { commandId: newId(), principal, body: { type: 'complete-restore', data } });
  return answer.accepted;
}
