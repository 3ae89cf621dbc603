/** What one result may add to a prompt, in bytes. */
export const MAX_OUTPUT_BYTES = 48 * 1024;

/** A line for a model: cut after `max` characters, and said so. */
export function cutLine(line: string, max = 400): string {
  return line.length <= max ? line : `${line.slice(0, max)}… (${line.length - max} more characters)`;
}

/**
 * As many whole lines as fit into `maxBytes`; `left` is how many did not. At least one line is kept.
 */
export function fitLines(lines: readonly string[], maxBytes = MAX_OUTPUT_BYTES): { lines: string[]; left: number } {
  let bytes = 0;
  let kept = 0;
  while (kept < lines.length) {
    bytes += Buffer.byteLength(lines[kept] ?? '') + 1;
    if (bytes > maxBytes && kept > 0) break;
    kept += 1;
  }
  return { lines: lines.slice(0, kept), left: lines.length - kept };
}

/** `1 line`, `2 lines`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** `512 B`, `1.2 KB`, `3.4 MB`. */
export function readableBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} KB`;
  return `${(bytes / (1024 * 1024)).toFixed(1)} MB`;
}
