import { fingerprint } from '@atelier/thread';
import { z } from 'zod';
import { canonicalJson } from './canonical-json.ts';

/** Says what happens to the effects it matches. Every field that is given must match; without any it matches everything. */
export const PolicyRule = z.strictObject({
  /** The tool's name. */
  tool: z.string().optional(),
  effect: z.enum(['read', 'write', 'delete', 'run', 'reach', 'stop']).optional(),
  /** Pattern of a path relative to the root: `*` within a name, `**` across folders; a folder's name means all below it. */
  path: z.string().optional(),
  /** The first words of a command, in which `*` is any text; it is compared with each command of a line. */
  command: z.string().optional(),
  /** A host; `*` is any text. */
  host: z.string().optional(),
  verdict: z.enum(['allow', 'ask', 'deny']),
  /** A sentence for people. */
  reason: z.string().optional(),
});
export type PolicyRule = z.infer<typeof PolicyRule>;

/** One source of rules: organization, project, user. Layers can only tighten what the built-in rules say. */
export const PolicyLayer = z.strictObject({ name: z.string(), rules: z.array(PolicyRule) });
export type PolicyLayer = z.infer<typeof PolicyLayer>;

/** Names the rules that judged a call: the built-in ones' version, and a short hash of the layers. */
export function policyVersion(layers: readonly PolicyLayer[]): string {
  return layers.length === 0 ? 'built-in-1' : `built-in-1-${fingerprint(canonicalJson(layers)).toString(16)}`;
}
