import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, readFileSync, readdirSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { machineSandbox, openProcessFixture, type ProcessFixture } from '../processes/process-fixture.ts';

const git = (folder: string, ...argv: string[]) => execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@example.com', ...argv], { cwd: folder }).toString();

describe.skipIf(machineSandbox.kind !== 'bubblewrap')('in the sandbox a command', () => {
  let fixture: ProcessFixture;
  const output = async (command: string, more: object = {}) => (await fixture.processes.run({ command, ...more })).output;
  beforeEach(async () => {
    fixture = await openProcessFixture({ environment: { ...process.env, OPENAI_API_KEY: 'sk-hush', GITHUB_TOKEN: 'hush', DATABASE_PASSWORD: 'hush', MY_SETTING: 'hush' } });
  });
  afterEach(() => fixture.dispose());

  test('writes to the workspace and nowhere else', async () => {
    const said = await output('echo in > in.txt; echo out > /etc/atelier-out; echo out > /usr/atelier-out; echo out > ../../out.txt; echo mine > ~/mine; echo t > /tmp/t; cat ~/mine /tmp/t');
    expect(said).toMatch(/Read-only file system[^]*mine\nt\n$/);
    expect(readFileSync(path.join(fixture.root, 'in.txt'), 'utf8')).toBe('in\n');
    expect([existsSync('/etc/atelier-out'), existsSync(path.join(fixture.home, 'mine')), existsSync('/tmp/t'), existsSync(path.join(fixture.home, '..', 'out.txt'))]).toEqual([false, false, false, false]);
  });

  test('finds its private home and temporary folder again in the next command', async () => {
    await output('echo kept > ~/kept; echo too > /tmp/too');
    expect(await output('cat ~/kept /tmp/too')).toBe('kept\ntoo\n');
  });

  test('does not see ~/.ssh or the rest of the home folder', async () => {
    await mkdir(path.join(fixture.home, '.ssh'));
    await writeFile(path.join(fixture.home, '.ssh', 'id_ed25519'), 'PRIVATE');
    const said = await output('cat ~/.ssh/id_ed25519; ls -A ~; cat /etc/shadow; find / -name id_ed25519 2>/dev/null');
    expect(said).not.toContain('PRIVATE');
    expect(said).toContain('No such file');
    expect(said).toContain('project');
  });

  test('can use tools in the home folder that are in PATH, but not their credentials', async () => {
    await mkdir(path.join(fixture.home, '.cargo', 'bin'), { recursive: true });
    await writeFile(path.join(fixture.home, '.cargo', 'bin', 'tool'), '#!/bin/sh\necho tool works\n');
    chmodSync(path.join(fixture.home, '.cargo', 'bin', 'tool'), 0o755);
    await writeFile(path.join(fixture.home, '.cargo', 'credentials.toml'), 'hush');
    expect(await output('~/.cargo/bin/tool; cat ~/.cargo/credentials.toml')).toMatch(/^tool works\n.*No such file/);
  });

  test('does not see secrets of the tree, also those that came after the last command', async () => {
    await writeFile(path.join(fixture.root, '.env'), 'hush=1');
    await writeFile(path.join(fixture.root, 'plain.txt'), 'hush=2');
    await symlink('.env', path.join(fixture.root, 'link-to-env'));
    expect(await output('cat .env link-to-env; cp .env copy; cat copy')).not.toContain('hush');
    await mkdir(path.join(fixture.root, 'deep', 'er'), { recursive: true });
    await writeFile(path.join(fixture.root, 'deep', 'er', 'server.pem'), 'hush=3');
    expect(await output('cat deep/er/server.pem; mv deep/er/server.pem x; rm -f .env')).not.toContain('hush');
    expect(readFileSync(path.join(fixture.root, '.env'), 'utf8')).toBe('hush=1');
  });

  test('does not see the folders of Atelier, also when the workspace lies in one', async () => {
    const data = path.join(fixture.home, '..', 'data');
    await mkdir(path.join(data, 'workspaces', 'one'), { recursive: true });
    await writeFile(path.join(data, 'atelier.db'), 'hush');
    const inside = await openProcessFixture({ root: path.join(data, 'workspaces', 'one'), hiddenPaths: [data] });
    const said = (await inside.processes.run({ command: `echo mine > file; cat file; cat ${data}/atelier.db; ls ${data}` })).output;
    expect(said).toMatch(/^mine\n.*No such file or directory\nworkspaces\n$/);
    await inside.dispose();
  });

  test('gets no variable that is not on the list', async () => {
    const said = await output('env', { environment: { GIVEN: 'yes' } });
    expect(said).not.toContain('hush');
    expect(said).toContain('GIVEN=yes');
    expect(said).toMatch(/^PATH=/m);
  });

  test('can read .git, and can neither change it nor plant a hook', async () => {
    git(fixture.root, 'init', '-q');
    git(fixture.root, 'commit', '-q', '--allow-empty', '-m', 'first');
    const said = await output('git log --format=%s; echo x > .git/hooks/pre-commit; git config a.b c; mv .git gone; rm -rf .git; ln -s x .git/y');
    expect(said).toMatch(/^first\n/);
    expect(git(fixture.root, 'log', '--format=%s')).toBe('first\n');
    expect(existsSync(path.join(fixture.root, '.git', 'hooks', 'pre-commit'))).toBe(false);
  });

  test('cannot make a .git where there is none, and the folder is left as it was', async () => {
    await output('mkdir -p .git/hooks; git init; mv .git a');
    expect(readdirSync(fixture.root)).toEqual([]);
  });

  test('cannot replace a .git that is a symbolic link', async () => {
    git(fixture.home, 'init', '-q', '--separate-git-dir', path.join(fixture.home, 'real.git'), 'project');
    await output('true');
    await fixture.processes.run({ command: 'rm .git; ln -s /tmp .git', unsandboxed: true });
    await output('rm .git; mkdir -p .git/hooks; echo x > .git/hooks/post-checkout');
    expect(existsSync(path.join(fixture.root, '.git', 'hooks', 'post-checkout'))).toBe(false);
  });

  test('in a worktree sees the repository, whose folder lies elsewhere, read-only', async () => {
    const main = path.join(fixture.home, 'main');
    await mkdir(main);
    git(main, 'init', '-q');
    git(main, 'commit', '-q', '--allow-empty', '-m', 'first');
    git(main, 'worktree', 'add', '-q', '-f', fixture.root);
    expect(await output('git log --format=%s; git commit --allow-empty -m no 2>&1 | tail -1; echo "gitdir: /tmp" > .git')).toMatch(/^first\n[^]*Read-only file system/);
    expect(git(main, 'log', '--all', '--format=%s')).toBe('first\n');
  });

  test('does not see a password in a remote address', async () => {
    git(fixture.root, 'init', '-q');
    git(fixture.root, 'remote', 'add', 'origin', 'https://me:hush@example.com/x.git');
    expect(await output('cat .git/config; git remote -v')).not.toContain('hush');
  });

  test('sees no process of the machine and has no capabilities', async () => {
    expect((await output('ps ax | wc -l; grep CapEff /proc/self/status')).split('\n')).toEqual([expect.stringMatching(/^[3-6]$/), 'CapEff:\t0000000000000000', '']);
  });

  test('cannot change settings of the kernel, also where it runs as root in the tree of another user', async () => {
    if (process.getuid?.() === 0) chownSync(fixture.root, 4_711, 4_711);
    const said = await output('echo 4 > /proc/sys/kernel/printk; echo x > /sys/kernel/uevent_helper; touch made; ls');
    expect(said).toMatch(/printk: (Read-only file system|Permission denied)/);
    expect(said).toMatch(/made\n$/);
  });

  describe('and the network', () => {
    let server: Server;
    let port = 0;
    beforeEach(async () => {
      server = createServer((_, response) => response.end('hello from outside'));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const address = server.address();
      port = typeof address === 'object' && address !== null ? address.port : 0;
    });
    afterEach(() => new Promise((resolve) => server.close(resolve)));
    const fetching = (url: string) => `node -e 'fetch("${url}").then(async (r) => console.log(r.status, await r.text()), (e) => console.log("failed", e.cause?.code ?? e.message))'`;

    test('cannot open a socket', async () => {
      expect(await output(`${fetching(`http://127.0.0.1:${port}/`)}; exec 3<>/dev/tcp/127.0.0.1/${port}`)).toMatch(/failed ECONNREFUSED[^]*refused/);
    });

    test('reaches an allowed host through the proxy, and only that', async () => {
      const allowedHosts = [`127.0.0.1:${port}`];
      expect(await output(`curl -sS http://127.0.0.1:${port}/; exit 4`, { allowedHosts })).toContain('hello from outside');
      const result = await fixture.processes.run({ command: `curl -sS http://forbidden.example/; curl -sS https://forbidden.example/; curl -sS --noproxy '*' http://127.0.0.1:${port}/`, allowedHosts });
      expect(result.output).not.toContain('hello from outside');
      expect(result.output).toContain('Ask a person to allow the host');
      expect(result.notes).toEqual(expect.arrayContaining([expect.stringContaining('forbidden.example:443'), expect.stringContaining('forbidden.example:80')]));
    });

    test('keeps the exit code behind the proxy', async () => {
      expect((await fixture.processes.run({ command: 'exit 4', allowedHosts: ['example.com'] })).ending).toEqual({ kind: 'exited', exitCode: 4 });
    });
  });
});
