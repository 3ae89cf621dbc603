import type { Effect } from '@atelier/thread';
import { matchWildcard } from './match-wildcard.ts';
import { isBelow } from './project-path.ts';
import type { PolicyLayer, PolicyRule } from './policy-layer.ts';

/** What a layer says of one effect. */
export interface LayerVerdict {
  verdict: 'allow' | 'ask' | 'deny';
  rule: string;
  reason: string;
}

/** For each layer the most specific rule that matches (the strictest of equals); for a command of each of its parts. */
export function matchLayers(layers: readonly PolicyLayer[], tool: string, effect: Effect, commands: readonly string[][], unparsed: boolean): LayerVerdict[] {
  return layers.flatMap((layer) => {
    const parts: (string[] | undefined)[] = effect.kind === 'run' && commands.length > 0 ? [...commands] : [undefined];
    return parts.flatMap((part) => {
      let best: { index: number; rule: PolicyRule; weight: number } | undefined;
      for (const [index, rule] of layer.rules.entries()) {
        if (!matches(rule, tool, effect, part, unparsed)) continue;
        const weight = specificity(rule);
        if (!best || weight > best.weight || (weight === best.weight && severity[rule.verdict] > severity[best.rule.verdict])) best = { index, rule, weight };
      }
      if (!best) return [];
      const { rule, index } = best;
      return [{ verdict: rule.verdict, rule: `${layer.name}/${index + 1}`, reason: rule.reason ?? `A rule of the layer "${layer.name}" ${said[rule.verdict]}.` }];
    });
  });
}

export const severity = { allow: 0, ask: 1, deny: 2 };
const said = { allow: 'allows this', ask: 'says that this asks first', deny: 'forbids this' };

function matches(rule: PolicyRule, tool: string, effect: Effect, command: string[] | undefined, unparsed: boolean): boolean {
  if (rule.tool !== undefined && rule.tool !== tool) return false;
  if (rule.effect !== undefined && rule.effect !== effect.kind) return false;
  if (rule.path !== undefined && !('path' in effect && matchesPath(rule.path, effect.path))) return false;
  if (rule.host !== undefined) {
    const hosts = effect.kind === 'reach' ? [effect.host] : effect.kind === 'run' ? (effect.allowedHosts ?? []) : [];
    const pattern = rule.host;
    if (!hosts.some((host) => matchWildcard(pattern, host))) return false;
  }
  if (rule.command === undefined) return true;
  if (effect.kind !== 'run') return false;
  const wanted = rule.command.trim().split(/\s+/);
  // What could not be parsed may hide the command: a rule that tightens holds as soon as its program is named.
  if (unparsed && rule.verdict !== 'allow' && effect.command.includes(wanted[0] ?? '')) return true;
  return command !== undefined && wanted.every((word, index) => index < command.length && matchWildcard(word, command[index] ?? ''));
}

function matchesPath(pattern: string, path: string): boolean {
  if (!/[*?]/.test(pattern)) return isBelow(path, pattern);
  const source = pattern.replace(/^\.\//, '').replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*\*\/|\*\*|\*|\?/g, (found) => ({ '**/': '(?:.*/)?', '**': '.*', '*': '[^/]*', '?': '[^/]' })[found] ?? found);
  return new RegExp(`^${source}(?:/.*)?$`, 'i').test(path);
}

function specificity(rule: PolicyRule): number {
  const fields = [rule.tool, rule.effect, rule.path, rule.command, rule.host];
  return fields.reduce((sum, field) => sum + (field === undefined ? 0 : 1000 + field.replaceAll('*', '').length), 0);
}
