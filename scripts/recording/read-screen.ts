/** A run of equal characters in a terminal's line. Colours are CSS colours. */
export interface Span {
  text: string;
  colour: string | undefined;
  back: string | undefined;
  bold: boolean;
  dim: boolean;
  italic: boolean;
}

const palette = ['#484f58', '#ff7b72', '#7ee787', '#e3b341', '#79c0ff', '#d2a8ff', '#76e3ea', '#c9d1d9', '#6e7681', '#ffa198', '#aff5b4', '#f2cc60', '#a5d6ff', '#e2c5ff', '#b3f0ff', '#ffffff'];

/** Reads a captured screen (text with SGR sequences, ECMA-48 8.3.117) as lines of spans. */
export function readScreen(screen: string): Span[][] {
  let style = plain();
  return screen.replace(/\n$/, '').split('\n').map((line) => {
    const spans: Span[] = [];
    for (const piece of line.split(/(\x1b\[[\d;:]*m|\x1b[()][A-Z0-9]|\x0e|\x0f)/)) {
      if (piece.startsWith('\x1b[')) style = applySgr(style, piece.slice(2, -1));
      else if (piece !== '' && !/^[\x1b\x0e\x0f]/.test(piece)) spans.push({ ...style, text: piece });
    }
    return spans;
  });
}

function plain(): Omit<Span, 'text'> {
  return { colour: undefined, back: undefined, bold: false, dim: false, italic: false };
}

function applySgr(before: Omit<Span, 'text'>, parameters: string): Omit<Span, 'text'> {
  const codes = parameters.split(/[;:]/).map(Number);
  const style = { ...before };
  while (codes.length > 0) {
    const code = codes.shift() ?? 0;
    if (code === 0) Object.assign(style, plain());
    else if (code === 1) style.bold = true;
    else if (code === 2) style.dim = true;
    else if (code === 3) style.italic = true;
    else if (code === 7) Object.assign(style, { colour: style.back ?? '#0d1117', back: style.colour ?? '#c9d1d9' });
    else if (code === 22) Object.assign(style, { bold: false, dim: false });
    else if (code === 23) style.italic = false;
    else if (code === 27) Object.assign(style, { colour: undefined, back: undefined });
    else if (code === 38) style.colour = extended(codes);
    else if (code === 48) style.back = extended(codes);
    else if (code === 39) style.colour = undefined;
    else if (code === 49) style.back = undefined;
    else if (code >= 30 && code <= 37) style.colour = palette[code - 30];
    else if (code >= 40 && code <= 47) style.back = palette[code - 40];
    else if (code >= 90 && code <= 97) style.colour = palette[code - 82];
    else if (code >= 100 && code <= 107) style.back = palette[code - 92];
  }
  return style;
}

function extended(codes: number[]): string | undefined {
  const kind = codes.shift();
  if (kind === 2) return `rgb(${codes.splice(0, 3).join(',')})`;
  const index = codes.shift() ?? 0;
  if (index < 16) return palette[index];
  if (index >= 232) return `rgb(${Array.from({ length: 3 }, () => 8 + (index - 232) * 10).join(',')})`;
  const level = (value: number): number => (value === 0 ? 0 : 55 + value * 40);
  return `rgb(${[Math.floor((index - 16) / 36), Math.floor((index - 16) / 6) % 6, (index - 16) % 6].map(level).join(',')})`;
}
