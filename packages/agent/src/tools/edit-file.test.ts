import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { editFile } from './edit-file.ts';
import { openTestFolder } from './open-test-folder.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

test('prepares hashes, a diff and a summary without writing, and runs exactly that', async () => {
  await using folder = await openTestFolder({ 'src/a.ts': 'one\ntwo\nthree\n' });
  const input = editFile.input.parse({ path: 'src/a.ts', edits: [{ old: 'two', new: '2\n2.5' }] });
  const prepared = await editFile.prepare(input, folder.scope());
  expect(prepared).toMatchObject({
    kind: 'ready',
    effects: [{ kind: 'write', path: 'src/a.ts', before: sha256('one\ntwo\nthree\n'), after: sha256('one\n2\n2.5\nthree\n') }],
    summary: 'Edited src/a.ts (+2 -1)',
    preview: expect.stringContaining('-two\n+2\n+2.5\n'),
  });
  expect(await folder.get('src/a.ts')).toBe('one\ntwo\nthree\n');
  if (prepared.kind === 'refused') throw new Error(prepared.reason);
  expect(await editFile.run(prepared, folder.scope())).toEqual({ status: 'ok', output: 'Edited src/a.ts (+2 -1)', writes: { 'src/a.ts': sha256('one\n2\n2.5\nthree\n') } });
  expect(await folder.get('src/a.ts')).toBe('one\n2\n2.5\nthree\n');
});

test('writes nothing when somebody changed the file between approval and write', async () => {
  await using folder = await openTestFolder({ 'a.txt': 'mine\n' });
  const prepared = await editFile.prepare(editFile.input.parse({ path: 'a.txt', edits: [{ old: 'mine', new: 'ours' }] }), folder.scope());
  await folder.put('a.txt', 'theirs\n');
  if (prepared.kind === 'refused') throw new Error(prepared.reason);
  expect(await editFile.run(prepared, folder.scope())).toEqual({ status: 'failed', output: 'a.txt was changed by somebody since it was read; read it again and redo the edit.' });
  expect(await folder.get('a.txt')).toBe('theirs\n');
});

test('makes several edits together or none', async () => {
  await using folder = await openTestFolder({ 'a.txt': 'a\nb\nc\n' });
  expect((await folder.call(editFile, { path: 'a.txt', edits: [{ old: 'a', new: 'A' }, { old: 'x', new: 'X' }] })).output).toMatch(/^a\.txt: Edit 2 of 2: .*No edit was made\.$/s);
  expect(await folder.get('a.txt')).toBe('a\nb\nc\n');
  expect((await folder.call(editFile, { path: 'a.txt', edits: [{ old: 'a', new: 'A' }, { old: 'c', new: 'C' }] })).output).toBe('Edited a.txt (+2 -2)');
  expect(await folder.get('a.txt')).toBe('A\nb\nC\n');
});

test('keeps CRLF line ends and says when white space differed', async () => {
  await using folder = await openTestFolder({ 'a.c': 'int f() {\r\n\treturn 1;\r\n}' });
  const result = await folder.call(editFile, { path: 'a.c', edits: [{ old: 'int f() {\n  return 1;\n}\n', new: 'int f() {\n  g();\n  return 1;\n}\n' }] });
  expect(result.output).toBe('Edited a.c (+1 -0); it was matched apart from white space');
  expect(await folder.get('a.c')).toBe('int f() {\r\n\tg();\r\n\treturn 1;\r\n}');
});

test('creates a file from an empty quotation, in folders that are not there yet', async () => {
  await using folder = await openTestFolder();
  expect(await folder.call(editFile, { path: 'new/deep/a.txt', edits: [{ old: '', new: 'hello\n' }] })).toMatchObject({ status: 'ok', output: 'Created new/deep/a.txt (+1 -0)' });
  expect(await folder.get('new/deep/a.txt')).toBe('hello\n');
});

test('says when the edit is there already, and has then nothing to write', async () => {
  await using folder = await openTestFolder({ 'a.txt': 'const total = 2;\n' });
  const input = editFile.input.parse({ path: 'a.txt', edits: [{ old: 'const total = 1;', new: 'const total = 2;' }] });
  expect(await editFile.prepare(input, folder.scope())).toMatchObject({ effects: [{ kind: 'read' }], summary: 'Nothing to change in a.txt: this edit is there already.' });
  expect(await folder.call(editFile, input)).toMatchObject({ status: 'ok' });
});

test('shows the nearest text with line numbers, and the candidates of an ambiguous edit', async () => {
  await using folder = await openTestFolder({ 'a.py': 'def alpha(value):\n    return value\n\ndef beta(value):\n    return value\n' });
  expect((await folder.call(editFile, { path: 'a.py', edits: [{ old: 'def gamma(value):\n    return value + 1', new: 'x' }] })).output).toContain('1\tdef alpha(value):');
  expect((await folder.call(editFile, { path: 'a.py', edits: [{ old: '    return value', new: '    return 1' }] })).output).toMatch(/2 times[\s\S]*2\t {4}return value\n5\t {4}return value/);
  expect((await folder.call(editFile, { path: 'b.py', edits: [{ old: 'x', new: 'y' }] })).output).toContain('Did you mean a.py?');
});

test('takes one edit without its list, edits as JSON text, and other names of the fields', async () => {
  await using folder = await openTestFolder({ 'a.txt': 'a\n' });
  await folder.call(editFile, { file_path: 'a.txt', old_string: 'a', new_string: 'b' });
  await folder.call(editFile, { path: 'a.txt', edits: '[{"old":"b","new":"c","all":"true"}]' });
  expect(await folder.get('a.txt')).toBe('c\n');
  expect(editFile.input.safeParse({ path: 'a.txt', edits: [{ old: 'x' }] }).error?.issues[0]?.path).toEqual(['edits', 0, 'new']);
});
