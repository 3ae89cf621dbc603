const SAMPLE = 60;
const LOOKED_AT = 6000;
const TIMES = 25;

/**
 * Whether a text has come to repeat its end without end: its last `SAMPLE` characters stand at least `TIMES` times in its
 * last `LOOKED_AT`. Cheap: looks only once in a while, and never at tables or rules of one character.
 */
export function isRepeating(text: string): boolean {
  if (text.length < LOOKED_AT || text.length % 7 !== 0) return false;
  const tail = text.slice(-LOOKED_AT);
  const sample = tail.slice(-SAMPLE);
  if (new Set(sample).size < 5) return false;
  let times = 0;
  for (let at = tail.indexOf(sample); at !== -1; at = tail.indexOf(sample, at + 1)) times += 1;
  return times >= TIMES;
}
