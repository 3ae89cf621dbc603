import type { Event } from '@atelier/thread';

/** First line of an export, so that an import knows what it reads. */
export interface ExportHeader {
  format: 'atelier-thread';
  version: 1;
  threadId: string;
  title: string;
  /** How many events follow, so that a file that was cut off is noticed. */
  events: number;
}

/** A line for a text that events only name: the whole of an output that was shortened for the model. */
export interface ExportedBlob {
  blob: string;
  text: string;
}

/** One JSON value a line: a header, every event with its long texts put back in, then the texts that events only name. */
export function exportJsonl(header: Omit<ExportHeader, 'format' | 'version' | 'events'>, events: Event[], blobs: ExportedBlob[] = []): string {
  const first: ExportHeader = { format: 'atelier-thread', version: 1, ...header, events: events.length };
  return [first, ...events, ...blobs].map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** The texts that events only name, by hash. */
export function namedBlobs(events: Event[]): string[] {
  const names = events.flatMap((event) => (event.type === 'tool.completed' && event.data.whole !== undefined ? [event.data.whole.blob] : []));
  return [...new Set(names)];
}
