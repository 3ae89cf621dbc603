import type { Effect } from '@atelier/thread';
import { isAllowedHost } from './allowed-host.ts';
import type { GrantShape } from './grant.ts';
import { judgeRun } from './judge-run.ts';
import { judgement } from './judgement.ts';
import type { EffectJudgement, EvaluateOptions } from './judgement.ts';
import { projectPath } from './project-path.ts';
import { protectionOf } from './protected-path.ts';

/** Applies the built-in rules to one effect. */
export function judgeEffect(effect: Effect, options: EvaluateOptions, grants: readonly GrantShape[]): EffectJudgement {
  switch (effect.kind) {
    case 'ask':
    case 'plan':
    case 'stop':
      return judgement('allow', effect.kind, 'It touches no file and runs nothing.', { readOnly: effect.kind !== 'stop' });
    case 'read':
      return judgeRead(effect.path, options);
    case 'write':
    case 'delete':
      return judgeChange(effect, options, grants);
    case 'run':
      return judgeRun(effect, options, grants);
    case 'reach':
      return judgeReach(effect.host, options);
  }
}

function judgeRead(path: string, { authority, facts }: EvaluateOptions): EffectJudgement {
  const readOnly = true;
  if (!authority.rights.includes('read')) return judgement('deny', 'authority', 'Whoever this run acts for may not read this project.', { readOnly });
  if (facts.isSecret(path)) return judgement('deny', 'secret', `${path} holds secrets, which no tool reads.`, { readOnly });
  if (projectPath(facts.root, '.', path) === undefined) return judgement('ask', 'outside', `${path} lies outside the project's folder.`, { readOnly });
  return judgement('allow', 'read', 'It only reads files of the project.', { readOnly });
}

function judgeChange(effect: Extract<Effect, { kind: 'write' | 'delete' }>, { mode, authority, facts }: EvaluateOptions, grants: readonly GrantShape[]): EffectJudgement {
  const { path } = effect;
  const destructive = effect.kind === 'delete';
  const verb = destructive ? 'deletes' : 'writes';
  const more = { destructive };
  if (!authority.rights.includes('edit')) return judgement('deny', 'authority', 'Whoever this run acts for may not change files of this project.', more);
  if (mode === 'plan') return judgement('deny', 'plan-mode', `Nothing is changed in plan mode, and this ${verb} ${path}. Present a plan instead.`, more);
  const place = projectPath(facts.root, '.', path);
  if (facts.isSecret(path)) return judgement('deny', 'secret', `${path} holds secrets, which no tool changes.`, more);
  if (place === undefined) return judgement('ask', 'outside', `It ${verb} ${path}, which lies outside the project's folder.`, more);
  const held = protectionOf(place);
  if (held === 'git') return judgement('deny', 'git-folder', `${path} belongs to Git's own files. Use Git's commands instead.`, more);
  if (held === 'ci') return judgement('ask', 'ci-file', `It ${verb} ${path}, which decides what runs on the machines that build this project.`, more);
  if (held === 'policy') return judgement('ask', 'policy-file', `It ${verb} ${path}, which decides what this agent may do.`, more);
  if (mode === 'auto') return judgement('allow', 'auto-mode', 'Files of the project are changed without asking in auto mode.', more);
  if (!destructive && grants.some((grant) => grant.kind === 'write' && grant.path === path)) return judgement('allow', 'granted', `Changes to ${path} were allowed for this thread.`, more);
  return judgement('ask', `ask-mode-${effect.kind}`, `It ${verb} ${path}.`, { ...more, grantable: !destructive });
}

function judgeReach(host: string, { mode, authority, facts }: EvaluateOptions): EffectJudgement {
  if (!authority.rights.includes('run')) return judgement('deny', 'authority', 'Whoever this run acts for may not reach other machines from this project.');
  if (mode === 'plan') return judgement('deny', 'plan-mode', `Other machines are not reached in plan mode, and this reaches ${host}. Present a plan instead.`);
  if (isAllowedHost(host, facts.allowedHosts)) return judgement('allow', 'allowed-host', `The host ${host} is among the hosts that may be reached.`);
  return judgement('ask', 'host', `It reaches ${host}, which is not among the hosts that may be reached.`);
}
