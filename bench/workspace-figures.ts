import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLocalWorkspace } from '@atelier/workspace';
import type { Workspace } from '@atelier/workspace';
import { median } from './figure.ts';
import type { Figure } from './figure.ts';
import { git } from './run-figures.ts';

/** Checkpoints in a repository of ten thousand files, and what the sandbox adds to a command. */
export async function workspaceFigures({ rounds }: { rounds: number }): Promise<Figure[]> {
  const base = await mkdtemp(join(tmpdir(), 'atelier-bench-workspace-'));
  const root = join(base, 'repository');
  await makeTenThousandFiles(root);
  const workspace = await openLocalWorkspace({ root, scratchDirectory: join(base, 'scratch'), checkpointDirectory: join(base, 'checkpoints'), environment: process.env });
  try {
    const firstMs = await timed(() => workspace.checkpoints.create());
    const laterMs: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      for (let file = 0; file < 5; file += 1) await writeFile(join(root, `part-${file}/file-${round}.txt`), `changed ${round}\n`);
      laterMs.push(await timed(() => workspace.checkpoints.create()));
    }
    const { plain, sandboxed } = await commandTimes(workspace, rounds * 3);
    return [
      { name: 'checkpoint, 10,000 files, five changed', value: median(laterMs), unit: 'ms', limit: 150 },
      { name: 'the first checkpoint of that repository', value: firstMs, unit: 'ms' },
      { name: 'sandboxed command over a plain one', value: median(sandboxed) - median(plain), unit: 'ms', limit: 15, note: `${median(sandboxed).toFixed(1)} ms to ${median(plain).toFixed(1)} ms` },
    ];
  } finally {
    await workspace.close();
    await rm(base, { recursive: true, force: true });
  }
}

async function commandTimes(workspace: Workspace, rounds: number): Promise<{ plain: number[]; sandboxed: number[] }> {
  const times: { plain: number[]; sandboxed: number[] } = { plain: [], sandboxed: [] };
  await workspace.processes.run({ command: 'true' });
  for (let round = 0; round < rounds; round += 1) {
    times.plain.push(await timed(() => workspace.processes.run({ command: 'true', unsandboxed: true })));
    times.sandboxed.push(await timed(() => workspace.processes.run({ command: 'true' })));
  }
  return times;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

async function makeTenThousandFiles(root: string): Promise<void> {
  for (let directory = 0; directory < 100; directory += 1) {
    await mkdir(join(root, `part-${directory}`), { recursive: true });
    await Promise.all(Array.from({ length: 100 }, (_, index) => writeFile(join(root, `part-${directory}/file-${index}.txt`), `line ${index}\n`.repeat(100))));
  }
  git(root, 'init', '-q');
  git(root, 'add', '-A');
  git(root, '-c', 'user.name=bench', '-c', 'user.email=bench@localhost', 'commit', '-qm', 'first');
}
