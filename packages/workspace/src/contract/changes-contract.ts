import { describe, expect, it } from 'vitest';
import type { ContractWorkspace } from './contract-workspace.ts';
import { codeOf } from './refusal.ts';

export function describeChanges(open: ContractWorkspace): void {
  describe('changing', () => {
    it('writes a new file into new folders and answers with its hash', async () => {
      const { files } = await open({});
      const { hash, bytes } = await files.write('a/b/c.txt', 'hello\n', { ifHash: null });
      expect([bytes, hash]).toEqual([6, await files.hash('a/b/c.txt')]);
      expect((await files.read('a/b/c.txt')).text).toBe('hello\n');
    });

    it('writes only over what was seen', async () => {
      const { files } = await open({ 'a.txt': 'one' });
      const { hash } = await files.read('a.txt');
      await files.write('a.txt', 'two', { ifHash: hash });
      expect(await codeOf(files.write('a.txt', 'three', { ifHash: hash }))).toBe('changed');
      expect(await codeOf(files.write('a.txt', 'three', { ifHash: null }))).toBe('changed');
      expect(await codeOf(files.write('gone/b.txt', 'three', { ifHash: hash }))).toBe('changed');
      expect(await codeOf(files.remove('a.txt', { ifHash: hash }))).toBe('changed');
      expect((await files.read('a.txt')).text).toBe('two');
      expect(await codeOf(files.facts('gone'))).toBe('not-found');
    });

    it('lets one of several guarded writes win', async () => {
      const { files } = await open({ 'a.txt': 'one' });
      const { hash } = await files.read('a.txt');
      const results = await Promise.allSettled(Array.from({ length: 8 }, (_, index) => files.write('a.txt', `writer ${index}`, { ifHash: hash })));
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const creations = await Promise.allSettled(Array.from({ length: 8 }, (_, index) => files.write('new.txt', `writer ${index}`, { ifHash: null })));
      expect(creations.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });

    it.each([
      ['utf-8 with CRLF', Buffer.from('one\r\ntwo\r\n'), Buffer.from('one\r\nthree\r\n')],
      ['a byte order mark', Buffer.from('\uFEFFone\ntwo\n'), Buffer.from('\uFEFFone\nthree\n')],
      ['utf-16le', Buffer.from('\uFEFFone\r\ntwo\r\n', 'utf16le'), Buffer.from('\uFEFFone\r\nthree\r\n', 'utf16le')],
      ['utf-16be', Buffer.from('\uFEFFone\ntwo\n', 'utf16le').swap16(), Buffer.from('\uFEFFone\nthree\n', 'utf16le').swap16()],
      ['latin1', Buffer.from('één\ntwo\n', 'latin1'), Buffer.from('één\nthree\n', 'latin1')],
      ['mixed line endings', Buffer.from('one\r\nx\ny\r\ntwo\nlast\r\n'), Buffer.from('one\r\nx\ny\r\nthree\r\nlast\r\n')],
      ['no final line ending', Buffer.from('one\ntwo'), Buffer.from('one\nthree')],
    ])('keeps %s, and foretells the hash', async (_, before, after) => {
      const { files } = await open({ 'a.txt': before });
      const { text } = await files.read('a.txt');
      const edited = text.replace('two', 'three');
      const foretold = await files.hashAfterWrite('a.txt', edited);
      const { hash } = await files.write('a.txt', edited);
      expect(Buffer.from((await files.readBytes('a.txt')).bytes)).toEqual(after);
      expect(hash).toBe(foretold);
    });

    it('writes another encoding or line ending when told to', async () => {
      const { files } = await open({ 'a.txt': 'one\r\n' });
      await files.write('a.txt', 'é\n', { encoding: 'latin1', lineEnding: '\n' });
      expect(Buffer.from((await files.readBytes('a.txt')).bytes)).toEqual(Buffer.from([0xe9, 10]));
      expect(await codeOf(files.write('a.txt', '🦊\n'))).toBe('failed');
    });

    it('refuses to change folders as files and files as folders', async () => {
      const { files } = await open({ 'src/a.txt': 'one' });
      expect(await codeOf(files.write('src', 'x'))).toBe('is-directory');
      expect(await codeOf(files.write('.', 'x'))).toBe('is-directory');
      expect(await codeOf(files.write('src/a.txt/b', 'x'))).toBe('not-directory');
      expect(await codeOf(files.remove('src'))).toBe('is-directory');
    });

    it.each(['.git/hooks/pre-commit', '.GIT/config', 'sub/.git/config', '.git'])('leaves %s to Git', async (path) => {
      const { files } = await open({ 'a.txt': 'one' });
      expect(await codeOf(files.write(path, 'x'))).toBe('read-only');
      expect(await codeOf(files.move('a.txt', path))).toBe('read-only');
    });

    it('removes a file and an empty folder', async () => {
      const { files } = await open({ 'src/a.txt': 'one' });
      await files.remove('src/a.txt', { ifHash: (await files.read('src/a.txt')).hash });
      await files.remove('src');
      expect(await codeOf(files.facts('src'))).toBe('not-found');
      expect(await codeOf(files.remove('src'))).toBe('not-found');
    });

    it('moves a file and a folder and never overwrites', async () => {
      const { files } = await open({ 'a.txt': 'one', 'b.txt': 'two', 'src/deep/c.txt': 'three' });
      expect(await codeOf(files.move('a.txt', 'b.txt'))).toBe('exists');
      expect(await codeOf(files.move('a.txt', 'src'))).toBe('exists');
      expect(await codeOf(files.move('src', 'src/deep/x'))).toBe('failed');
      expect(await codeOf(files.move('gone', 'x'))).toBe('not-found');
      await files.move('a.txt', 'new/folder/a.txt');
      await files.move('src', 'lib');
      expect((await files.read('new/folder/a.txt')).text).toBe('one');
      expect((await files.read('lib/deep/c.txt')).text).toBe('three');
      expect(await codeOf(files.facts('src'))).toBe('not-found');
    });
  });
}
