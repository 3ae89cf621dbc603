const MAX_PREVIEW_CHARACTERS = 60_000;
/** Texts that differ in more lines than this are shown as replaced whole: finding the least difference would take long. */
const MAX_DIFFERENT_LINES = 4000;

/**
 * The unified diff of a file's change and its counts, `+3 -1`. Depends on the two texts alone, so that a call that is
 * prepared again says the same. `before` is undefined where the file is no text.
 */
export async function describeChange(path: string, before: string | undefined, after: string): Promise<{ counts: string; preview: string }> {
  if (before === undefined) return { counts: `+${countLines(after)}`, preview: `(${path} is not a text file and is replaced)\n${shorten(after)}` };
  const { structuredPatch, formatPatch } = await import('diff');
  const patch = structuredPatch(before === '' ? '/dev/null' : `a/${path}`, after === '' ? '/dev/null' : `b/${path}`, before, after, undefined, undefined, {
    context: 3,
    maxEditLength: MAX_DIFFERENT_LINES,
  });
  if (patch === undefined) return { counts: `+${countLines(after)} -${countLines(before)}`, preview: shorten(`(nearly all of ${path} is replaced; its new content is:)\n${after}`) };
  const lines = patch.hunks.flatMap((hunk) => hunk.lines);
  const added = lines.filter((line) => line.startsWith('+')).length;
  const removed = lines.filter((line) => line.startsWith('-')).length;
  return { counts: `+${added} -${removed}`, preview: shorten(formatPatch(patch)) };
}

export function countLines(text: string): number {
  return text === '' ? 0 : text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
}

function shorten(text: string): string {
  return text.length <= MAX_PREVIEW_CHARACTERS ? text : `${text.slice(0, MAX_PREVIEW_CHARACTERS)}\n(${text.length - MAX_PREVIEW_CHARACTERS} more characters are not shown)`;
}
