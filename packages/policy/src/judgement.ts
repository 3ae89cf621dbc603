import type { Authority, Effect, Mode } from '@atelier/thread';
import type { PolicyLayer } from './policy-layer.ts';

/** Everything that a verdict depends on. */
export interface EvaluateOptions {
  tool: string;
  effects: Effect[];
  mode: Mode;
  authority: Authority;
  sandbox: 'bubblewrap' | 'seatbelt' | 'none';
  /** Outermost first; each can only tighten. */
  layers: readonly PolicyLayer[];
  /** Shapes of the grants that people gave in this thread; what is not a shape grants nothing. */
  grants: readonly unknown[];
  facts: {
    /** Absolute path of the project's folder. */
    root: string;
    isSecret(path: string): boolean;
    /** The project's own checks, which run without asking where a sandbox holds them. */
    checks: readonly string[];
    allowedHosts: readonly string[];
  };
}

/** What the built-in rules say of one effect. */
export interface EffectJudgement {
  verdict: 'allow' | 'ask' | 'deny';
  rule: string;
  reason: string;
  destructive: boolean;
  readOnly: boolean;
  /** Whether a person may allow it for the rest of the thread. */
  grantable: boolean;
  /** The commands of a line, for rules about commands. */
  commands: string[][];
  unparsed: boolean;
}

export function judgement(verdict: 'allow' | 'ask' | 'deny', rule: string, reason: string, more: Partial<EffectJudgement> = {}): EffectJudgement {
  return { verdict, rule: `built-in/${rule}`, reason, destructive: false, readOnly: false, grantable: false, commands: [], unparsed: false, ...more };
}
