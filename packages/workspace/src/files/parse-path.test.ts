import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WorkspaceError } from '../port.ts';
import { isInGitFolder, parsePath, quotePath } from './parse-path.ts';

describe('parsePath', () => {
  it('gives a path inside the root, or refuses', () => {
    const part = fc.constantFrom('..', '.', '', 'a', 'b c', '...', '..a', 'root', '\n', '\0', 'é', '~', '\\', '-x');
    const path = fc.oneof(fc.array(part, { maxLength: 8 }).map((parts) => parts.join('/')), fc.array(part, { maxLength: 8 }).map((parts) => `/base/${parts.join('/')}`), fc.string());
    fc.assert(
      fc.property(path, (input) => {
        let parsed: string;
        try {
          parsed = parsePath(input, ['/base']);
        } catch (error) {
          expect(error).toBeInstanceOf(WorkspaceError);
          return;
        }
        const parts = parsed.split('/');
        expect(parsed === '' || parts.every((one) => one !== '' && one !== '.' && one !== '..')).toBe(true);
        expect(parsePath(parsed, ['/base'])).toBe(parsed);
        expect(parsePath(`/base/${parsed}`, ['/base'])).toBe(parsed);
      }),
      { numRuns: 2_000 },
    );
  });

  it('takes no neighbour of the root for the root', () => {
    expect(() => parsePath('/baseless/a', ['/base'])).toThrow('outside the workspace');
    expect(parsePath('/base', ['/base'])).toBe('');
    expect(parsePath('/a', ['/'])).toBe('a');
  });

  it('quotes what it refuses', () => {
    expect(() => parsePath('a\u001B[2J', [])).toThrow('"a\\u001b[2J"');
    expect(quotePath('a\nb')).toBe('"a\\nb"');
    expect(quotePath('x'.repeat(5_000)).length).toBeLessThan(310);
  });
});

describe('isInGitFolder', () => {
  it.each(['.git', '.git/config', 'a/.GIT/b', '.git./x', 'GIT~1/config', '.g\u200Cit/config', '.\uFF47it/x'])('knows %j', (path) => expect(isInGitFolder(path)).toBe(true));
  it.each(['.github/x', '.gitignore', 'git', 'a.git/x', '.gitmodules'])('does not take %j for it', (path) => expect(isInGitFolder(path)).toBe(false));
});
