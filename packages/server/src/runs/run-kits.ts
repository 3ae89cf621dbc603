import { stat } from 'node:fs/promises';
import { builtInTools } from '@atelier/agent';
import type { AgentParts, RunLog } from '@atelier/agent';
import type { Models } from '@atelier/models';
import type { PolicyLayer } from '@atelier/policy';
import { policyVersion } from '@atelier/policy';
import type { Authority, Principal, RunError, ThreadState } from '@atelier/thread';
import { messagesForNextRun, usersOf } from '@atelier/thread';
import type { ProjectCheck, Workspace } from '@atelier/workspace';

/** What configuration says for one checkout, merged from the user's and the project's files. */
export interface RunSettings {
  models: Models;
  layers: PolicyLayer[];
  allowedHosts: string[];
  maxSteps: number;
  verify: { rounds: number; checks: ProjectCheck['name'][] };
}

/** What a run needs of its place: the workspace, and the agent's parts made for it. */
export interface RunKit {
  workspace: Workspace;
  principal(state: ThreadState): Principal;
  maxSteps(state: ThreadState): number;
  agentParts(log: RunLog, state: ThreadState): Promise<AgentParts | { problem: RunError }>;
}

export interface RunKits {
  open(state: ThreadState): Promise<RunKit | { problem: RunError }>;
  /** The workspace of a root, opened once. */
  workspace(root: string): Promise<Workspace>;
  close(): Promise<void>;
}

export interface RunKitsOptions {
  openWorkspace(root: string): Promise<Workspace>;
  readSettings(root: string): Promise<RunSettings>;
  readAuthority(users: string[]): Promise<Authority>;
  newId(): string;
  now(): number;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  random(): number;
}

export function openRunKits(options: RunKitsOptions): RunKits {
  const workspaces = new Map<string, Promise<Workspace>>();
  const workspace = (root: string): Promise<Workspace> => {
    let opened = workspaces.get(root);
    if (opened === undefined) {
      opened = options.openWorkspace(root);
      workspaces.set(root, opened);
      opened.catch(() => workspaces.delete(root)); // the next one tries again
    }
    return opened;
  };
  return {
    workspace,
    async open(state) {
      if (!await isFolder(state.root)) {
        return { problem: { code: 'workspace-missing', message: `The folder ${state.root} is not there any more. Put it back, or start a new thread in another folder.` } };
      }
      try {
        const [place, settings] = await Promise.all([workspace(state.root), options.readSettings(state.root)]);
        return openKit(options, place, settings);
      } catch (error) {
        return { problem: { code: 'workspace-unavailable', message: error instanceof Error ? error.message : String(error) } };
      }
    },
    async close() {
      for (const opened of await Promise.allSettled(workspaces.values())) {
        if (opened.status === 'fulfilled') await opened.value.close();
      }
    },
  };
}

function openKit(options: RunKitsOptions, workspace: Workspace, settings: RunSettings): RunKit {
  const principal = (state: ThreadState): Principal => {
    const users = state.run?.authority.users ?? messagesForNextRun(state).flatMap((message) => usersOf(message.principal));
    return { kind: 'automation', name: 'agent', actsFor: [...new Set(users)] };
  };
  return {
    workspace,
    principal,
    maxSteps: (state) => state.maxSteps ?? settings.maxSteps,
    async agentParts(log, state) {
      const model = await settings.models.choose(state.run?.model ?? state.model);
      // What was left out of the configuration is often why there is no model.
      if ('problem' in model) return { problem: { code: 'no-model', message: [model.problem, ...settings.models.notes].join(' ') } };
      const project = await workspace.detectProject();
      return {
        log, workspace, model, principal: principal(state),
        tools: builtInTools,
        layers: settings.layers,
        policyVersion: policyVersion(settings.layers),
        allowedHosts: settings.allowedHosts,
        // In the order of the settings: what is quick to fail comes first.
        checks: settings.verify.checks.flatMap((name) => project.checks.find((check) => check.name === name) ?? []),
        verifyRounds: settings.verify.rounds,
        readAuthority: options.readAuthority,
        newId: options.newId,
        now: options.now,
        sleep: options.sleep,
        random: options.random,
      };
    },
  };
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false; // whatever the reason, there is no folder to work in
  }
}
