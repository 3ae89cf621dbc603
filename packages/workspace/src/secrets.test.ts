import { describe, expect, it } from 'vitest';
import picomatch from 'picomatch';
import { isSecretPath, secretGlobs, sharedGlobs } from './secrets.ts';

const secret = [
  '.env', '.env.local', 'apps/web/.env.production', '.envrc', 'prod.env', 'certs/server.pem', 'server.key', 'id_rsa', 'id_ed25519_work', '.npmrc', '.netrc', '.pypirc', '.aws/credentials', 'home/.aws/credentials',
  'credentials.json', 'credentials-prod.json', 'a.p12', 'a.pfx', 'vault.kdbx', '.git-credentials', 'secrets.yml', 'config/secrets.yaml', 'secrets.json', 'service-account-prod.json', '.ssh/config', '.ssh',
];
const open = ['.env.example', '.env.sample', '.env.template', 'id_rsa.pub', 'src/env.ts', 'src/credentials.ts', 'secrets.ts', 'keyboard.ts', 'monkey', 'README.md', '.github/workflows/ci.yml', 'a.keys', 'environment.py', 'aws/credentials', ''];

describe('isSecretPath', () => {
  it.each(secret)('covers %s', (path) => expect(isSecretPath(path)).toBe(true));
  it.each(open)('leaves %j alone', (path) => expect(isSecretPath(path)).toBe(false));

  it.each(['.ENV', '.Env.Local', 'ID_RSA', 'Server.PEM', '.\uFF45\uFF4E\uFF56', '.e\u200Bnv', '.env.', '.env ', './.env', '/srv/project/.env', 'x/.env/'])('is not fooled by %j', (path) => {
    expect(isSecretPath(path)).toBe(true);
  });

  it('says the same as its globs', () => {
    const covers = picomatch([...secretGlobs], { dot: true, nocase: true, ignore: [...sharedGlobs] });
    expect(secret.filter((path) => !covers(path))).toEqual([]);
    expect(open.filter((path) => path !== '' && covers(path))).toEqual([]);
  });

  it('takes microseconds', () => {
    const started = performance.now();
    for (let index = 0; index < 60_000; index += 1) isSecretPath(`packages/some/deep/folder/file-${index}.ts`);
    expect(performance.now() - started).toBeLessThan(1_500);
  });
});
