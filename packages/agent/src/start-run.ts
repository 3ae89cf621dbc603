import type { Authority, EventData, ThreadState } from '@atelier/thread';
import { messagesForNextRun, usersOf } from '@atelier/thread';
import type { AgentParts } from './agent-parts.ts';
import { buildInstructions } from './instructions.ts';
import { sha256 } from './prepare-call.ts';
import { readRootRules } from './read-rules.ts';
import { toolDeclarations } from './tool-declarations.ts';

/** What a run begins with, for the command `start-run`: its authority, and the prompt's beginning as it will be sent. */
export async function prepareRunStart(parts: AgentParts, state: ThreadState, options: { maxSteps: number; platform: string }): Promise<Omit<EventData['run.started'], 'messageIds'>> {
  const users = [...new Set(messagesForNextRun(state).flatMap((message) => usersOf(message.principal)))];
  const authority: Authority = await parts.readAuthority(users);
  const instructions = buildInstructions({
    root: parts.workspace.root,
    platform: options.platform,
    today: new Date(parts.now()).toISOString().slice(0, 10),
    sandbox: sandboxText(parts),
    checks: parts.checks.map(({ name, command }) => ({ name, command })),
    rules: await readRootRules(parts.workspace),
  });
  return {
    runId: parts.newId(), mode: state.mode, model: parts.model.id, scripted: parts.model.scripted, authority,
    policyVersion: parts.policyVersion, maxSteps: options.maxSteps, instructions,
    toolsHash: sha256(JSON.stringify(toolDeclarations(parts.tools))), sandbox: parts.workspace.sandbox.kind,
  };
}

function sandboxText(parts: AgentParts): string {
  if (parts.workspace.sandbox.kind === 'none') return 'no sandbox here; every command needs a person\'s approval';
  const hosts = parts.allowedHosts.length === 0 ? 'no network' : `network only to ${parts.allowedHosts.join(', ')}`;
  return `run in a sandbox: the root is writable, .git and the rest of the system are read-only, ${hosts}`;
}
