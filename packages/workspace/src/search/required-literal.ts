/**
 * A text that every match of a regular expression must hold, or `''` where none is known. Careful rather than clever:
 * only runs of plain characters outside groups, classes and alternatives count, and of those the longest.
 */
export function requiredLiteral(pattern: string): string {
  if (pattern.includes('|')) return '';
  let best = '';
  let run = '';
  let depth = 0;
  const close = () => {
    if (run.length > best.length) best = run;
    run = '';
  };
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern[at] ?? '';
    let plain: string | undefined;
    if (char === '\\') {
      at += 1;
      const escaped = pattern[at] ?? '';
      if (/[a-zA-Z0-9]/.test(escaped)) {
        // The rest of an escape such as \u0041, \x41, \cJ, \k<name> or \p{L} is not text: no more is taken from here on.
        if (/[uxckpP0-9]/.test(escaped)) {
          close();
          return best;
        }
      } else plain = escaped;
    } else if (char === '[') {
      at = endOfClass(pattern, at);
    } else if (char === '(') {
      depth += 1;
    } else if (char === ')') {
      depth -= 1;
    } else if (!/[.^$*+?{}]/.test(char)) {
      plain = char;
    }
    const next = pattern[at + 1] ?? '';
    if (plain === undefined || depth > 0) {
      close();
      if (char === '{') at = skipBraces(pattern, at);
    } else if (next === '*' || next === '?' || next === '{') {
      // This character may be missing (`a*`, `a?`, `a{0,2}`).
      close();
    } else {
      run += plain;
      if (next === '+') close();
    }
  }
  close();
  return best.isWellFormed() ? best : '';
}

function endOfClass(pattern: string, open: number): number {
  for (let at = open + 1; at < pattern.length; at += 1) {
    if (pattern[at] === '\\') at += 1;
    else if (pattern[at] === ']') return at;
  }
  return pattern.length;
}

function skipBraces(pattern: string, open: number): number {
  const end = pattern.indexOf('}', open);
  return end === -1 ? open : end;
}
