import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { ScriptedAnswer } from '@atelier/models/testing';
import { openFaultPlace, processesWith, until } from './fault-place.ts';
import type { FaultPlace } from './fault-place.ts';

const done: ScriptedAnswer = { text: 'Everything is done.' };
const command = (text: string, more: object = {}): ScriptedAnswer => ({ toolCalls: [{ name: 'run_command', input: { command: text, ...more } }] });

/** Most memory that atelier itself may have used, MiB: a started one takes about a hundred. */
const MOST_MEMORY = 400;

/** The most memory that a process has had until now, MiB. */
function peakMemory(pid: number | undefined): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

function hasSandbox(): boolean {
  try {
    execFileSync('bwrap', ['--ro-bind', '/', '/', '--unshare-pid', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false; // no bubblewrap, or a kernel that does not let it
  }
}

/** Runs one hostile command; gives what the model was told, and what atelier itself needed. */
async function endure(place: FaultPlace, marker: string): Promise<{ told: string; peak: number }> {
  let peak = 0;
  let running = place.start('run', '--yes', 'run it');
  place.onAsked = () => { if (place.asked.length === 2) peak = peakMemory(running.child.pid); };
  let run = await running;
  if (run.exitCode === 3) {
    // What looks as if it would leave the sandbox asks first; allowed, it still runs inside.
    running = place.start('thread', 'resume', await place.threadId(), '--approve');
    run = await running;
  }
  expect(run.exitCode, run.said).toBe(0);
  expect(run.said).toContain('Everything is done.');
  expect(peak).toBeGreaterThan(10);
  expect(peak).toBeLessThan(MOST_MEMORY);
  await until(`no process of the command is left`, async () => (await processesWith(marker)).length === 0);
  return { told: place.told(), peak };
}

const sandboxed = hasSandbox();
test.runIf(process.env['CI'] === 'true')('this machine has a sandbox, so that nothing below is skipped', () => expect(sandboxed).toBe(true));

describe.skipIf(!sandboxed)('a sandboxed command (needs bubblewrap, because without it every command asks)', () => {
  const cases: Record<string, { text: (marker: string) => string; more?: object; told: RegExp }> = {
    'forks without end: stopped and named, nothing is left': { text: (marker) => `bomb() { bomb | bomb & }; bomb; sleep 60 # ${marker}`, more: { timeout_seconds: 20 }, told: /processes|was stopped|ended by the signal|exit code/ },
    'starts processes without end: stopped and named, nothing is left': { text: (marker) => `while :; do sleep 1000 & done # ${marker}`, more: { timeout_seconds: 20 }, told: /more than \d+ processes|limit of \d+ processes/ },
    'fills memory: stopped and named': { text: (marker) => `node -e 'const all = []; for (;;) { const piece = Buffer.allocUnsafeSlow(1 << 28); for (let at = 0; at < piece.length; at += 4096) piece[at] = 1; all.push(piece); }' # ${marker}`, told: /memory|exit code/ },
    'ignores SIGTERM: killed when its time is over': { text: (marker) => `trap '' TERM INT HUP; while :; do sleep 0.2; done # ${marker}`, more: { timeout_seconds: 1 }, told: /stopped after 1 second/ },
    'prints a gigabyte: bounded, and told in words': { text: (marker) => `head -c 1000000000 /dev/zero | tr '\\0' x # ${marker}`, told: /printed too much|shortened from/ },
    'goes to the background by itself: ended with its command': { text: (marker) => `(setsid sh -c 'while :; do sleep 1; done; : ${marker}' &); nohup sh -c 'sleep 999; : ${marker}' & echo started`, told: /started/ },
  };
  for (const [name, { text, more, told }] of Object.entries(cases)) {
    test(`a command that ${name}`, async () => {
      const marker = `marker-${randomUUID()}`;
      await using place = await openFaultPlace({ script: [command(text(marker), more), done] });
      expect((await endure(place, marker)).told).toMatch(told);
    });
  }

  test('a command that writes outside: the rest of the machine is as it was, and the model is told', async () => {
    const name = `atelier-outside-${randomUUID()}`;
    await using place = await openFaultPlace({ script: [command(`echo x > /usr/${name}; echo x > /etc/${name}; echo x > "$HOME/${name}"; echo x > /tmp/${name}; echo x > ../${name}; echo x > .git/hooks/post-commit; echo x >> .git/config`), done] });
    const config = await place.text('.git/config');
    const { told } = await endure(place, name);
    expect(told).toMatch(/Read-only file system|Permission denied/);
    for (const folder of ['/usr', '/etc', '/tmp', place.home, join(place.repository, '..')]) expect(existsSync(join(folder, name)), folder).toBe(false);
    expect(existsSync(join(place.repository, '.git/hooks/post-commit'))).toBe(false);
    expect(await place.text('.git/config')).toBe(config);
  });

  test('a command that reads ~/.ssh and the keys in its environment: finds nothing', async () => {
    await using place = await openFaultPlace({ script: [command('cat ~/.ssh/id_rsa; ls -a ~; cat "$REAL_HOME/.ssh/id_rsa"; env; cat /proc/1/environ; cat /proc/self/environ; echo end'), done] });
    await mkdir(join(place.home, '.ssh'));
    await writeFile(join(place.home, '.ssh/id_rsa'), 'hush-private-key\n');
    place.env['REAL_HOME'] = place.home;
    const { told } = await endure(place, 'hush-private-key');
    expect(told).toMatch(/No such file|Permission denied/);
    const seen = JSON.stringify(place.model.requests.map((request) => request.raw));
    expect(seen).not.toContain('hush-private-key');
    expect(seen).not.toContain('sk-fault-0123456789abcdef');
  });

  test('a command that opens a socket: reaches nothing, not even this machine', async () => {
    let connections = 0;
    const listener = createServer((socket) => {
      connections += 1;
      socket.destroy();
    }).listen(0, '127.0.0.1');
    const port = (): number => (listener.address() as AddressInfo).port; // a TCP server's address is an AddressInfo
    await using place = await openFaultPlace({ script: (request) => (request.step === 0 ? command(`exec 3<>/dev/tcp/127.0.0.1/${port()} && echo connected`) : done) });
    const { told } = await endure(place, `/dev/tcp/127.0.0.1/${port()}`);
    expect(told).toMatch(/refused|unreachable/i);
    expect(told).not.toMatch(/^connected/m);
    expect(connections).toBe(0);
    listener.close();
  });

  const stubborn = (marker: string): string => `trap '' TERM INT HUP; echo once >> marks.txt; (setsid sh -c 'while :; do sleep 0.2; done; : ${marker}' &) ; while :; do sleep 0.2; done # ${marker}`;

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    test(`${signal} while a command that ignores signals runs: cancelled with 130, and no process is left`, async () => {
      const marker = `marker-${randomUUID()}`;
      await using place = await openFaultPlace({ script: [command(stubborn(marker)), done] });
      const running = place.start('run', '--yes', 'run it');
      await until('the command runs', async () => existsSync(join(place.repository, 'marks.txt')) && (await processesWith(marker)).length > 1);
      process.kill(-(running.child.pid ?? 0), signal);
      const run = await running;
      expect(run.exitCode, run.said).toBe(130);
      expect(run.said).toMatch(/Cancelled/);
      expect(await processesWith(marker)).toEqual([]);
      expect(place.asked).toHaveLength(1);
    });
  }

  test('kill -9 of atelier while a command runs: no orphan is left, the next process says interrupted and does not repeat it', async () => {
    const marker = `marker-${randomUUID()}`;
    await using place = await openFaultPlace({ script: (request) => (request.step === 0 ? command(stubborn(marker)) : done) });
    const running = place.start('run', '--yes', 'run it');
    await until('the command runs', async () => existsSync(join(place.repository, 'marks.txt')) && (await processesWith(marker)).length > 1);
    running.child.kill('SIGKILL');
    expect((await running).signal).toBe('SIGKILL');
    await until('no process of the command is left', async () => (await processesWith(marker)).length === 0);
    const next = await place.start('thread', 'resume', await place.threadId());
    expect(next.exitCode, next.said).toBe(0);
    expect(next.said).toMatch(/interrupted/);
    expect(place.told()).toMatch(/Atelier was stopped while this call was running, and it was not repeated/);
    expect(await place.text('marks.txt')).toBe('once\n');
  });

  test('commands leave no rest in the repository or the home', async () => {
    await using place = await openFaultPlace({ script: [command('echo x > "$TMPDIR/rest"; echo x > ~/rest; mkdir -p /tmp/rest'), done] });
    await endure(place, 'never-there');
    expect((await readdir(place.repository)).toSorted()).toEqual(['.git', 'a.txt']);
    expect(await readdir(place.home)).not.toContain('rest');
    await rm(join(place.home, 'rest'), { force: true });
  });
});
