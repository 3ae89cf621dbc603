import type { ResolvedModel } from '@atelier/models';
import type { Tool } from '@atelier/plugin';
import type { PolicyLayer } from '@atelier/policy';
import type { Authority, Principal } from '@atelier/thread';
import type { ProjectCheck, Workspace } from '@atelier/workspace';
import type { RunLog } from './run-log.ts';

/** Everything a run needs, handed over by the server (or a test). The agent makes nothing for itself. */
export interface AgentParts {
  log: RunLog;
  workspace: Workspace;
  tools: readonly Tool[];
  model: ResolvedModel;
  /** Policy layers, outermost first, as they are now. */
  layers: readonly PolicyLayer[];
  policyVersion: string;
  /** Hosts that commands may reach without asking, by configuration. */
  allowedHosts: readonly string[];
  /** The project's checks that are run after edits; empty: nothing is verified. */
  checks: readonly ProjectCheck[];
  /** How often checks may fail before the run ends as not passing. */
  verifyRounds: number;
  /** The intersection of these users' rights, read at the moment of the call. */
  readAuthority(users: string[]): Promise<Authority>;
  newId(): string;
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves after `ms`; rejects when the signal is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** 0 to 1. */
  random(): number;
  /** As whom the agent records: an automation that acts for the run's users. */
  principal: Principal;
}
