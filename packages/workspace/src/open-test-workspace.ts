import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openLocalWorkspace } from './local-workspace.ts';
import type { LocalWorkspaceOptions } from './local-workspace.ts';
import type { Workspace } from './port.ts';

export interface TestWorkspace extends Workspace {
  /** The folder around the root, for what lies outside. */
  around: string;
}

/** Opens a local workspace in a temporary folder with these files; both are gone when the test is. */
export async function openTestWorkspace(files: Record<string, string | Uint8Array> = {}, options: Partial<LocalWorkspaceOptions> = {}): Promise<TestWorkspace> {
  const around = await mkdtemp(join(tmpdir(), 'atelier-workspace-'));
  const root = join(around, 'project');
  await mkdir(root);
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  const workspace = await openLocalWorkspace({
    root,
    scratchDirectory: join(around, 'scratch'),
    checkpointDirectory: join(around, 'checkpoints'),
    environment: { PATH: process.env['PATH'], HOME: around, GIT_AUTHOR_NAME: 'Ada', GIT_AUTHOR_EMAIL: 'ada@example.com', GIT_COMMITTER_NAME: 'Ada', GIT_COMMITTER_EMAIL: 'ada@example.com' },
    homeDirectory: homedir(),
    now: Date.now,
    newId: () => crypto.randomUUID(),
    ...options,
  });
  onTestFinished(async () => {
    await workspace.close();
    await rm(around, { recursive: true, force: true });
  });
  return { ...workspace, around };
}
