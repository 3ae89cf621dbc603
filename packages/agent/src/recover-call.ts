import type { PreparedCall, Tool, ToolScope } from '@atelier/plugin';
import type { CallState, Effect, EventData } from '@atelier/thread';
import type { AgentParts } from './agent-parts.ts';
import { prepareCall } from './prepare-call.ts';

export type Recovery =
  | { kind: 'completed'; status: 'ok' | 'interrupted'; output: string; writes?: Record<string, string | null> }
  | { kind: 'again'; tool: Tool; prepared: PreparedCall; digest: string };

/**
 * What becomes of a call that was started and has no result, because its process died. Writes and deletes carry hashes,
 * so the files themselves say whether it happened. A call that only reads is made again. Anything else may have had
 * effects that nobody can see, so it is reported as interrupted and never repeated.
 */
export async function recoverCall(call: CallState, started: EventData['tool.started'], parts: AgentParts, scope: ToolScope): Promise<Recovery> {
  const changes = started.effects.filter((effect) => effect.kind === 'write' || effect.kind === 'delete');
  if (changes.length > 0 && changes.length === started.effects.filter((effect) => effect.kind !== 'read').length) {
    const stages = await Promise.all(changes.map((effect) => changeStage(effect, parts)));
    if (stages.every((stage) => stage === 'done')) return { kind: 'completed', status: 'ok', output: started.summary, writes: hashesAfter(changes) };
    if (!stages.every((stage) => stage === 'not-done')) return interrupted('Some of the files are neither as they were before nor as they were to become.');
  } else if (started.replay !== 'safe') {
    return interrupted(commandHint(started.effects));
  }
  const prepared = await prepareCall(call, parts.tools, scope);
  if (prepared.kind === 'refused') return interrupted(prepared.reason);
  if (changes.length > 0 && prepared.digest !== started.digest) return interrupted('It would do something else now.');
  return { kind: 'again', tool: prepared.tool, prepared: prepared.call, digest: prepared.digest };
}

async function changeStage(effect: Extract<Effect, { kind: 'write' | 'delete' }>, parts: AgentParts): Promise<'done' | 'not-done' | 'unclear'> {
  const now = await parts.workspace.files.hash(effect.path);
  const after = effect.kind === 'write' ? effect.after : null;
  return now === after ? 'done' : now === effect.before ? 'not-done' : 'unclear';
}

function hashesAfter(changes: Effect[]): Record<string, string | null> {
  const hashes: Record<string, string | null> = {};
  for (const effect of changes) {
    if (effect.kind === 'write') hashes[effect.path] = effect.after;
    if (effect.kind === 'delete') hashes[effect.path] = null;
  }
  return hashes;
}

function interrupted(why: string): Recovery {
  return { kind: 'completed', status: 'interrupted', output: `Interrupted: Atelier was stopped while this call was running, and it was not repeated. ${why} Look at the state of things before you go on.` };
}

function commandHint(effects: Effect[]): string {
  return effects.some((effect) => effect.kind === 'run') ? 'The command may have run in part.' : 'It may have happened in part.';
}
