import type { FileChange } from '../port.ts';
import type { ShadowRepository } from './shadow-repository.ts';

/** A path whose entry differs between two trees; `null` where there is none. An entry is `mode object`. */
export interface EntryChange {
  path: string;
  before: string | null;
  after: string | null;
}

/** Paths that differ between two trees. A rename is a deletion and an addition. */
export async function entryChanges(repository: ShadowRepository, from: string, to: string): Promise<EntryChange[]> {
  const fields = (await repository.git(['diff-tree', '-r', '-z', '--raw', '--no-renames', from, to])).split('\0');
  const changes: EntryChange[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [oldMode = '', newMode = '', oldObject = '', newObject = ''] = (fields[at] ?? '').slice(1).split(' ');
    const entry = (mode: string, object: string) => (mode === '000000' ? null : `${mode} ${object}`);
    changes.push({ path: fields[at + 1] ?? '', before: entry(oldMode, oldObject), after: entry(newMode, newObject) });
  }
  return changes;
}

/** The same for people: kinds and counts of lines. `before` and `after` are Git's object ids of the contents. */
export async function fileChanges(repository: ShadowRepository, from: string, to: string): Promise<FileChange[]> {
  const [entries, counts] = await Promise.all([entryChanges(repository, from, to), lineCounts(repository, from, to)]);
  return entries.map(({ path, before, after }) => {
    const count = counts.get(path) ?? { added: 0, removed: 0, binary: false };
    const kind = before === null ? 'added' : after === null ? 'deleted' : 'changed';
    return { path, kind, before: objectOf(before), after: objectOf(after), ...count };
  });
}

async function lineCounts(repository: ShadowRepository, from: string, to: string) {
  const counts = new Map<string, { added: number; removed: number; binary: boolean }>();
  for (const line of (await repository.git(['diff-tree', '-r', '-z', '--numstat', '--no-renames', '--no-textconv', from, to])).split('\0')) {
    const match = /^(\d+|-)\t(\d+|-)\t([^]*)$/.exec(line);
    if (match === null) continue;
    const [, added = '', removed = '', path = ''] = match;
    counts.set(path, added === '-' ? { added: 0, removed: 0, binary: true } : { added: Number(added), removed: Number(removed), binary: false });
  }
  return counts;
}

function objectOf(entry: string | null): string | null {
  return entry === null ? null : (entry.split(' ')[1] ?? null);
}
