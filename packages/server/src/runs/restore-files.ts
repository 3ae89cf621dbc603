import type { EventData, Principal, ThreadState } from '@atelier/thread';
import type { Workspace } from '@atelier/workspace';
import type { ThreadStore } from '../threads/thread-store.ts';

/**
 * Does a restore that a person asked for, and records what came of it. Putting files back to a saved tree twice gives the
 * same files, so a restore that was interrupted is simply done again.
 */
export async function restoreFiles(parts: { store: ThreadStore; newId: () => string; workspace: Workspace }, state: ThreadState, request: EventData['restore.requested']): Promise<void> {
  const data = await restore(parts.workspace, state, request);
  const principal: Principal = { kind: 'automation', name: 'undo', actsFor: [] };
  await parts.store.handle(state.threadId, { commandId: `complete-${request.restoreId}`, principal, body: { type: 'complete-restore', data } });
}

async function restore(workspace: Workspace, state: ThreadState, request: EventData['restore.requested']): Promise<EventData['restore.completed']> {
  const { restoreId, target, paths } = request;
  const nothing = { restoreId, restored: [], removed: [], skipped: [] };
  const run = state.runs.find((candidate) => candidate.runId === target.runId);
  const to = target.checkpointId ?? run?.before;
  if (to === undefined) return { ...nothing, error: 'The saved files of that run are not known any more, so nothing was put back.' };
  try {
    // `from`: what the run left; a file that a person changed since then is left alone and named.
    const from = target.checkpointId === undefined ? run?.after : undefined;
    const done = await workspace.checkpoints.restore(to, { ...(from !== undefined && { from }), ...(paths && { paths }) });
    return { restoreId, ...done };
  } catch (error) {
    return { ...nothing, error: `Nothing was put back: ${error instanceof Error ? error.message : String(error)}` };
  }
}
