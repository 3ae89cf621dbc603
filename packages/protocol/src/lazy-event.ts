import { eventSchema } from '@atelier/thread';
import type { Event } from '@atelier/thread';
import { z } from 'zod';

/** The schema of an event, made only when the API is described or an answer is checked. */
export const lazyEvent: z.ZodType<Event> = z.lazy(() => eventSchema());
