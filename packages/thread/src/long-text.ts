import { z } from 'zod';

/** Longest text that is kept inside an event; a longer one is a blob. Bytes of UTF-8. */
export const INLINE_BYTES = 8 * 1024;

/** A text of more than `INLINE_BYTES`, kept as a content-addressed blob. `head` is its first part, for lists and previews. */
export const BlobText = z.object({ blob: z.string().regex(/^[0-9a-f]{64}$/), bytes: z.number().int(), head: z.string() });
export type BlobText = z.infer<typeof BlobText>;

/** A text that may be long: the text itself, or where it is kept. */
export const LongText = z.union([z.string(), BlobText]);
export type LongText = z.infer<typeof LongText>;

export function isBlobText(value: unknown): value is BlobText {
  return typeof value === 'object' && value !== null && 'blob' in value && 'bytes' in value && 'head' in value
    && typeof value.blob === 'string' && typeof value.bytes === 'number' && typeof value.head === 'string';
}

/** The text where it is here, else its head and a line that says how much is missing. */
export function shownText(text: LongText): string {
  return typeof text === 'string' ? text : `${text.head}\n… (${text.bytes} bytes in all)`;
}

/**
 * Replaces every string in a JSON value that is longer than `INLINE_BYTES` by what `keep` returns for it. Used on the
 * way into storage; `restoreLongTexts` is the way back.
 */
export function replaceLongTexts<T>(value: T, keep: (text: string) => BlobText): T {
  return mapJson(value, (leaf) => (typeof leaf === 'string' && isLong(leaf) ? keep(leaf) : leaf)) as T; // same shape, LongText fields only
}

/** Puts the texts of blobs back. `load` returns undefined for a blob that is missing; then its head stays with a note. */
export async function restoreLongTexts<T>(value: T, load: (blob: string) => Promise<string | undefined>): Promise<T> {
  const wanted = new Map<string, string | undefined>();
  mapJson(value, (leaf) => { if (isBlobText(leaf)) wanted.set(leaf.blob, undefined); return leaf; });
  if (wanted.size === 0) return value;
  for (const blob of wanted.keys()) wanted.set(blob, await load(blob));
  return mapJson(value, (leaf) => (isBlobText(leaf) ? wanted.get(leaf.blob) ?? shownText(leaf) : leaf)) as T; // same shape
}

function isLong(text: string): boolean {
  if (text.length > INLINE_BYTES) return true;
  return text.length * 3 > INLINE_BYTES && utf8Length(text) > INLINE_BYTES;
}

/** UTF-8 length without an encoder, so that the package needs neither Node's types nor the DOM's. */
export function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return bytes;
}

function mapJson(value: unknown, map: (leaf: unknown) => unknown): unknown {
  const mapped = map(value);
  if (mapped !== value || typeof value !== 'object' || value === null || isBlobText(value)) return mapped;
  if (Array.isArray(value)) {
    let changed = false;
    const items = value.map((item) => { const next = mapJson(item, map); changed ||= next !== item; return next; });
    return changed ? items : value;
  }
  let changed = false;
  const entries = Object.entries(value).map(([key, item]) => {
    const next = mapJson(item, map);
    changed ||= next !== item;
    return [key, next];
  });
  return changed ? Object.fromEntries(entries) : value;
}
