import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { startScriptedServer } from '@atelier/models/testing';
import type { ScriptedAnswer, ScriptedServer } from '@atelier/models/testing';
import { cleanEnvironment, makeHome, makeRepository, remove } from './atelier-command.ts';

const launcher = join(import.meta.dirname, '../../apps/cli/bin/atelier');
const hasTmux = isThere('tmux');
if (!hasTmux && process.env['CI'] === 'true') throw new Error('tmux is missing, and under CI=true the interactive screen must be tested: install tmux.');

let server: ScriptedServer | undefined;
let socket = '';
const folders: string[] = [];
afterEach(async () => {
  if (socket !== '') execFileSync('tmux', ['-S', socket, 'kill-server']);
  socket = '';
  await server?.close();
  await remove(...folders.splice(0));
});

describe.skipIf(!hasTmux)(hasTmux ? 'the interactive screen' : 'the interactive screen (skipped: tmux is not installed)', () => {
  test('streams an answer, asks before a write, takes the answer by a key, and leaves with Ctrl+C twice', async () => {
    const { cwd } = await openTerminal([
      { text: 'I **change** it.', toolCalls: [{ name: 'edit_file', input: { path: 'a.txt', edits: [{ old: 'hello', new: 'hi' }] } }] },
      { text: 'It says hi.' },
    ]);
    await shows('What should be done?');
    await shows('openai/m · ask mode');
    type('greet shorter');
    key('Enter');
    await shows(/y allow[\s\S]*n deny/);
    expect(screen()).toContain('+hi');
    expect(await readFile(join(cwd, 'a.txt'), 'utf8')).toBe('hello\n');
    await pastGrace();
    key('y');
    await shows('It says hi.');
    await shows(/✓ Done/);
    expect(await readFile(join(cwd, 'a.txt'), 'utf8')).toBe('hi\n');
    key('Up');
    await shows('› greet shorter█'.replace('█', ''));
    key('Escape');
    key('C-c');
    await shows('Ctrl+C again leaves');
    key('C-c');
    await shows('left with 0');
  });

  test('cancels by Esc, and knows its commands', async () => {
    await openTerminal([{ toolCalls: [{ name: 'run_command', input: { command: 'sleep 1234.5' } }] }]);
    await shows('What should be done?');
    type('/mode auto');
    key('Enter');
    await shows('auto mode');
    type('/hlep');
    key('Enter');
    await shows('Did you mean /help?');
    type('wait');
    key('Enter');
    await shows(/sleep 1234\.5 {2}running/);
    key('Escape');
    await shows('■ Cancelled');
  });

  async function openTerminal(steps: ScriptedAnswer[]): Promise<{ cwd: string }> {
    server = await startScriptedServer((request) => steps[request.step] ?? { text: 'Done.' });
    const cwd = await makeRepository({ 'a.txt': 'hello\n' });
    const home = await makeHome();
    folders.push(cwd, home);
    socket = join(home, 'tmux');
    const env = cleanEnvironment({ ATELIER_HOME: home, OPENAI_API_KEY: 'k', OPENAI_BASE_URL: `${server.url}/v1`, OPENAI_MODEL: 'm', TERM: 'tmux-256color' });
    tmux('-f', '/dev/null', 'new-session', '-d', '-x', '100', '-y', '40', '-c', cwd, ...Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`]), `'${launcher}'; echo left with $?; sleep 600`);
    return { cwd };
  }
});

function tmux(...argv: string[]): string {
  return execFileSync('tmux', ['-S', socket, ...argv], { encoding: 'utf8' });
}

function screen(): string {
  return tmux('capture-pane', '-p', '-S', '-200');
}

function type(text: string): void {
  tmux('send-keys', '-l', text);
}

function key(name: string): void {
  tmux('send-keys', name);
}

/** A key right after the question appeared is not taken as its answer: wait until the screen's clock has moved on. */
async function pastGrace(): Promise<void> {
  const from = performance.now();
  await expect.poll(() => performance.now() - from).toBeGreaterThan(400);
}

async function shows(wanted: string | RegExp): Promise<void> {
  await expect.poll(screen, { timeout: 20_000, interval: 50 }).toMatch(wanted);
}

function isThere(program: string): boolean {
  try {
    execFileSync(program, ['-V'], { stdio: 'ignore' });
    return true;
  } catch {
    return false; // not installed
  }
}
