import { findAnchors } from './find-anchors.ts';
import { isWordCode, normalForm } from './normal-form.ts';
import type { Looseness, NormalForm } from './normal-form.ts';
import { endsLine, startsLine } from './span.ts';
import type { Span } from './span.ts';

export type Closeness = 'exact' | Looseness | 'anchors';

/** Where a quoted text is. More than one span: it is ambiguous, and the caller must not choose. None: it is not there. */
export interface Found {
  how: Closeness;
  spans: Span[];
}

/** A text with its normal forms, worked out once. */
export interface Source {
  readonly text: string;
  form(looseness: Looseness): NormalForm;
}

/** More candidates than this are not told apart for a message. */
const MAX_CANDIDATES = 200;
/** A text with fewer significant characters is not looked for without its layout: it would be found by chance. */
const MIN_LAYOUT_CHARACTERS = 6;

export function createSource(text: string): Source {
  const forms = new Map<Looseness, NormalForm>();
  return {
    text,
    form: (looseness) => {
      const known = forms.get(looseness) ?? normalForm(text, looseness);
      forms.set(looseness, known);
      return known;
    },
  };
}

/**
 * Finds a quoted text: as it is; then with other white space at line ends; then with other indentation, spacing and
 * typography; then with another layout; then by its first and last lines. The first of these that finds anything
 * decides, and all its candidates are returned. Each step is linear in the length of the text.
 */
export function findText(source: Source, quoted: string): Found {
  const exact = findExact(source.text, quoted);
  if (exact.length > 0) return { how: 'exact', spans: exact };
  for (const looseness of ['trailing', 'spacing', 'layout'] as const) {
    const spans = findNormal(source, quoted, looseness);
    if (spans.length > 0) return { how: looseness, spans };
  }
  return { how: 'anchors', spans: findAnchors(source.text, quoted) };
}

/** All places of a text, overlapping ones included. */
export function findExact(text: string, quoted: string): Span[] {
  const spans: Span[] = [];
  if (quoted === '') return spans;
  for (let at = text.indexOf(quoted); at !== -1 && spans.length < MAX_CANDIDATES; at = text.indexOf(quoted, at + 1)) spans.push({ start: at, end: at + quoted.length });
  return spans;
}

function findNormal(source: Source, quoted: string, looseness: Looseness): Span[] {
  const needle = normalForm(quoted, looseness).text.replaceAll(/^\n+|\n+$/g, '');
  if (needle.trim() === '' || (looseness === 'layout' && needle.length < MIN_LAYOUT_CHARACTERS)) return [];
  const form = source.form(looseness);
  const fromLineStart = looseness !== 'trailing' && /^\s/.test(quoted);
  const toLineEnd = /\n[ \t]*$/.test(quoted);
  return findExact(form.text, needle)
    .map(({ start, end }) => ({ start: form.startOf(start), end: form.endOf(end - 1) }))
    .filter((span) => isWhole(source.text, span, looseness))
    .filter((span) => (!fromLineStart || startsLine(source.text, span.start)) && (!toLineEnd || endsLine(source.text, span.end)));
}

/** Whether a span does not cut a word in two: what was quoted with other spacing must not be found inside a longer name. */
function isWhole(text: string, { start, end }: Span, looseness: Looseness): boolean {
  if (looseness === 'trailing') return true;
  const cutsStart = start > 0 && isWordCode(text.charCodeAt(start)) && isWordCode(text.charCodeAt(start - 1));
  const cutsEnd = end < text.length && isWordCode(text.charCodeAt(end - 1)) && isWordCode(text.charCodeAt(end));
  return !cutsStart && !cutsEnd;
}
