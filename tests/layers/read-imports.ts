/** How a file names another module. `type`: erased before it runs; `dynamic`: an `import()` call. */
export interface Import {
  specifier: string;
  line: number;
  kind: 'static' | 'type' | 'dynamic';
}

/** Reads the imports of a TypeScript or JavaScript source without a compiler. Comments and texts do not count. */
export function readImports(source: string): Import[] {
  const masked = maskSource(source);
  const found: Import[] = [];
  for (const { pattern, kind } of patterns) {
    for (const match of masked.matchAll(pattern)) {
      const opening = match.index + match[0].length;
      const specifier = source.slice(opening, masked.indexOf(masked[opening - 1] ?? "'", opening));
      found.push({ specifier, line: lineAt(source, match.index + match[0].search(/\S/)), kind: kind ?? kindOfClause(match[0]) });
    }
  }
  return found.toSorted((left, right) => left.line - right.line);
}

const patterns: { pattern: RegExp; kind?: Import['kind'] }[] = [
  { pattern: /(?:^|[;}])[^\S\n]*(?:import|export)\b[^;'"`=()]*?\bfrom\s*['"]/gm },
  { pattern: /(?:^|[;}])[^\S\n]*import\s*['"]/gm, kind: 'static' },
  { pattern: /(?<![.\w])import\s*\(\s*['"]/g, kind: 'dynamic' },
];

/** `import type …`, or braces in which every name is marked `type`. */
function kindOfClause(clause: string): Import['kind'] {
  if (/^\W*(?:import|export)\s+type\b(?!\s*(?:,|from\s*['"]))/.test(clause)) return 'type';
  const braces = /^\W*(?:import|export)\s*\{([^}]*)\}/.exec(clause)?.[1];
  const names = braces?.split(',').map((name) => name.trim()).filter((name) => name !== '') ?? [];
  return names.length > 0 && names.every((name) => name.startsWith('type ')) ? 'type' : 'static';
}

export function lineAt(source: string, index: number): number {
  let line = 1;
  for (let at = source.indexOf('\n'); at !== -1 && at < index; at = source.indexOf('\n', at + 1)) line += 1;
  return line;
}

/** The source with the same length and lines, in which comments are blank and the insides of texts and regular expressions are `_`. */
export function maskSource(source: string): string {
  const output: string[] = [];
  /** For each template that is open: how many braces are open inside its `${`. */
  const templates: number[] = [];
  let index = 0;
  const copy = (until: number): void => { output.push(source.slice(index, until)); index = until; };
  const hide = (until: number, mask: string): void => { output.push(source.slice(index, until).replace(/[^\n]/g, mask)); index = until; };
  const template = (): void => {
    const end = source.slice(index).search(/(?<!\\)(?:\\\\)*(?:`|\$\{)/);
    const stop = end === -1 ? source.length : index + end + (/^(?:\\\\)*/.exec(source.slice(index + end))?.[0].length ?? 0);
    hide(stop, '_');
    if (source[index] === '$') { templates.push(0); copy(index + 2); } else copy(index + 1);
  };
  while (index < source.length) {
    const character = source[index] ?? '';
    const two = source.slice(index, index + 2);
    if (two === '//') hide(endOf(source, '\n', index), ' ');
    else if (two === '/*') hide(Math.min(source.length, endOf(source, '*/', index + 2) + 2), ' ');
    else if (character === "'" || character === '"') { copy(index + 1); hide(endOfText(source, index, character), '_'); copy(index + 1); }
    else if (character === '`') { copy(index + 1); template(); }
    else if (character === '/' && startsRegex(output)) { copy(index + 1); hide(endOfRegex(source, index), '_'); copy(index + 1); }
    else if (character === '}' && templates.at(-1) === 0) { templates.pop(); copy(index + 1); template(); }
    else {
      const depth = templates.length - 1;
      if (depth >= 0 && character === '{') templates[depth] = (templates[depth] ?? 0) + 1;
      if (depth >= 0 && character === '}') templates[depth] = (templates[depth] ?? 0) - 1;
      copy(index + (/^[\w$\s]+/.exec(source.slice(index, index + 200))?.[0].length ?? 1));
    }
  }
  return output.join('');
}

function endOf(source: string, text: string, from: number): number {
  const at = source.indexOf(text, from);
  return at === -1 ? source.length : at;
}

/** A quoted text ends at its quote, or at the line's end where it is not one (an apostrophe in JSX). */
function endOfText(source: string, from: number, quote: string): number {
  for (let at = from; at < source.length; at += 1) {
    if (source[at] === '\\') at += 1;
    else if (source[at] === quote || source[at] === '\n') return at;
  }
  return source.length;
}

function endOfRegex(source: string, from: number): number {
  let inClass = false;
  for (let at = from; at < source.length; at += 1) {
    const character = source[at];
    if (character === '\\') at += 1;
    else if (character === '\n') return at;
    else if (character === '[') inClass = true;
    else if (character === ']') inClass = false;
    else if (character === '/' && !inClass) return at;
  }
  return source.length;
}

/** A slash after an operator, an opening bracket or a keyword begins a regular expression; otherwise it divides. */
function startsRegex(before: string[]): boolean {
  const tail = before.slice(-8).join('').trimEnd();
  return tail === '' || /[=(,:;!&|?{}[+\-*%^~>]$/.test(tail) || /\b(?:return|typeof|case|in|of|do|else|void|throw|new|await|yield)$/.test(tail);
}
