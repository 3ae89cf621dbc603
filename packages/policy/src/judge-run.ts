import type { Effect } from '@atelier/thread';
import { classifyCommand } from './classify-command.ts';
import type { CommandClass } from './classify-command.ts';
import type { GrantShape } from './grant.ts';
import { isCommandGranted } from './grant.ts';
import { isAllowedHost } from './allowed-host.ts';
import { judgement } from './judgement.ts';
import type { EffectJudgement, EvaluateOptions } from './judgement.ts';
import { projectPath } from './project-path.ts';

type RunEffect = Extract<Effect, { kind: 'run' }>;

/** Applies the built-in rules to a command. */
export function judgeRun(effect: RunEffect, options: EvaluateOptions, grants: readonly GrantShape[]): EffectJudgement {
  const { mode, authority, sandbox, facts } = options;
  const known = { root: facts.root, isSecret: facts.isSecret, directory: effect.directory };
  const found = classifyCommand(effect.command, known);
  const { readOnly, destructive } = found;
  const more = { readOnly, destructive, commands: found.commands, unparsed: found.unparsed !== undefined };
  if (!authority.rights.includes('run')) return judgement('deny', 'authority', 'Whoever this run acts for may not run commands in this project.', more);
  if (mode === 'plan' && !readOnly) return judgement('deny', 'plan-mode', 'Only commands that certainly change nothing are run in plan mode. Present a plan instead.', more);
  const always = alwaysAsks(effect, found, options);
  if (always !== undefined) return judgement('ask', always.rule, always.reason, more);
  const granted = isCommandGranted(effect.command, grants, known);
  if (sandbox === 'none') {
    if (granted) return judgement('allow', 'granted', 'This command was allowed for this thread.', more);
    return judgement('ask', 'no-sandbox', 'No sandbox holds commands on this machine, so each one asks first. "atelier doctor" says how to get one.', { ...more, grantable: true });
  }
  if (readOnly) return judgement('allow', 'read-only-command', 'The command only reads.', more);
  if (mode === 'auto') return judgement('allow', 'auto-mode', 'The sandbox holds this command.', more);
  if (effect.directory === '.' && facts.checks.some((check) => check.trim() === effect.command.trim())) return judgement('allow', 'check', "The command is one of the project's own checks.", more);
  if (granted) return judgement('allow', 'granted', 'This command was allowed for this thread.', more);
  return judgement('ask', 'ask-mode-run', reasonToAsk(found), { ...more, grantable: true });
}

/** What asks in every mode, whatever was granted. */
function alwaysAsks(effect: RunEffect, found: CommandClass, { facts, mode, sandbox }: EvaluateOptions): { rule: string; reason: string } | undefined {
  if (effect.unsandboxed === true) return { rule: 'unsandboxed', reason: 'It runs outside the sandbox, with everything that you may do on this machine.' };
  if (found.unparsed !== undefined) return { rule: 'unparsed', reason: `The command cannot be judged, because ${found.unparsed}.` };
  if (found.privileged !== undefined) return { rule: 'privileged', reason: `It uses ${found.privileged}, which reaches beyond the sandbox.` };
  if (found.gitDestructive !== undefined) return { rule: 'git-destructive', reason: `The Git command may lose work: ${found.gitDestructive}.` };
  if (found.secrets !== undefined) return { rule: 'secret', reason: `It names ${found.secrets}, which holds secrets.` };
  if (found.ciFiles !== undefined) return { rule: 'protected-file', reason: `It may change ${found.ciFiles}, which decides what runs without a person, what this agent may do, or what Git keeps.` };
  if (projectPath(facts.root, '.', effect.directory) === undefined) return { rule: 'outside', reason: `It runs in ${effect.directory}, outside the project's folder.` };
  // The sandbox shows the system read-only and hides homes and secrets, so a command that only reads leaves nothing.
  const readsInSandbox = found.readOnly && mode === 'auto' && sandbox !== 'none';
  if (found.outside !== undefined && !readsInSandbox) return { rule: 'outside', reason: / /.test(found.outside) ? `It may touch what lies outside the project: ${found.outside}.` : `It names ${found.outside}, which lies outside the project's folder.` };
  const host = effect.allowedHosts?.find((each) => !isAllowedHost(each, facts.allowedHosts));
  return host === undefined ? undefined : { rule: 'host', reason: `It asks to reach ${host}, which is not among the hosts that may be reached.` };
}

function reasonToAsk(found: CommandClass): string {
  if (found.destructive) return 'The command deletes or overwrites files.';
  return found.network === undefined ? 'The command may change files.' : `The command uses ${found.network} to talk to another machine.`;
}
