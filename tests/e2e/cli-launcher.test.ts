import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cleanEnvironment } from './atelier-command.ts';

const launcher = join(import.meta.dirname, '../../apps/cli/bin/atelier');
let folder: string;
beforeEach(async () => { folder = await mkdtemp(join(tmpdir(), 'atelier launcher ')); });
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the launcher', () => {
  test('works from any folder, through symlinks of symlinks, and with a PATH that has no Node', async () => {
    await mkdir(join(folder, 'bin'));
    await symlink(launcher, join(folder, 'linked'));
    await symlink('../linked', join(folder, 'bin', 'atelier'));
    const env = { ...cleanEnvironment({}), PATH: '/usr/bin:/bin' };
    expect(execFileSync(join(folder, 'bin', 'atelier'), ['--version'], { cwd: folder, env, encoding: 'utf8' })).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(execFileSync('atelier', ['--version'], { cwd: folder, env: { ...env, PATH: `${join(folder, 'bin')}:${env.PATH}` }, encoding: 'utf8' })).toMatch(/^\d/);
  });

  test('passes arguments on as they are', () => {
    const env = cleanEnvironment({ ATELIER_HOME: folder });
    let stderr = '';
    try {
      execFileSync(launcher, ['a b', '$HOME', '*'], { cwd: folder, env, encoding: 'utf8', stdio: 'pipe' });
    } catch (error) {
      stderr = (error as { stderr: string }).stderr; // what execFileSync throws
    }
    expect(stderr).toContain('unknown command “a b”');
  });
});
