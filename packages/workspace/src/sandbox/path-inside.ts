import path from 'node:path';

/** Whether `inner` is `outer` or lies below it; both absolute and normalized. Pure. */
export function isInside(inner: string, outer: string): boolean {
  if (outer === path.sep) return true;
  return inner === outer || inner.startsWith(outer + path.sep);
}
