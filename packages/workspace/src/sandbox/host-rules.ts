import { BlockList, isIP } from 'node:net';

/** One entry of `allowedHosts`, parsed. */
export interface HostRule {
  /** Lower case, without brackets; for a wildcard what follows `*.`. */
  host: string;
  wildcard: boolean;
  port: number | undefined;
}

/** Parses `example.com`, `*.example.com`, `example.com:8080`, `[::1]:80`. An entry that is none of these matches nothing. */
export function parseHostRule(text: string): HostRule | undefined {
  const match = /^(\*\.)?(\[[0-9a-f:.]+\]|[^:\s/[\]*]+)(?::(\d{1,5}))?$/i.exec(text.trim());
  if (match === null) return undefined;
  const host = plainHost(match[2] ?? '');
  return { host, wildcard: match[1] !== undefined, port: match[3] === undefined ? undefined : Number(match[3]) };
}

/** The rule that allows this host and port, or undefined. `*.example.com` does not cover `example.com` itself. Pure. */
export function findHostRule(rules: readonly HostRule[], host: string, port: number): HostRule | undefined {
  const wanted = plainHost(host);
  return rules.find((rule) => (rule.port === undefined || rule.port === port) && (rule.wildcard ? wanted.endsWith(`.${rule.host}`) && isIP(wanted) === 0 : wanted === rule.host));
}

/**
 * Whether a connection to `address` is right under the rule that allowed the name. An address of this machine or of the
 * link (cloud metadata) needs a rule that names it (`127.0.0.1`, `localhost`); one of a private network needs an exact
 * name. Else a name that somebody else controls would open the machine's own network (DNS rebinding). Pure.
 */
export function mayReachAddress(rule: HostRule, address: string): boolean {
  const kind = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  const named = !rule.wildcard && rule.host === plainHost(address);
  if (thisMachine.check(address, kind)) return named || (!rule.wildcard && rule.host === 'localhost' && loopback.check(address, kind));
  if (privateNetworks.check(address, kind)) return named || !rule.wildcard;
  return true;
}

function plainHost(host: string): string {
  return host.replace(/^\[|\]$/g, '').replace(/\.$/, '').toLowerCase();
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

const thisMachine = new BlockList();
for (const [network, prefix] of [['0.0.0.0', 8], ['127.0.0.0', 8], ['169.254.0.0', 16], ['224.0.0.0', 4], ['240.0.0.0', 4]] as const) thisMachine.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of [['::', 127], ['fe80::', 10], ['ff00::', 8]] as const) thisMachine.addSubnet(network, prefix, 'ipv6');

const privateNetworks = new BlockList();
for (const [network, prefix] of [['10.0.0.0', 8], ['172.16.0.0', 12], ['192.168.0.0', 16], ['100.64.0.0', 10]] as const) privateNetworks.addSubnet(network, prefix, 'ipv4');
privateNetworks.addSubnet('fc00::', 7, 'ipv6');
