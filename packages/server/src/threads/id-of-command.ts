import { createHash } from 'node:crypto';
import { usersOf } from '@atelier/thread';
import type { Principal } from '@atelier/thread';

/** The id of a thread whose sender made none: it follows from the command, so that a repeated command makes one thread. A UUIDv8 (RFC 9562). */
export function idOfCommand(principal: Principal, commandId: string, source = ''): string {
  const hex = createHash('sha256').update(JSON.stringify([usersOf(principal), commandId, source])).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
