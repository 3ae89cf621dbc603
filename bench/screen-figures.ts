import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from './figure.ts';
import type { Figure } from './figure.ts';
import { makeSmallRepository } from './run-figures.ts';

const launcher = join(import.meta.dirname, '../node_modules/.bin/atelier');

/** From the start of the process until the screen has drawn its input line, in a real pseudo-terminal. */
export async function screenFigures({ rounds }: { rounds: number }): Promise<Figure[]> {
  const repository = await makeSmallRepository();
  const home = await mkdtemp(join(tmpdir(), 'atelier-bench-home-'));
  try {
    await firstPaint(repository, home);
    const times: number[] = [];
    for (let round = 0; round < rounds; round += 1) times.push(await firstPaint(repository, home));
    return [{ name: 'interactive screen: first paint', value: median(times), unit: 'ms', limit: 300 }];
  } finally {
    await rm(repository, { recursive: true, force: true });
    await rm(home, { recursive: true, force: true });
  }
}

/** Some text that the first frame has and nothing before it. */
const FRAME = /[╭│>❯]/;

function firstPaint(cwd: string, home: string): Promise<number> {
  const startedAt = performance.now();
  const child = spawn('script', ['-qfec', launcher, '/dev/null'], { cwd, env: { ...process.env, ATELIER_HOME: home, TERM: 'xterm-256color', OPENAI_API_KEY: 'none', OPENAI_MODEL: 'none' }, stdio: ['pipe', 'pipe', 'ignore'] });
  return new Promise((resolve, reject) => {
    let seen = '';
    const timer = setTimeout(() => { child.kill('SIGKILL'); reject(new Error(`Nothing was painted in 20 s. Seen: ${JSON.stringify(seen.slice(0, 500))}`)); }, 20_000);
    child.stdout.on('data', (data: Buffer) => {
      seen += data.toString();
      if (!FRAME.test(seen)) return;
      clearTimeout(timer);
      resolve(performance.now() - startedAt);
      child.stdin.end('\u0003\u0003');
      child.kill('SIGTERM');
    });
    child.on('error', reject);
  });
}
