import { readText } from './api.js';
import { bytes, element } from './dom.js';

/** Words of a model: code fences and inline code are drawn, everything else stays text as it is. */
export function words(text) {
  const pieces = text.split(/^[ \t]*(?:```|~~~)[^\n]*\n?/m);
  return pieces.map((piece, index) => {
    if (index % 2 === 1) return element('pre', {}, element('code', {}, piece.replace(/\n$/, '')));
    return piece.trim() === '' ? '' : element('div', { class: 'words' }, inline(piece.trim()));
  });
}

function inline(text) {
  return text.split(/(`[^`\n]+`|\*\*[^*\n]+\*\*)/).map((part) => {
    if (/^`[^`]+`$/.test(part)) return element('code', {}, part.slice(1, -1));
    if (/^\*\*[^*]+\*\*$/.test(part)) return element('strong', {}, part.slice(2, -2));
    return part;
  });
}

/** A text that may be kept as a blob: its head, and a button that fetches the rest. `draw` makes elements of a text. */
export function longText(text, draw) {
  if (typeof text === 'string') return draw(text);
  const holder = element('div', {}, draw(text.head));
  return element('div', {}, holder, showWhole(text, (whole) => holder.replaceChildren(element('div', {}, draw(whole)))));
}

/** A button that fetches a blob's text. */
export function showWhole({ blob, bytes: size }, show) {
  const button = element('button', { type: 'button', class: 'plain small' }, `Show all of it (${bytes(size)})`);
  button.addEventListener('click', () => {
    button.disabled = true;
    readText(`/api/blobs/${blob}`).then((text) => { show(text); button.remove(); }, (error) => { button.disabled = false; button.textContent = error.message; });
  });
  return button;
}

/** A unified diff with its added and removed lines marked by colour and by their signs. */
export function diff(text) {
  const kinds = { '+': 'add', '-': 'del', '@': 'hunk' };
  const lines = text.replace(/\n$/, '').split('\n');
  return element('pre', { class: 'diff' }, lines.map((line) => element('span', { class: /^(?:\+\+\+|---|diff |index )/.test(line) ? 'hunk' : kinds[line[0]] ?? 'same' }, line === '' ? ' ' : line)));
}

export function isDiff(text) {
  return /^@@ |^(?:---|\+\+\+) /m.test(typeof text === 'string' ? text : text.head);
}

export function plain(text) {
  return element('pre', {}, text);
}
