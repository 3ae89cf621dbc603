import type { Effect } from '@atelier/thread';
import { describeGrant, GrantShape, grantShape } from './grant.ts';
import { judgeEffect } from './judge-effect.ts';
import type { EffectJudgement, EvaluateOptions } from './judgement.ts';
import { matchLayers, severity } from './match-layers.ts';

export interface Evaluation {
  verdict: 'allow' | 'ask' | 'deny';
  /** The rule that decided: `built-in/...`, or the layer's name and the rule's number in it. */
  rule: string;
  /** A sentence for people. */
  reason: string;
  destructive: boolean;
  readOnly: boolean;
  /** Whether files must be saved before the call. */
  needsCheckpoint: boolean;
  /** What "always" would allow from now on; left out where it must ask each time. */
  grant?: { shape: unknown; describes: string };
}

/** Judges a prepared call by its effects: the strictest verdict of the built-in rules and of every layer. Pure, below a millisecond. */
export function evaluate(options: EvaluateOptions): Evaluation {
  const { effects, facts } = options;
  const grants = options.grants.flatMap((shape) => GrantShape.safeParse(shape).data ?? []);
  const judged = effects.map((effect) => ({ effect, ...judgeEffect(effect, options, grants) }));
  let decisive: { verdict: 'allow' | 'ask' | 'deny'; rule: string; reason: string } = { verdict: 'allow', rule: 'built-in/no-effect', reason: 'It changes nothing.' };
  let fromLayer = false;
  for (const [index, each] of judged.entries()) {
    if (index === 0 || severity[each.verdict] > severity[decisive.verdict]) {
      decisive = { verdict: each.verdict, rule: each.rule, reason: each.reason };
      fromLayer = false;
    }
    for (const said of matchLayers(options.layers, options.tool, each.effect, each.commands, each.unparsed)) {
      if (said.verdict === 'ask') fromLayer = true;
      if (severity[said.verdict] > severity[decisive.verdict]) decisive = said;
    }
  }
  const evaluation: Evaluation = {
    ...decisive,
    destructive: judged.some((each) => each.destructive),
    readOnly: judged.every((each) => each.readOnly),
    needsCheckpoint: effects.some((effect, index) => effect.kind === 'write' || effect.kind === 'delete' || (effect.kind === 'run' && judged[index]?.readOnly === false)),
  };
  const shape = decisive.verdict === 'ask' && !fromLayer ? offeredGrant(judged, facts) : undefined;
  return shape === undefined ? evaluation : { ...evaluation, grant: { shape, describes: describeGrant(shape) } };
}

/** A grant is offered only where it would answer the whole question. */
function offeredGrant(judged: (EffectJudgement & { effect: Effect })[], facts: EvaluateOptions['facts']): GrantShape | undefined {
  const asking = judged.filter((each) => each.verdict === 'ask');
  const [only] = asking;
  if (only === undefined || asking.length > 1 || !only.grantable) return undefined;
  if (only.effect.kind === 'write') return { kind: 'write', path: only.effect.path };
  return only.effect.kind === 'run' ? grantShape(only.effect.command, { root: facts.root, isSecret: facts.isSecret, directory: only.effect.directory }) : undefined;
}
