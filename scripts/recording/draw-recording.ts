import { readScreen } from './read-screen.ts';
import type { Span } from './read-screen.ts';

/** What the terminal showed, with SGR sequences, and for how long. */
export interface Frame {
  text: string;
  ms: number;
}

const cellWidth = 8.4;
const lineHeight = 18;
const margin = 18;
const bar = 34;

/** Draws frames as one SVG that plays by CSS alone, in a loop. Lines that many frames share are written once. */
export function drawRecording(frames: Frame[], { columns, rows, title }: { columns: number; rows: number; title: string }): string {
  const width = Math.round(columns * cellWidth + margin * 2);
  const height = rows * lineHeight + margin + bar;
  const totalMs = frames.reduce((sum, frame) => sum + frame.ms, 0);
  const lines = new Map<string, string>();
  const bodies: string[] = [];
  const rules: string[] = [];
  let elapsed = 0;
  for (const [index, frame] of frames.entries()) {
    const uses = readScreen(frame.text).slice(0, rows).flatMap((spans, row) => {
      const drawn = drawLine(spans);
      if (drawn === '') return [];
      const id = lines.get(drawn) ?? `l${lines.size}`;
      lines.set(drawn, id);
      return [`<use href="#${id}" y="${row * lineHeight}"/>`];
    });
    const from = percent(elapsed, totalMs);
    elapsed += frame.ms;
    const to = percent(elapsed, totalMs);
    rules.push(`@keyframes k${index}{0%{visibility:hidden}${from}%{visibility:visible}${to}%{visibility:${index === frames.length - 1 ? 'visible' : 'hidden'}}${index === frames.length - 1 ? '' : '100%{visibility:hidden}'}}#f${index}{animation-name:k${index}}`);
    bodies.push(`<g class="f" id="f${index}">${uses.join('')}</g>`);
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escape(title)}">`,
    `<title>${escape(title)}</title>`,
    `<style>text{font:14px ui-monospace,'SF Mono','DejaVu Sans Mono',Menlo,Consolas,monospace;white-space:pre}.f{visibility:hidden;animation:${(totalMs / 1000).toFixed(2)}s step-end infinite}@media(prefers-reduced-motion:reduce){.f{animation:none}#f${frames.length - 1}{visibility:visible}}${rules.join('')}</style>`,
    `<rect width="${width}" height="${height}" rx="10" fill="#0d1117"/><circle cx="20" cy="17" r="5" fill="#30363d"/><circle cx="38" cy="17" r="5" fill="#30363d"/><circle cx="56" cy="17" r="5" fill="#30363d"/>`,
    `<defs>${[...lines].map(([drawn, id]) => `<g id="${id}">${drawn}</g>`).join('')}</defs>`,
    `<g fill="#c9d1d9" transform="translate(${margin} ${bar})">${bodies.join('\n')}</g>`,
    '</svg>', '',
  ].join('\n');
}

function drawLine(spans: Span[]): string {
  let column = 0;
  let backs = '';
  let texts = '';
  for (const span of spans) {
    const length = Array.from(span.text).length;
    if (span.back !== undefined) backs += `<rect x="${round(column * cellWidth)}" width="${round(length * cellWidth)}" height="${lineHeight}" fill="${span.back}"/>`;
    if (span.text.trim() !== '') {
      const style = [span.colour === undefined ? '' : ` fill="${span.colour}"`, span.bold ? ' font-weight="700"' : '', span.dim ? ' opacity="0.6"' : '', span.italic ? ' font-style="italic"' : ''].join('');
      texts += `<text x="${round(column * cellWidth)}" y="13" textLength="${round(length * cellWidth)}" lengthAdjust="spacingAndGlyphs"${style}>${escape(span.text)}</text>`;
    }
    column += length;
  }
  return backs + texts;
}

function percent(part: number, whole: number): string {
  return (part / whole * 100).toFixed(3);
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[character] ?? character);
}
