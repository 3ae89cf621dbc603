import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { requiredLiteral } from './required-literal.ts';

describe('requiredLiteral', () => {
  it.each([
    ['hello', 'hello'], ['function\\s+name', 'function'], ['colou?r', 'colo'], ['ab*c', 'a'], ['a+bc', 'bc'], ['foo|bar', ''], ['(foo)?bar', 'bar'], ['[abc]def', 'def'], ['^start$', 'start'],
    ['x{2}yz', 'yz'], ['\\.test\\(', '.test('], ['\\u0041bc', ''], ['foo\\x41bar', 'foo'], ['[]]long', ''], ['a\\', 'a'], ['(', ''],
  ])('of %j is %j', (pattern, literal) => {
    if (pattern === '[]]long') expect(['', ']long', 'long']).toContain(requiredLiteral(pattern));
    else expect(requiredLiteral(pattern)).toBe(literal);
  });

  it('is in every match', () => {
    const piece = fc.constantFrom('a', 'b', 'ab', '.', 'a*', 'b?', 'a+', '[ab]', '[^a]', '(ab)', '(a)?', '(?:b)*', 'a{0,2}', 'b{2}', '\\w', '\\d', '\\.', '^', '$', '\\b', '(?=a)', '|', 'a|b', '(a|b)', '(?!b)', '\\x61', '{', '}');
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '.', '1', '{', '}'), maxLength: 12 });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), text, (pieces, line) => {
        const pattern = pieces.join('');
        let expression: RegExp;
        try {
          expression = new RegExp(pattern);
        } catch {
          return;
        }
        if (expression.test(line)) expect(line).toContain(requiredLiteral(pattern));
      }),
      { numRuns: 3_000 },
    );
  });
});
