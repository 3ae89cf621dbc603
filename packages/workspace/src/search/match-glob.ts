import picomatch from 'picomatch';
import { WorkspaceError } from '../port.ts';

/**
 * Whether paths relative to the root match a glob: `*`, `?`, `**`, `[...]`, `{a,b}`; names with a leading dot too. A glob
 * without a slash matches names at any depth (`*.ts`), one with a slash the whole path; a leading `/` or `./` means the
 * root, a trailing `/` everything below. With `under`, a path below that folder may match by its part there.
 */
export function createGlobMatcher(glob: string, under = ''): (path: string) => boolean {
  if (glob.length > 4_000) throw new WorkspaceError('failed', 'The glob is longer than 4,000 characters. Use a shorter one.');
  let pattern = glob.trim().replace(/^\.?\/+/, '');
  if (pattern === '' || pattern === '.') pattern = '**';
  if (pattern.endsWith('/')) pattern += '**';
  const anywhere = !pattern.includes('/') && !/^\.?\//.test(glob.trim());
  let matches: picomatch.Matcher;
  try {
    matches = picomatch(anywhere ? `**/${pattern}` : pattern, { dot: true, nonegate: true });
  } catch (error) {
    throw new WorkspaceError('failed', `${JSON.stringify(glob)} is not a glob: ${error instanceof Error ? error.message : String(error)}. Use *, **, ?, [abc] and {a,b}.`, { cause: error });
  }
  // One argument each: picomatch takes a second one for something else.
  if (under === '') return (path) => matches(path);
  return (path) => matches(path) || (path.startsWith(`${under}/`) && matches(path.slice(under.length + 1)));
}
