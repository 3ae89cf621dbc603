import type { Effect } from '@atelier/thread';
import { canonicalJson } from './canonical-json.ts';

/** What an approval is bound to: the hash of the tool, its parsed input and exactly what the call would do. */
export function digestCall(call: { tool: string; input: unknown; effects: Effect[] }, sha256: (text: string) => string): string {
  return sha256(canonicalJson({ tool: call.tool, input: call.input, effects: call.effects }));
}
