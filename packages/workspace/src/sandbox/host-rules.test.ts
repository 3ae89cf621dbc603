import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findHostRule, mayReachAddress, parseHostRule } from './host-rules.ts';

const rules = ['example.com', '*.wild.example', 'ports.example:8080', '[::1]:80', '10.0.0.5', 'localhost', 'bad host', 'http://x'].map(parseHostRule).filter((rule) => rule !== undefined);

describe('a host rule', () => {
  test.each([
    ['example.com', 443, true], ['EXAMPLE.com.', 80, true], ['sub.example.com', 443, false], ['notexample.com', 443, false],
    ['a.wild.example', 1, true], ['a.b.wild.example', 1, true], ['wild.example', 1, false], ['evilwild.example', 1, false],
    ['ports.example', 8080, true], ['ports.example', 80, false], ['::1', 80, true], ['[::1]', 81, false], ['x', 80, false],
  ])('%s:%i allowed: %s', (host, port, allowed) => {
    expect(findHostRule(rules, host, port) !== undefined).toBe(allowed);
  });

  test.each([
    ['example.com', '93.184.216.34', true], ['example.com', '127.0.0.1', false], ['example.com', '169.254.169.254', false], ['example.com', '::ffff:127.0.0.1', false],
    ['example.com', '10.1.2.3', true], ['*.example.com', '10.1.2.3', false], ['*.example.com', '93.184.216.34', true],
    ['localhost', '127.0.0.1', true], ['localhost', '::1', true], ['localhost', '169.254.169.254', false], ['127.0.0.1', '127.0.0.1', true], ['169.254.169.254', '169.254.169.254', true],
  ])('%s may lead to %s: %s', (text, address, allowed) => {
    const rule = parseHostRule(text);
    expect(rule !== undefined && mayReachAddress(rule, address)).toBe(allowed);
  });

  test('never throws, and a name allows itself only', () => {
    fc.assert(fc.property(fc.string(), fc.domain(), (text, domain) => {
      const rule = parseHostRule(text);
      if (rule !== undefined && !rule.wildcard && rule.host !== domain) expect(findHostRule([rule], domain, 443)).toBeUndefined();
    }));
  });
});
