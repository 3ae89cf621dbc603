import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export const launcher = join(import.meta.dirname, '../../node_modules/.bin/atelier');

export interface CommandResult {
  exitCode: number | null;
  stdout: string;
  stderr: string;
  /** The JSON lines of stdout. */
  lines: Record<string, unknown>[];
}

/** The environment of a newcomer's machine: nothing of this one's keys or settings gets in. */
export function cleanEnvironment(extra: Record<string, string>): Record<string, string> {
  const keep = ['PATH', 'LANG', 'TZ', 'TERM', 'CI', 'TMPDIR'];
  const kept = Object.fromEntries(keep.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
  return { HOME: tmpdir(), OLLAMA_HOST: 'http://127.0.0.1:1', ...kept, ...extra };
}

/** Starts the real launcher. */
export function startAtelier(args: string[], options: { cwd: string; env: Record<string, string>; stdin?: string }): ChildProcess & { result: Promise<CommandResult> } {
  const child = spawn(launcher, args, { cwd: options.cwd, env: options.env, stdio: [options.stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'] });
  if (options.stdin !== undefined) child.stdin?.end(options.stdin);
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (data: Buffer) => { stdout += data.toString(); });
  child.stderr?.on('data', (data: Buffer) => { stderr += data.toString(); });
  const result = new Promise<CommandResult>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr, lines: jsonLines(stdout) }));
  });
  return Object.assign(child, { result });
}

export function atelier(args: string[], options: { cwd: string; env: Record<string, string>; stdin?: string }): Promise<CommandResult> {
  return startAtelier(args, options).result;
}

function jsonLines(text: string): Record<string, unknown>[] {
  return text.split('\n').filter((line) => line.startsWith('{')).map((line) => {
    try {
      return JSON.parse(line) as Record<string, unknown>;
    } catch {
      return { unparsed: line };
    }
  });
}

/** A fresh Git repository with these files, committed. */
export async function makeRepository(files: Record<string, string>, under = tmpdir()): Promise<string> {
  const folder = await mkdtemp(join(under, 'atelier-repo-'));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  const git = (...args: string[]): void => { execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@localhost', ...args], { cwd: folder, stdio: 'ignore' }); };
  git('init', '-q', '-b', 'main');
  git('add', '-A');
  git('commit', '-qm', 'first');
  return folder;
}

export async function makeHome(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'atelier-home-'));
}

export async function remove(...folders: string[]): Promise<void> {
  for (const folder of folders) await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}
