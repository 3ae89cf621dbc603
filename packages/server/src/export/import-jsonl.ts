import { parseEvent, replaceLongTexts } from '@atelier/thread';
import type { BlobText, Event } from '@atelier/thread';
import { z } from 'zod';

const Header = z.object({ format: z.literal('atelier-thread'), version: z.literal(1), threadId: z.string(), title: z.string() });

/** What is wrong with an import, and in which line. */
export class ImportError extends Error {
  override name = 'ImportError';
}

/** Reads the JSONL of an export. The whole of it is checked before anything is kept. Throws `ImportError`. */
export function importJsonl(text: string, keep: (text: string) => BlobText): { threadId: string; title: string; events: Event[] } {
  const lines = text.split('\n').map((line, index) => ({ number: index + 1, line })).filter(({ line }) => line.trim() !== '');
  const [first, ...rest] = lines;
  if (first === undefined) throw new ImportError('The file is empty. Give the JSONL that `atelier thread export --format jsonl` wrote.');
  const header = attempt(first.number, () => Header.parse(JSON.parse(first.line)));
  const parsed = rest.map(({ number, line }) => ({ number, event: attempt(number, () => parseEvent(JSON.parse(line))) }));
  for (const [index, { number, event }] of parsed.entries()) {
    if (event.seq !== index + 1) throw new ImportError(`Line ${number}: event ${event.seq} stands where event ${index + 1} should be. The file is not whole.`);
    if (event.threadId !== header.threadId) throw new ImportError(`Line ${number}: the event belongs to another thread.`);
  }
  if (parsed[0]?.event.type !== 'thread.created') throw new ImportError('The file holds no thread: its first event is not thread.created.');
  return { threadId: header.threadId, title: header.title, events: parsed.map(({ event }) => replaceLongTexts(event, keep)) };
}

function attempt<Result>(line: number, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    const why = error instanceof z.ZodError ? error.issues.slice(0, 3).map((issue) => `${issue.path.join('.') || 'value'}: ${issue.message}`).join('; ') : error instanceof Error ? error.message : String(error);
    throw new ImportError(`Line ${line} cannot be read: ${why}. Nothing was imported.`);
  }
}
