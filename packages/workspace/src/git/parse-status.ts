import type { Git, GitStatusEntry } from '../port.ts';

/**
 * Reads `git status --porcelain=v2 --branch -z` (git-status(1), "Porcelain Format Version 2"). `prefix` is the root's
 * path in the repository, with its slash; paths come back relative to the root, and what lies outside of it is left out.
 */
export function parseStatus(output: string, prefix: string): Awaited<ReturnType<Git['status']>> {
  const status: Awaited<ReturnType<Git['status']>> = { branch: undefined, upstream: undefined, ahead: 0, behind: 0, entries: [] };
  const inside = (path: string | undefined) => (path?.startsWith(prefix) ? path.slice(prefix.length) : undefined);
  const add = (path: string | undefined, code: string, from?: string) => {
    const here = inside(path);
    const entry: GitStatusEntry = { path: here ?? '', code, ...(inside(from) !== undefined && { from: inside(from) ?? '' }) };
    if (here !== undefined) status.entries.push(entry);
  };
  const records = output.split('\0');
  for (let at = 0; at < records.length; at += 1) {
    const record = records[at] ?? '';
    const fields = record.split(' ');
    const rest = (count: number) => fields.slice(count).join(' ');
    switch (fields[0] ?? '') {
      case '#':
        readHeader(fields, status);
        break;
      case '1':
        add(rest(8), fields[1] ?? '..');
        break;
      case '2':
        at += 1;
        add(rest(9), fields[1] ?? '..', records[at]);
        break;
      case 'u':
        add(rest(10), fields[1] ?? 'UU');
        break;
      case '?':
        add(rest(1), '??');
        break;
      default:
        break;
    }
  }
  return status;
}

function readHeader(fields: string[], status: Awaited<ReturnType<Git['status']>>): void {
  const value = fields.slice(2).join(' ');
  if (fields[1] === 'branch.head') status.branch = value === '(detached)' ? undefined : value;
  if (fields[1] === 'branch.upstream') status.upstream = value;
  if (fields[1] === 'branch.ab') {
    status.ahead = Number(fields[2]?.slice(1) ?? 0);
    status.behind = Number(fields[3]?.slice(1) ?? 0);
  }
}
