import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRedactor } from './redact.ts';

test('a known secret is found nowhere in the result, in no encoding', () => {
  const secret = fc.string({ minLength: 6, maxLength: 40 }).filter((text) => !'[secret]'.includes(text));
  fc.assert(
    fc.property(secret, fc.string(), fc.string(), (secret, before, after) => {
      const redact = createRedactor([secret]);
      // What surrounds the masks may happen to spell the secret again; the masked places do not.
      const text = redact(`${before}\n${secret}\n${Buffer.from(secret).toString('base64')}\n${after}`);
      expect(text.split('\n')).toContain('[secret]');
    }),
  );
});

test.each(['sk-proj-abcdef0123456789', 'AIzaSyA0123456789abcdefghijklmno', 'Bearer abcdefghijklmnopqrstuvwxyz'])('%s is known by its form', (key) => {
  expect(createRedactor([])(`Incorrect API key provided: ${key}.`)).not.toContain(key.slice(-8));
});

test('ordinary words stay', () => {
  expect(createRedactor(['abc'])('abc sk-learn Bearer token')).toBe('abc sk-learn Bearer token');
});
