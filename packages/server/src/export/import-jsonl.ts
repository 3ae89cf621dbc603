import { parseEvent, replaceLongTexts } from '@atelier/thread';
import type { BlobText, Event, EventOf } from '@atelier/thread';
import { z } from 'zod';

const Header = z.object({ format: z.literal('atelier-thread'), version: z.literal(1), threadId: z.string(), title: z.string(), events: z.number().int().optional() });

/** What is wrong with an import, and in which line. */
export class ImportError extends Error {
  override name = 'ImportError';
}

const BlobLine = z.object({ blob: z.string().regex(/^[0-9a-f]{64}$/), text: z.string() });

export interface ImportedThread {
  threadId: string;
  title: string;
  created: EventOf<'thread.created'>;
  rest: Event[];
}

/** Reads the JSONL of an export. The whole of it is checked before anything is kept. Throws `ImportError`. */
export function importJsonl(text: string, keep: (text: string) => BlobText): ImportedThread {
  const lines = text.split('\n').map((line, index) => ({ number: index + 1, line })).filter(({ line }) => line.trim() !== '');
  const [first, ...others] = lines;
  if (first === undefined) throw new ImportError('The file is empty. Give the JSONL that `atelier thread export --format jsonl` wrote.');
  const header = attempt(first.number, () => Header.parse(JSON.parse(first.line)));
  const values = others.map(({ number, line }) => ({ number, value: attempt(number, () => JSON.parse(line) as unknown) }));
  const blobs = values.flatMap(({ value }) => BlobLine.safeParse(value).data ?? []);
  const parsed = values.slice(0, values.length - blobs.length).map(({ number, value }) => ({ number, event: attempt(number, () => parseEvent(value)) }));
  for (const [index, { number, event }] of parsed.entries()) {
    if (event.seq !== index + 1) throw new ImportError(`Line ${number}: event ${event.seq} stands where event ${index + 1} should be. The file is not whole. Nothing was imported.`);
    if (event.threadId !== header.threadId) throw new ImportError(`Line ${number}: the event belongs to another thread. Nothing was imported.`);
  }
  const [created, ...rest] = parsed.map(({ event }) => event);
  if (created?.type !== 'thread.created') throw new ImportError('The file holds no thread: its first event is not thread.created. Nothing was imported.');
  if (header.events !== undefined && header.events !== parsed.length) throw new ImportError(`The file was cut off: it should hold ${header.events} events, and has ${parsed.length}. Nothing was imported.`);
  for (const { text: whole } of blobs) keep(whole); // named by its own hash, whatever the line says
  return { threadId: header.threadId, title: header.title, created, rest: rest.map((event) => replaceLongTexts(event, keep)) };
}

function attempt<Result>(line: number, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    const why = error instanceof z.ZodError ? error.issues.slice(0, 3).map((issue) => `${issue.path.join('.') || 'value'}: ${issue.message}`).join('; ') : error instanceof Error ? error.message : String(error);
    throw new ImportError(`Line ${line} cannot be read: ${why}. Nothing was imported.`);
  }
}
