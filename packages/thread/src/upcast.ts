import type { Event } from './events.ts';

/**
 * Lifts an event as it was stored to today's shape. The only place that knows old shapes: version 1 is the first, so
 * there is nothing to lift yet, and a log of an unknown newer version is refused instead of misread.
 */
export function upcast(stored: Omit<Event, 'type' | 'data' | 'v'> & { type: string; data: unknown; v: number }): Event {
  if (stored.v !== 1) throw new Error(`Event ${stored.seq} of thread ${stored.threadId} was written by a newer Atelier (version ${stored.v}). Update Atelier to read it.`);
  return stored as Event; // what is in the log was an Event when it was written
}
