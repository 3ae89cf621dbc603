import type { Usage } from '@atelier/thread';

/** `940 ms`, `12.3 s`, `2 min 5 s`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** `950`, `12.3k`, `1.2M`. */
export function formatCount(count: number): string {
  if (count < 1000) return String(count);
  return count < 1_000_000 ? `${trim(count / 1000)}k` : `${trim(count / 1_000_000)}M`;
}

/** `12.3k tokens in, 950 out`; cached ones are said where there are any. */
export function formatUsage(usage: Usage): string {
  const cached = usage.cachedInput > 0 ? ` (${formatCount(usage.cachedInput)} cached)` : '';
  return `${formatCount(usage.input)} tokens in${cached}, ${formatCount(usage.output)} out`;
}

/** `$0.0123`; nothing where the price is not known. */
export function formatCost(usd: number | undefined): string {
  if (usd === undefined || usd === 0) return '';
  return usd < 0.0001 ? '<$0.0001' : `$${usd < 1 ? usd.toFixed(4) : usd.toFixed(2)}`;
}

/** How long ago, for lists: `just now`, `5 min ago`, `3 h ago`, then the date. */
export function formatAge(iso: string, now: number): string {
  const minutes = Math.floor((now - Date.parse(iso)) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  return minutes < 60 * 24 ? `${Math.floor(minutes / 60)} h ago` : iso.slice(0, 10);
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function trim(value: number): string {
  return value.toFixed(value < 100 ? 1 : 0).replace(/\.0$/, '');
}
