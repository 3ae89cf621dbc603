/**
 * Records `atelier demo` in a real terminal (tmux) and writes it as an animated SVG: `node scripts/record-demo.ts [output]`.
 * The picture plays what the terminal showed, with long pauses shortened; it is a recording, not a drawing.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { drawRecording } from './recording/draw-recording.ts';
import type { Frame } from './recording/draw-recording.ts';

const root = join(import.meta.dirname, '..');
const output = resolve(process.argv[2] ?? join(root, 'docs/images/demo.svg'));
const columns = 96;
const rows = 30;
const limitMs = 120_000;
const longestFrameMs = 1500;

const scratch = mkdtempSync(join(tmpdir(), 'atelier-recording-'));
const socket = join(scratch, 'tmux');
const tmux = (...argv: string[]): string => execFileSync('tmux', ['-S', socket, '-f', '/dev/null', ...argv], { encoding: 'utf8' });
const environment = ['-e', `ATELIER_HOME=${join(scratch, 'home')}`, '-e', 'TERM=tmux-256color', '-e', 'COLORTERM=truecolor', '-e', `PATH=${join(root, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}`, '-e', 'NODE_NO_WARNINGS=1'];

try {
  const frames = await record();
  mkdirSync(dirname(output), { recursive: true });
  writeFileSync(output, drawRecording(frames, { columns, rows, title: 'atelier demo repairs the failing tests of a small project' }));
  console.log(`${output}: ${frames.length} frames, ${(frames.reduce((sum, frame) => sum + frame.ms, 0) / 1000).toFixed(1)} s`);
} finally {
  try {
    tmux('kill-server');
  } catch (error) {
    console.error(`tmux had ended already: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`);
  }
  rmSync(scratch, { recursive: true, force: true });
}

async function record(): Promise<Frame[]> {
  // The shell prints its prompt and the command as a person would see them, and a mark when the demo has ended.
  const script = 'printf "\\033[1;32m$\\033[0m atelier demo\\n"; atelier demo; printf "\\n\\033[1;32m$\\033[0m \\n"; touch ended; sleep 600';
  tmux('new-session', '-d', '-x', String(columns), '-y', String(rows), '-c', scratch, ...environment, 'sh', '-c', script);
  tmux('set-option', '-g', 'status', 'off');
  const frames: Frame[] = [];
  const startedAt = performance.now();
  let since = startedAt;
  const capture = (): void => {
    const text = tmux('capture-pane', '-p', '-e');
    const now = performance.now();
    const last = frames.at(-1);
    if (last !== undefined) last.ms = Math.min(longestFrameMs, now - since);
    if (last?.text === text) return;
    frames.push({ text, ms: 100 });
    since = now;
  };
  while (!existsSync(join(scratch, 'ended'))) {
    if (performance.now() - startedAt > limitMs) throw new Error(`The demo did not end within ${limitMs / 1000} s. The terminal shows:\n${tmux('capture-pane', '-p')}`);
    capture();
    await pause(80); // the picture's frame rate
  }
  capture();
  const last = frames.at(-1);
  if (last !== undefined) last.ms = 6000;
  return frames;
}
