import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { isSecretName, outsideEnvironment, scrubEnvironment } from './scrub-environment.ts';

test('only listed variables enter the sandbox', () => {
  expect(scrubEnvironment({ PATH: '/bin', LC_TIME: 'C', LC_TOKEN: 'x', HOME: '/home/me', AWS_ACCESS_KEY_ID: 'x', SSH_AUTH_SOCK: '/x', BASH_ENV: 'x', LD_PRELOAD: 'x', TERM: undefined })).toEqual({ PATH: '/bin', LC_TIME: 'C' });
});

test('no name that looks like a secret enters, whatever stands around it', () => {
  fc.assert(fc.property(fc.stringMatching(/^[A-Z_]{0,8}$/), fc.constantFrom('_KEY', '_TOKEN', '_SECRET', '_PASSWORD', '_API_KEY'), (prefix, suffix) => {
    expect(isSecretName(prefix + suffix)).toBe(true);
    expect(scrubEnvironment({ [prefix + suffix]: 'x' })).toEqual({});
  }));
});

test('outside the sandbox only the keys of models and our own variables are kept back', () => {
  expect(outsideEnvironment({ GH_TOKEN: 'x', OPENAI_API_KEY: 'x', ATELIER_HOME: '/x', HOME: '/home/me' })).toEqual({ GH_TOKEN: 'x', HOME: '/home/me' });
});
