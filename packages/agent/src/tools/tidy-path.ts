/**
 * The path that a model gave, relative to the root, with `/`, without `.` and `..`, so that policy and the workspace judge
 * the same words. An absolute path under the root becomes relative; a path that leaves the root keeps what shows it
 * (a leading `..` or `/`) and is refused by the workspace.
 */
export function tidyPath(root: string, path: string): string {
  const inside = path === root ? '.' : path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path;
  const parts: string[] = [];
  for (const part of inside.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else parts.push(part);
  }
  const tidied = parts.join('/');
  if (inside.startsWith('/')) return `/${tidied}`;
  return tidied === '' ? '.' : tidied;
}

/** The last name of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The folder that holds a path; `.` for the root's own entries. */
export function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash <= 0 ? '.' : path.slice(0, slash);
}
