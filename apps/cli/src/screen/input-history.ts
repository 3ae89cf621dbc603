import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What the person has sent before, oldest first, kept in the data folder over restarts. */
export interface InputHistory {
  readonly entries: readonly string[];
  add(text: string): void;
}

const mostEntries = 500;

export function openInputHistory(home: string): InputHistory {
  const path = join(home, 'input-history.jsonl');
  const entries = readEntries(path);
  return {
    entries,
    add(text) {
      if (entries.at(-1) === text) return;
      entries.push(text);
      try {
        mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
        if (entries.length > mostEntries * 2) {
          entries.splice(0, entries.length - mostEntries);
          writeFileSync(path, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''), { mode: 0o600 });
        } else appendFileSync(path, `${JSON.stringify(text)}\n`, { mode: 0o600 });
      } catch {
        // A folder that cannot be written costs the memory of this line, and never the line itself; the server tells of it.
      }
    },
  };
}

function readEntries(path: string): string[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return []; // the first start
  }
  return text.split('\n').flatMap((line) => {
    try {
      const entry: unknown = JSON.parse(line);
      return typeof entry === 'string' ? [entry] : [];
    } catch {
      return []; // a line that a crash cut
    }
  }).slice(-mostEntries);
}
