import { WorkspaceError } from '../port.ts';
import type { GrepMatch, GrepQuery, GrepResult } from '../port.ts';
import type { LineSearch } from './line-search.ts';
import { createBoundedRunner } from './run-bounded.ts';

export interface TextSource {
  /** Paths to search, in the order of the answer. */
  paths: Iterable<string>;
  /** A file's bytes, or undefined for what is not searched (binary, too large, gone). Called once for each path; the bytes are good until the next call. */
  readBytes: (path: string) => Buffer | undefined;
}

export const defaultMaxMatches = 200;
const sliceMs = 12;
const batchBytes = 4 * 1024 * 1024;
/** One batch of matching may take this long; only a runaway expression does. */
const batchTimeoutMs = 2_000;

/**
 * Searches texts in slices of about ten milliseconds, so that the process stays responsive and `signal` is heard. Ends
 * with `truncated` at `maxMatches` or after `deadlineMs`. Errors: `aborted`; `failed` for an expression that runs away.
 */
export async function searchTexts(search: LineSearch, source: TextSource, query: GrepQuery, deadlineMs: number): Promise<GrepResult> {
  const runBounded = createBoundedRunner();
  const maxMatches = query.maxMatches ?? defaultMaxMatches;
  const matches: GrepMatch[] = [];
  const started = performance.now();
  let sliceStarted = started;
  let filesSearched = 0;
  let truncated = false;
  let batch: { path: string; bytes: Buffer }[] = [];
  let size = 0;

  function matchBatch(): void {
    const work = batch;
    batch = [];
    size = 0;
    if (work.length === 0 || truncated) return;
    const match = () => {
      const found: GrepMatch[] = [];
      for (const { path, bytes } of work) {
        const { matches: here, more } = search.search(path, bytes, maxMatches - matches.length - found.length);
        found.push(...here);
        if (more) return { found, more };
      }
      return { found, more: false };
    };
    const done = search.mayRunAway ? runBounded(match, batchTimeoutMs) : { value: match() };
    if (done === undefined) {
      throw new WorkspaceError('failed', 'The expression takes too long: parts of it repeat inside one another. Simplify it (avoid forms like (a+)+), or search for plain text.');
    }
    matches.push(...done.value.found);
    truncated = done.value.more;
  }

  for (const path of source.paths) {
    const now = performance.now();
    if (now - started > deadlineMs) {
      truncated = true;
      break;
    }
    if (now - sliceStarted > sliceMs) {
      matchBatch();
      await new Promise((resolve) => setImmediate(resolve));
      sliceStarted = performance.now();
    }
    if (query.signal?.aborted) throw new WorkspaceError('aborted', 'The search was cancelled.');
    if (truncated) break;
    const bytes = source.readBytes(path);
    if (bytes === undefined) continue;
    filesSearched += 1;
    if (!search.mayMatch(bytes)) continue;
    batch.push({ path, bytes: Buffer.from(bytes) });
    size += bytes.length;
    if (size > batchBytes) matchBatch();
  }
  matchBatch();
  return { matches, filesSearched, truncated };
}
