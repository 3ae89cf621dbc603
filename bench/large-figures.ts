import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from './figure.ts';
import type { Figure } from './figure.ts';
import { answerOnly, git, makeSmallRepository, runOnce } from './run-figures.ts';

const FILES = 60_000;
const BYTES = 830_000_000;

/** The first request must not wait for the size of the repository. */
export async function largeFigures({ rounds, quick }: { rounds: number; quick: boolean }): Promise<Figure[]> {
  const small = await makeSmallRepository();
  const home = await mkdtemp(join(tmpdir(), 'atelier-bench-home-'));
  const large = await makeLargeRepository(quick ? FILES / 10 : FILES, quick ? BYTES / 10 : BYTES);
  try {
    await runOnce(small, answerOnly, { home });
    await runOnce(large, answerOnly, { home });
    const times: { small: number[]; large: number[] } = { small: [], large: [] };
    for (let round = 0; round < rounds; round += 1) {
      for (const [name, folder] of [['small', small], ['large', large]] as const) {
        const run = await runOnce(folder, answerOnly, { home });
        times[name].push((run.requests[0]?.receivedAt ?? Number.NaN) - run.startedAt);
      }
    }
    const note = `${median(times.large).toFixed(0)} ms to ${median(times.small).toFixed(0)} ms; ${quick ? 'a tenth of ' : ''}60,000 files, 830 MB`;
    return [{ name: 'first request in a large repository over a small one', value: median(times.large) / median(times.small), unit: 'x', limit: 1.3, note }];
  } finally {
    for (const folder of [small, large, home]) await rm(folder, { recursive: true, force: true });
  }
}

async function makeLargeRepository(files: number, bytes: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'atelier-bench-large-'));
  const line = 'static int value_of(struct thing *thing) { return thing->value; }\n';
  const text = line.repeat(Math.ceil(bytes / files / line.length));
  for (let directory = 0; directory < files / 100; directory += 1) {
    const path = join(folder, `part-${directory % 20}`, `module-${directory}`);
    await mkdir(path, { recursive: true });
    await Promise.all(Array.from({ length: 100 }, (_, index) => writeFile(join(path, `file-${index}.c`), `/* ${directory} ${index} */\n${text}`)));
  }
  git(folder, 'init', '-q');
  git(folder, '-c', 'core.compression=0', '-c', 'core.looseCompression=0', 'add', '-A');
  git(folder, '-c', 'user.name=bench', '-c', 'user.email=bench@localhost', 'commit', '-qm', 'large');
  return folder;
}
