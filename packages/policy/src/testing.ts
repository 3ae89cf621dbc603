/** Facts of a project at `/p` for tests, with the commonest names of secrets. */
export const testFacts = {
  root: '/p',
  isSecret: (path: string): boolean => /(?:^|\/)(?:\.env(?!\.example)[^/]*|\.npmrc|id_rsa|\.ssh(?:\/.*)?|[^/]*\.(?:env|pem|key))$/.test(path),
};
