import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ContractWorkspace } from './contract-workspace.ts';
import { codeOf, codesOf, collect, refusalOf } from './refusal.ts';

export const hostileNames = ['with space.txt', 'line\nbreak.txt', '"quoted" \'twice\'.txt', '🦊 fox.txt', '-rf', '--help.txt', `${'n'.repeat(251)}.txt`, '$(touch x).txt', 'a*b?.txt', 'back\\slash.txt', 'e\u0301 and é.txt', '.hidden', 'tab\there.txt'];

export function describeReading(open: ContractWorkspace): void {
  describe('reading', () => {
    it('reads a text with its hash, encoding and line ending', async () => {
      const { files } = await open({ 'src/a.txt': 'one\r\ntwo\r\n' });
      expect(await files.read('src/a.txt')).toMatchObject({ path: 'src/a.txt', text: 'one\ntwo\n', encoding: 'utf-8', lineEnding: '\r\n', bytes: 10 });
      expect((await files.read('src/a.txt')).hash).toBe(createHash('sha256').update('one\r\ntwo\r\n').digest('hex'));
    });

    it('accepts an absolute path inside the root, and odd spellings of a relative one', async () => {
      const { files, root } = await open({ 'src/a.txt': 'hello' });
      for (const path of [`${root}/src/a.txt`, './src//a.txt', 'src/../src/./a.txt', 'src/a.txt/']) expect((await files.read(path)).path).toBe('src/a.txt');
    });

    it.each(['../a', '/etc/passwd', 'src/../../a', '..', '/', '//etc/passwd', 'src/../../../etc/passwd'])('refuses %s as outside', async (path) => {
      const { files } = await open({ 'src/a.txt': 'hello' });
      expect(await codesOf(files.read(path), files.write(path, 'x'), files.remove(path), files.list(path), files.facts(path), files.hash(path), files.move('src/a.txt', path), files.move(path, 'b'))).toEqual(['outside']);
    });

    it.each(['a\0b', 'a\u001Bb', 'a\u007Fb', 'x\uD800y', 'n'.repeat(256)])('refuses the name %j', async (path) => {
      const { files } = await open({});
      expect(await codeOf(files.read(path))).toBe('bad-name');
      expect(await codeOf(files.write(path, 'x'))).toBe('bad-name');
    });

    it.each(hostileNames)('works with the name %j', async (name) => {
      const { files, search } = await open({ [`folder/${name}`]: 'needle' });
      expect((await files.read(`folder/${name}`)).text).toBe('needle');
      await files.write(`folder/${name}`, 'needle again');
      expect(await collect(files.walk())).toEqual([`folder/${name}`]);
      expect((await files.list('folder')).map(({ path }) => path)).toEqual([`folder/${name}`]);
      expect((await search.grep({ pattern: 'needle' })).matches.map(({ path }) => path)).toEqual([`folder/${name}`]);
      await files.move(`folder/${name}`, `other/${name}`);
      await files.remove(`other/${name}`);
      expect(await files.hash(`other/${name}`)).toBeNull();
    });

    it('says what a path is when it is not a file', async () => {
      const { files } = await open({ 'src/a.txt': 'hello', 'image.png': Buffer.from([0x89, 0x50, 0, 1, 2, 3]) });
      expect(await codeOf(files.read('gone.txt'))).toBe('not-found');
      expect(await codeOf(files.read('src'))).toBe('is-directory');
      expect(await codeOf(files.read('.'))).toBe('is-directory');
      expect(await codeOf(files.read('image.png'))).toBe('binary');
      expect(await codeOf(files.list('src/a.txt'))).toBe('not-directory');
      expect(await files.hash('gone.txt')).toBeNull();
      expect((await refusalOf(files.read('gone.txt'))).message).toContain('"gone.txt"');
    });

    it.each([
      ['utf-8', Buffer.from('grün\n')],
      ['utf-8-bom', Buffer.from('\uFEFFgrün\n')],
      ['utf-16le', Buffer.from('\uFEFFgrün\n', 'utf16le')],
      ['utf-16be', Buffer.from('\uFEFFgrün\n', 'utf16le').swap16()],
      ['latin1', Buffer.from('grün\n', 'latin1')],
    ] as const)('reads %s and its pages', async (encoding, bytes) => {
      const { files } = await open({ 'a.txt': bytes });
      expect(await files.read('a.txt')).toMatchObject({ text: 'grün\n', encoding });
      expect(await files.readPage('a.txt', { firstLine: 1, maxLines: 5, maxBytes: 100 })).toMatchObject({ lines: ['grün'], totalLines: 1, cut: false });
    });

    it('pages', async () => {
      const { files } = await open({ 'a.txt': Array.from({ length: 10 }, (_, index) => `line ${index + 1}`).join('\n'), 'empty.txt': '' });
      const page = { maxLines: 3, maxBytes: 1_000 };
      expect(await files.readPage('a.txt', { ...page, firstLine: 1 })).toMatchObject({ lines: ['line 1', 'line 2', 'line 3'], firstLine: 1, totalLines: 10, cut: false });
      expect(await files.readPage('a.txt', { ...page, firstLine: 9 })).toMatchObject({ lines: ['line 9', 'line 10'], totalLines: 10 });
      expect(await files.readPage('a.txt', { ...page, firstLine: 11 })).toMatchObject({ lines: [], totalLines: 10 });
      expect(await files.readPage('empty.txt', { ...page, firstLine: 1 })).toMatchObject({ lines: [], totalLines: 0 });
      expect((await files.readPage('a.txt', { ...page, firstLine: 1 })).hash).toBe(await files.hash('a.txt'));
    });

    it('cuts long lines and full pages, never within a character', async () => {
      const { files } = await open({ 'a.txt': `${'ü'.repeat(50)}\nshort\n${'y'.repeat(50)}\n` });
      const page = await files.readPage('a.txt', { firstLine: 1, maxLines: 10, maxBytes: 1_000, maxLineBytes: 21 });
      expect(page).toMatchObject({ lines: ['ü'.repeat(10), 'short', 'y'.repeat(21)], cut: true, totalLines: 3 });
      expect(await files.readPage('a.txt', { firstLine: 2, maxLines: 10, maxBytes: 20 })).toMatchObject({ lines: ['short'], cut: true, totalLines: 3 });
    });

    it('keeps secrets closed for every access', async () => {
      const { files, search, checkpoints } = await open({ '.env': 'TOKEN=needle', 'certs/key.pem': 'needle', '.env.example': 'TOKEN=needle' });
      for (const path of ['.env', 'certs/key.pem', './certs/../.env']) {
        expect(await codesOf(files.read(path), files.readPage(path, { firstLine: 1, maxLines: 1, maxBytes: 9 }), files.readBytes(path), files.hash(path), files.write(path, 'x'), files.hashAfterWrite(path, 'x'), files.remove(path), files.move(path, 'b'), files.move('.env.example', path))).toEqual(['secret']);
      }
      expect(await codeOf(files.move('certs', 'other'))).toBe('secret');
      expect(await collect(files.walk())).toEqual(['.env.example']);
      expect(await collect(files.walk({ includeIgnored: true }))).toEqual(['.env.example']);
      expect((await search.grep({ pattern: 'needle' })).matches.map(({ path }) => path)).toEqual(['.env.example']);
      expect((await search.glob('**')).paths).toEqual(['.env.example']);
      expect((await checkpoints.create()).uncovered.map(({ reason }) => reason)).toEqual(['secret', 'secret']);
    });

    it('lists a folder with facts, by name', async () => {
      const { files } = await open({ 'b.txt': 'four', 'a/c.txt': '', 'a/d/e.txt': '' });
      expect((await files.list('.')).map(({ path, kind }) => [path, kind])).toEqual([['a', 'directory'], ['b.txt', 'file']]);
      expect((await files.list('a')).map(({ path }) => path)).toEqual(['a/c.txt', 'a/d']);
      expect(await files.facts('b.txt')).toMatchObject({ path: 'b.txt', kind: 'file', bytes: 4 });
      expect(await files.facts('.')).toMatchObject({ path: '.', kind: 'directory' });
      expect(await codeOf(files.facts('gone'))).toBe('not-found');
    });

    it('walks in a stable order and honours nested ignore files', async () => {
      const { files } = await open({
        '.gitignore': 'dist/\n*.log\n!keep.log\n/only-here.txt\n# comment\n',
        '.atelierignore': 'fixtures/\n!special.log\n',
        'dist/a.js': '', 'a.log': '', 'keep.log': '', 'special.log': '', 'only-here.txt': '', 'sub/only-here.txt': '', 'fixtures/big.txt': '',
        'sub/.gitignore': '!dist\n*.tmp\ndeep/x.txt\n', 'sub/dist/b.js': '', 'sub/a.tmp': '', 'sub/deep/x.txt': '', 'sub/deep/y.txt': '', 'sub/a.log': '', 'z.tmp': '',
      });
      const walked = await collect(files.walk());
      expect(walked.toSorted()).toEqual(['.atelierignore', '.gitignore', 'keep.log', 'special.log', 'sub/.gitignore', 'sub/deep/y.txt', 'sub/dist/b.js', 'sub/only-here.txt', 'z.tmp'].toSorted());
      expect(await collect(files.walk())).toEqual(walked);
      expect(await collect(files.walk({ under: 'sub/deep' }))).toEqual(['sub/deep/y.txt']);
      expect((await collect(files.walk({ includeIgnored: true }))).length).toBe(16);
      for (const [path, ignored] of [['dist', true], ['dist/a.js', true], ['sub/dist/b.js', false], ['sub/a.tmp', true], ['z.tmp', false], ['fixtures/big.txt', true], ['.', false], ['.git/config', true]] as const) {
        expect([path, await files.isIgnored(path)]).toEqual([path, ignored]);
      }
    });

    it('stops walking when cancelled', async () => {
      const { files } = await open({ 'a.txt': '', 'b.txt': '' });
      expect(await codeOf(collect(files.walk({ signal: AbortSignal.abort() })))).toBe('aborted');
    });
  });
}
