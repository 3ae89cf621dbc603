import { lexer } from 'marked';
import type { MarkedToken, Token, Tokens } from 'marked';
import { cleanText, displayWidth, wrapLine } from './display-width.ts';
import type { Style } from './style.ts';

/**
 * Markdown (CommonMark and GitHub's tables, as marked reads it) as lines for a terminal of `columns`. Works on unfinished
 * text too, so that an answer can be drawn while it streams. Control characters of the text do not reach the terminal.
 */
export function renderMarkdown(markdown: string, style: Style, columns: number): string[] {
  const lines = lexer(cleanText(markdown)).flatMap((token) => renderBlock(token as MarkedToken, style, columns)); // marked's own tokens: no extension is used
  while (lines.at(-1) === '') lines.pop();
  return lines;
}

/** Where the last block of an unfinished text begins: what is before it is settled and will not change any more. */
export function settledLength(markdown: string): number {
  const tokens = lexer(markdown);
  while (tokens.at(-1)?.type === 'space') tokens.pop();
  return tokens.slice(0, -1).reduce((length, token) => length + token.raw.length, 0);
}

function renderBlock(token: MarkedToken, style: Style, columns: number): string[] {
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- every other kind is shown as it was written
  switch (token.type) {
    case 'space': return [];
    case 'heading': return [style.bold(token.depth <= 2 ? style.underline(inline(token.tokens, style)) : inline(token.tokens, style)), ''];
    case 'paragraph': return [...wrapText(inline(token.tokens, style), columns), ''];
    case 'text': return wrapText(token.tokens === undefined ? token.text : inline(token.tokens, style), columns);
    case 'code': return [...token.text.split('\n').map((line) => `  ${style.cyan(line)}`), ''];
    case 'blockquote': return [...token.tokens.flatMap((inner) => renderBlock(inner as MarkedToken, style, columns - 2)).map((line) => `${style.dim('│')} ${style.italic(line)}`), ''];
    case 'list': return [...renderList(token, style, columns), ''];
    case 'table': return [...renderTable(token, style), ''];
    case 'hr': return [style.dim('─'.repeat(Math.min(columns, 40))), ''];
    case 'html': return [...token.text.trimEnd().split('\n').map(style.dim), ''];
    default: return token.raw.trim() === '' ? [] : token.raw.trimEnd().split('\n');
  }
}

function renderList(list: Tokens.List, style: Style, columns: number): string[] {
  return list.items.flatMap((item, index) => {
    const bullet = item.task ? (item.checked === true ? '☑' : '☐') : list.ordered ? `${(list.start === '' ? 1 : list.start) + index}.` : '•';
    const indent = ' '.repeat(displayWidth(bullet) + 1);
    const lines = item.tokens.filter((token) => token.type !== 'checkbox').flatMap((token) => renderBlock(token as MarkedToken, style, columns - indent.length));
    while (lines.at(-1) === '') lines.pop();
    return (lines.length === 0 ? [''] : lines).map((line, number) => (number === 0 ? `${style.dim(bullet)} ${line}` : indent + line));
  });
}

function renderTable(table: Tokens.Table, style: Style): string[] {
  const rows = [table.header, ...table.rows].map((row) => row.map((cell) => inline(cell.tokens, style)));
  const widths = table.header.map((_cell, column) => Math.max(...rows.map((row) => displayWidth(row[column] ?? ''))));
  const draw = (row: string[]): string => row.map((cell, column) => pad(cell, widths[column] ?? 0, table.align[column] ?? 'left')).join('  ').trimEnd();
  return [style.bold(draw(rows[0] ?? [])), style.dim(widths.map((width) => '─'.repeat(width)).join('  ')), ...rows.slice(1).map(draw)];
}

function pad(text: string, width: number, align: 'left' | 'right' | 'center'): string {
  const room = Math.max(0, width - displayWidth(text));
  const before = align === 'right' ? room : align === 'center' ? Math.floor(room / 2) : 0;
  return ' '.repeat(before) + text + ' '.repeat(room - before);
}

function inline(tokens: Token[], style: Style): string {
  return (tokens as MarkedToken[]).map((token) => { // as in `renderMarkdown`
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- every other kind is shown as it was written
    switch (token.type) {
      case 'strong': return style.bold(inline(token.tokens, style));
      case 'em': return style.italic(inline(token.tokens, style));
      case 'del': return style.strike(inline(token.tokens, style));
      case 'codespan': return style.cyan(token.text);
      case 'br': return '\n';
      case 'link': {
        const label = inline(token.tokens, style);
        return token.href === token.text || token.href === `mailto:${token.text}` ? style.underline(label) : `${style.underline(label)} ${style.dim(`(${token.href})`)}`;
      }
      case 'image': return `[${token.text || 'image'}] ${style.dim(`(${token.href})`)}`;
      case 'text': return token.tokens === undefined ? token.text : inline(token.tokens, style);
      case 'escape': return token.text;
      default: return token.raw;
    }
  }).join('');
}

function wrapText(text: string, columns: number): string[] {
  return text.split('\n').flatMap((line) => wrapLine(line, columns));
}
