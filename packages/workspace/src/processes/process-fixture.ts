import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import os from 'node:os';
import path from 'node:path';
import { lazySandbox } from '../sandbox/detect-sandbox.ts';
import { isSecretPath } from '../secrets.ts';
import { createProcesses, type LocalProcesses, type ProcessesOptions } from './create-processes.ts';

/** For tests: a workspace in a temporary folder beside a home folder, and its processes. */
export interface ProcessFixture {
  root: string;
  home: string;
  scratch: string;
  processes: LocalProcesses;
  dispose(): Promise<void>;
}

/** The sandbox of the machine that runs the tests. */
export const machineSandbox = lazySandbox({ platform: process.platform, environment: process.env });

export async function openProcessFixture(options: Partial<ProcessesOptions> = {}): Promise<ProcessFixture> {
  const base = await realpath(await mkdtemp(path.join(os.tmpdir(), 'atelier-processes-')));
  const [root, home, scratch] = [path.join(base, 'home', 'project'), path.join(base, 'home'), path.join(base, 'scratch')];
  await mkdir(root, { recursive: true });
  const processes = createProcesses({
    root, scratchDirectory: scratch, homeDirectory: home, sandbox: machineSandbox, environment: process.env, hiddenPaths: [],
    isSecret: isSecretPath, now: () => 0, newId: () => randomUUID(), ...options,
  });
  return {
    root, home, scratch, processes,
    async dispose() {
      await processes.close();
      await rm(base, { recursive: true, force: true });
    },
  };
}
