/**
 * Whether a name fits a pattern of a shell: `*` is any text, `?` and `[...]` are any one character (a set is taken for
 * everything, so that it rather matches too much). Time is linear in the pattern for each `*`; case makes no difference.
 */
export function matchWildcard(pattern: string, name: string): boolean {
  const parts = pattern.toLowerCase().match(/\[[^\]]+\]|[^]/gu) ?? [];
  const letters = Array.from(name.toLowerCase());
  let part = 0;
  let letter = 0;
  let star = -1;
  let resume = 0;
  while (letter < letters.length) {
    const current = parts[part];
    if (current === '*') {
      star = part;
      resume = letter;
      part += 1;
    } else if (current !== undefined && (current === '?' || current.length > 2 || current === letters[letter])) {
      part += 1;
      letter += 1;
    } else if (star >= 0) {
      part = star + 1;
      resume += 1;
      letter = resume;
    } else return false;
  }
  while (parts[part] === '*') part += 1;
  return part >= parts.length;
}
