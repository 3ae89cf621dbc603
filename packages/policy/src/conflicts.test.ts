import type { Effect } from '@atelier/thread';
import { expect, test } from 'vitest';
import { conflicts } from './conflicts.ts';

const read = (path: string): Effect => ({ kind: 'read', path });
const write = (path: string): Effect => ({ kind: 'write', path, before: null, after: 'a'.repeat(64) });
const remove = (path: string): Effect => ({ kind: 'delete', path, before: null });
const run = (command: string): Effect => ({ kind: 'run', command, directory: '.' });

test.each<[string, Effect, Effect, boolean]>([
  ['two reads', read('a'), read('a'), false],
  ['a read and a write of one file', read('a'), write('a'), true],
  ['a read and a write of two files', read('a'), write('ab'), false],
  ['a read of everything and a write', read('.'), write('a/b'), true],
  ['a read of a folder and a write below it', read('a'), write('a/b'), true],
  ['two writes of one file in other letters', write('a/B'), write('./a/b'), true],
  ['a write and a deletion', write('a'), remove('a'), true],
  ['a deletion of a folder and a read below it', remove('a'), read('a/b'), true],
  ['two commands', run('npm test'), run('npm run lint'), true],
  ['two reading commands', run('ls'), run('git status'), false],
  ['a command and a read', run('npm test'), read('a'), true],
  ['a reading command and a read', run('ls'), read('a'), false],
  ['a reading command and a write', run('ls'), write('a'), true],
  ['a reading command and another one', run('ls'), run('npm test'), true],
  ['a command and the plan', run('npm test'), { kind: 'plan' }, false],
  ['the plan twice', { kind: 'plan' }, { kind: 'plan' }, true],
  ['a command and a question', run('npm test'), { kind: 'ask', question: '?', options: [] }, false],
])('%s: %j and %j conflict: %j', (_name, left, right, expected) => {
  expect(conflicts([left], [right])).toBe(expected);
  expect(conflicts([right], [left])).toBe(expected);
});
