import type { Thrown } from './read-thrown.ts';

/**
 * How long the provider asks to wait: `retry-after-ms` (OpenAI), `retry-after` in seconds or as a date (RFC 9110, 10.2.3),
 * or the `retryDelay` of a `google.rpc.RetryInfo` in the body (Gemini).
 * Undefined where it asks nothing, or nothing that can be read.
 */
export function retryAfterMs({ headers, body }: Pick<Thrown, 'headers' | 'body'>, now: number): number | undefined {
  const exact = number(headers['retry-after-ms']);
  if (exact !== undefined) return exact;
  const value = headers['retry-after'];
  const inSeconds = number(value);
  if (inSeconds !== undefined) return inSeconds * 1000;
  const date = value === undefined ? Number.NaN : Date.parse(value);
  if (!Number.isNaN(date)) return Math.max(0, date - now);
  const delay = number(/"retryDelay":\s*"([\d.]+)s"/.exec(body)?.[1]);
  return delay === undefined ? undefined : delay * 1000;
}

function number(text: string | undefined): number | undefined {
  const value = text === undefined || text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) && value >= 0 ? value : undefined;
}
