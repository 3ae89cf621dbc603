/** Colours and weights for a terminal; without colour each function gives its text back. */
export type Style = Record<StyleName, (text: string) => string>;
export type StyleName = keyof typeof codes;

const codes = {
  bold: [1, 22], dim: [2, 22], italic: [3, 23], underline: [4, 24], strike: [9, 29],
  red: [31, 39], green: [32, 39], yellow: [33, 39], blue: [34, 39], magenta: [35, 39], cyan: [36, 39],
} as const;

/** SGR sequences of ECMA-48; only the sixteen colours, so that the person's theme decides how they look. */
export function createStyle(color: boolean): Style {
  const entries = Object.entries(codes).map(([name, [on, off]]) => {
    const open = `\u001B[${on}m`;
    const close = `\u001B[${off}m`;
    // A close inside the text (bold in dim) would end this style too early: it is opened again after it.
    const paint = (text: string): string => (text === '' ? '' : open + text.replaceAll(close, close + open) + close);
    return [name, color ? paint : (text: string): string => text];
  });
  return Object.fromEntries(entries) as Style; // one function for each name in `codes`
}
