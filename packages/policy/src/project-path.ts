/**
 * Joins and normalizes without looking at the disk: `path` is absolute or relative to `directory`, which is relative to
 * `root`. Returns the path relative to the root (`.` for the root itself), or `undefined` when it lies outside.
 */
export function projectPath(root: string, directory: string, path: string): string | undefined {
  const base = path.startsWith('/') ? path : `${directory.startsWith('/') ? '' : `${root}/`}${directory}/${path}`;
  const parts = normalize(base);
  const rootParts = normalize(root);
  if (rootParts.some((part, index) => parts[index] !== part)) return undefined;
  return parts.slice(rootParts.length).join('/') || '.';
}

/** Whether one of two paths relative to the root is the other or lies below it. */
export function overlaps(left: string, right: string): boolean {
  return isBelow(left, right) || isBelow(right, left);
}

/** Whether `path` is `folder` or lies below it; letters' case is ignored, as some file systems do. */
export function isBelow(path: string, folder: string): boolean {
  const inner = tidy(path);
  const outer = tidy(folder);
  return outer === '' || inner === outer || inner.startsWith(`${outer}/`);
}

function tidy(path: string): string {
  return normalize(path).join('/').normalize('NFC').toLowerCase();
}

function normalize(path: string): string[] {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    // A leading `..` of a relative path stays, so that it lies below nothing.
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (part !== '..' || !path.startsWith('/')) parts.push(part);
  }
  return parts;
}
