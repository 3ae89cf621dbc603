/** Whether a host is on the list; `*.example.org` on it stands for every host below `example.org`. */
export function isAllowedHost(host: string, allowed: readonly string[]): boolean {
  const name = host.toLowerCase().replace(/\.$/, '');
  return allowed.some((each) => {
    const entry = each.toLowerCase();
    return entry === name || (entry.startsWith('*.') && name.endsWith(entry.slice(1)) && name.length > entry.length - 1);
  });
}
