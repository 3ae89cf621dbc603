import type { Event } from '@atelier/thread';

/** First line of an export, so that an import knows what it reads. */
export interface ExportHeader {
  format: 'atelier-thread';
  version: 1;
  threadId: string;
  title: string;
}

/** One JSON value a line: a header, then every event with its long texts put back in. */
export function exportJsonl(header: Omit<ExportHeader, 'format' | 'version'>, events: Event[]): string {
  const first: ExportHeader = { format: 'atelier-thread', version: 1, ...header };
  return [first, ...events].map((line) => `${JSON.stringify(line)}\n`).join('');
}
