import { describe, expect, it } from 'vitest';
import type { ContractWorkspace } from './contract-workspace.ts';
import { codeOf, refusalOf } from './refusal.ts';

export function describeSearch(open: ContractWorkspace): void {
  describe('searching', () => {
    it('finds text with lines around it', async () => {
      const { search } = await open({ 'src/a.ts': 'one\ntwo\nthree\nfour\n', 'b.ts': 'nothing\r\nthree.x\r\n' });
      const { matches, filesSearched, truncated } = await search.grep({ pattern: 'three', contextLines: 1 });
      expect(matches.toSorted((a, b) => (a.path < b.path ? -1 : 1))).toEqual([
        { path: 'b.ts', line: 2, text: 'three.x', before: ['nothing'], after: [] },
        { path: 'src/a.ts', line: 3, text: 'three', before: ['two'], after: ['four'] },
      ]);
      expect([filesSearched, truncated]).toEqual([2, false]);
    });

    it.each([
      ['plain text, special characters and all', { pattern: 'f(x)' }, [1]],
      ['an expression', { pattern: 'f\\(\\w\\)|^last$', regex: true }, [1, 4]],
      ['either case', { pattern: 'HELLO', ignoreCase: true }, [2]],
      ['either case in an expression', { pattern: '(?i)HELLO\\b', regex: true }, [2]],
      ['negated classes only within a line', { pattern: 'world[^x]', regex: true }, []],
      ['looking ahead at the end of a line', { pattern: 'world(?!\\s)', regex: true }, [2]],
      ['Unicode properties', { pattern: '\\p{Lu}', regex: true }, [2]],
      ['text outside ASCII', { pattern: 'grün' }, [3]],
      ['a start and an end', { pattern: '^(\\s*)last$', regex: true }, [4]],
    ])('finds %s', async (_, query, lines) => {
      const { search } = await open({ 'a.txt': 'call f(x) here\nHello world\nes ist grün\nlast' });
      expect((await search.grep(query)).matches.map(({ line }) => line)).toEqual(lines);
    });

    it('limits by folder, glob and number', async () => {
      const { search } = await open({ 'src/a.ts': 'x\nx\nx\n', 'src/b.js': 'x\n', 'test/a.ts': 'x\n' });
      const pathsOf = async (query: object) => [...new Set((await search.grep({ pattern: 'x', ...query })).matches.map(({ path }) => path))].toSorted();
      expect(await pathsOf({ under: 'src' })).toEqual(['src/a.ts', 'src/b.js']);
      expect(await pathsOf({ under: 'src/b.js' })).toEqual(['src/b.js']);
      expect(await pathsOf({ glob: '*.ts' })).toEqual(['src/a.ts', 'test/a.ts']);
      expect(await pathsOf({ glob: 'src/**/*.{ts,js}' })).toEqual(['src/a.ts', 'src/b.js']);
      expect(await pathsOf({ under: 'src', glob: '*.js' })).toEqual(['src/b.js']);
      expect(await search.grep({ pattern: 'x', under: 'src/a.ts', maxMatches: 2 })).toMatchObject({ matches: [{ line: 1 }, { line: 2 }], truncated: true });
      expect(await search.grep({ pattern: 'x', under: 'src/a.ts', maxMatches: 3 })).toMatchObject({ truncated: false });
      expect(await codeOf(search.grep({ pattern: 'x', under: 'gone' }))).toBe('not-found');
      expect(await codeOf(search.grep({ pattern: 'x', under: '../x' }))).toBe('outside');
    });

    it('passes over binary and ignored files, and searches an ignored folder that is named', async () => {
      const { search } = await open({ 'a.bin': Buffer.from('needle\0needle'), '.gitignore': 'dist\n', 'dist/a.js': 'needle', 'utf16.txt': Buffer.from('\uFEFFneedle\n', 'utf16le') });
      expect((await search.grep({ pattern: 'needle' })).matches.map(({ path }) => path)).toEqual(['utf16.txt']);
      expect((await search.grep({ pattern: 'needle', under: 'dist' })).matches.map(({ path }) => path)).toEqual(['dist/a.js']);
    });

    it('says what is wrong with an expression, and survives one that never ends', async () => {
      const { search } = await open({ 'a.txt': `${'a'.repeat(60)}b\n` });
      expect((await refusalOf(search.grep({ pattern: '(', regex: true }))).message).toContain('Unterminated group');
      expect((await refusalOf(search.grep({ pattern: '' }))).message).toContain('empty');
      expect(await codeOf(search.grep({ pattern: '(a+)+$', regex: true }))).toBe('failed');
    });

    it('shows a long line around its match', async () => {
      const { search } = await open({ 'a.txt': `${'x'.repeat(3_000)}needle${'y'.repeat(3_000)}` });
      const text = (await search.grep({ pattern: 'needle' })).matches[0]?.text ?? '';
      expect(text).toContain('needle');
      expect(text.length).toBeLessThan(600);
    });

    it('stops when cancelled', async () => {
      const { search } = await open({ 'a.txt': 'x' });
      expect(await codeOf(search.grep({ pattern: 'x', signal: AbortSignal.abort() }))).toBe('aborted');
      expect(await codeOf(search.glob('*', { signal: AbortSignal.abort() }))).toBe('aborted');
    });

    it('finds files by glob', async () => {
      const { search, files } = await open({ 'a.ts': '', 'src/b.ts': '', 'src/deep/c.tsx': '', '.github/x.yml': '', 'dist/d.ts': '', '.gitignore': 'dist\n' });
      const pathsOf = async (glob: string, options = {}) => (await search.glob(glob, options)).paths.toSorted();
      expect(await pathsOf('*.ts')).toEqual(['a.ts', 'src/b.ts']);
      expect(await pathsOf('**/*.{ts,tsx}')).toEqual(['a.ts', 'src/b.ts', 'src/deep/c.tsx']);
      expect(await pathsOf('src/*')).toEqual(['src/b.ts']);
      expect(await pathsOf('src/')).toEqual(['src/b.ts', 'src/deep/c.tsx']);
      expect(await pathsOf('./a.ts')).toEqual(['a.ts']);
      expect(await pathsOf('**/*.yml')).toEqual(['.github/x.yml']);
      expect(await pathsOf('deep/*', { under: 'src' })).toEqual(['src/deep/c.tsx']);
      await files.write('src/b.ts', 'newer');
      expect(await search.glob('**/*.ts', { limit: 1 })).toEqual({ paths: ['src/b.ts'], truncated: true });
    });
  });
}
