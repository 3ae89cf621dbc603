import { z } from 'zod';

/** Ids are UUIDv7 (RFC 9562): they sort by time and need no coordination. Foreign ids of up to 128 characters are accepted. */
export const Id = z.string().min(1).max(128).regex(/^[A-Za-z0-9_.:-]+$/);

/** Makes ids. Pass the clock and the randomness; `random` fills and returns the given bytes. */
export function createIdMaker(now: () => number, random: (bytes: Uint8Array) => Uint8Array): () => string {
  let lastMs = 0;
  let counter = 0;
  return () => {
    const bytes = random(new Uint8Array(16));
    const ms = Math.max(now(), lastMs);
    // Within one millisecond the 12 bits after the version count up, so that one process's ids keep their order.
    counter = ms === lastMs ? counter + 1 : ((bytes[6] ?? 0) & 0x07) << 8 | (bytes[7] ?? 0);
    lastMs = counter > 0xfff ? ms + 1 : ms;
    if (counter > 0xfff) counter = 0;
    for (let index = 5, rest = lastMs; index >= 0; index -= 1, rest = Math.floor(rest / 256)) bytes[index] = rest % 256;
    bytes[6] = 0x70 | counter >> 8;
    bytes[7] = counter & 0xff;
    bytes[8] = 0x80 | (bytes[8] ?? 0) & 0x3f;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  };
}
