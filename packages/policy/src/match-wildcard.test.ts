import { expect, test } from 'vitest';
import { matchWildcard } from './match-wildcard.ts';

test.each([
  ['*', '', true], ['', '', true], ['', 'a', false], ['a*', 'abc', true], ['*c', 'abc', true], ['a*b*c', 'axxbyyc', true], ['a*b*c', 'axxbyy', false], ['?', 'a', true], ['?', '', false], ['a?c', 'aBC', true],
  ['[abc]x', 'zx', true], ['[', '[', true], ['[a', '[a', true], ['.e*', '.env', true], ['.e*', 'env', false], ['**', 'x', true],
])('%j and %j: %j', (pattern, name, expected) => {
  expect(matchWildcard(pattern, name)).toBe(expected);
});

test('a pattern of many stars takes no time', () => {
  expect(matchWildcard(`${'*a'.repeat(1000)}b`, 'a'.repeat(900))).toBe(false);
});
