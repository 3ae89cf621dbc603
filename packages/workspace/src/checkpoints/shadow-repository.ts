import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { WorkspaceError } from '../port.ts';
import type { Environment } from '../sandbox/scrub-environment.ts';

export interface ShadowRepository {
  readonly directory: string;
  readonly root: string;
  /** Makes the folder ready; cheap when it is. */
  prepare(): void;
  /** Runs Git on the hidden repository with the workspace as its work tree. Errors: disk-full, not-found, unavailable, failed. */
  git(argv: string[], options?: { input?: string; indexFile?: string; maxBytes?: number }): Promise<string>;
  /** Runs `action` alone, among the calls of this process and among processes. */
  alone<T>(action: () => Promise<T>): Promise<T>;
  /** Keeps a tree from being cleaned away. */
  keep(tree: string): void;
}

/**
 * The hidden Git repository of a workspace's checkpoints. It has its own objects and index (nothing is borrowed from the
 * person's repository, so that a `git gc` there cannot take a checkpoint away), reads no configuration but its own, and
 * switches conversions off, so that files come back byte for byte.
 */
export function openShadowRepository(options: { root: string; directory: string; environment: Environment }): ShadowRepository {
  const { directory, root } = options;
  let queue: Promise<unknown> = Promise.resolve();
  let isReady = false;

  function prepare(): void {
    if (isReady) return;
    for (const folder of ['objects/info', 'objects/pack', 'refs/checkpoints', 'info']) mkdirSync(path.join(directory, folder), { recursive: true, mode: 0o700 });
    settle(path.join(directory, 'config'), config);
    settle(path.join(directory, 'HEAD'), 'ref: refs/heads/none\n');
    settle(path.join(directory, 'info', 'attributes'), '* -text -eol -crlf -ident -filter -working-tree-encoding -export-subst\n');
    isReady = true;
  }

  async function git(argv: string[], { input, indexFile = 'index', maxBytes = 268_435_456 }: { input?: string; indexFile?: string; maxBytes?: number } = {}): Promise<string> {
    const environment = {
      PATH: options.environment['PATH'] ?? '/usr/bin:/bin',
      LC_ALL: 'C', HOME: directory, XDG_CONFIG_HOME: directory,
      GIT_DIR: directory, GIT_WORK_TREE: root, GIT_INDEX_FILE: path.join(directory, indexFile),
      GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', GIT_ATTR_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0', GIT_LITERAL_PATHSPECS: '1', GIT_NO_REPLACE_OBJECTS: '1',
    };
    const { output, complaint, exitCode } = await collect(argv, { environment, root, input, maxBytes });
    if (exitCode === 0) return output;
    if (/No space left on device|Disk quota exceeded/.test(complaint)) throw new WorkspaceError('disk-full', 'There is no space left for a checkpoint. Free some disk space, then try again; no file of the project was changed.');
    throw new WorkspaceError('failed', `The checkpoint store failed (git ${argv[0]}: ${complaint.trim().split('\n')[0] || `exit code ${exitCode}`}).`);
  }

  async function alone<T>(action: () => Promise<T>): Promise<T> {
    const mine = queue.then(async () => {
      if (statSync(root, { throwIfNoEntry: false }) === undefined) throw new WorkspaceError('not-found', `The folder ${root} does not exist any more, so its files can be neither saved nor put back.`);
      prepare();
      await takeLock(directory);
      try {
        return await action();
      } finally {
        rmSync(path.join(directory, lockName), { force: true });
      }
    });
    queue = mine.catch(() => undefined);
    return mine;
  }

  function keep(tree: string): void {
    const ref = path.join(directory, 'refs', 'checkpoints', tree);
    writeFileSync(ref, `${tree}\n`);
    const now = new Date();
    utimesSync(ref, now, now);
  }

  return { directory, root, prepare, git, alone, keep };
}

/** Gives a file its content at once or leaves it: the Git of another process may be reading it. */
function settle(file: string, content: string): void {
  if (existsSync(file) && readFileSync(file, 'utf8') === content) return;
  const fresh = `${file}.${process.pid}`;
  writeFileSync(fresh, content);
  renameSync(fresh, file);
}

/** Batched fsync: a checkpoint survives a power cut for the price of one flush. References stay files, whose time is their last use. */
const config = `[core]
	repositoryformatversion = 0
	bare = false
	filemode = true
	symlinks = true
	autocrlf = false
	safecrlf = false
	quotePath = false
	precomposeUnicode = false
	preloadIndex = true
	untrackedCache = true
	fsync = loose-object,pack
	fsyncMethod = batch
	hooksPath = /dev/null
	compression = 1
	logAllRefUpdates = false
[index]
	version = 4
[gc]
	packRefs = false
	autoDetach = false
	pruneExpire = 1.day.ago
`;

const lockName = 'atelier.lock';
const lockWaitMs = 60_000;

/** A file made exclusively, with our process id. One whose process is gone (it was killed) is taken over, and with it Git's own lock. */
async function takeLock(directory: string): Promise<void> {
  const file = path.join(directory, lockName);
  const until = performance.now() + lockWaitMs;
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      for (const index of ['index.lock', 'restore-index.lock']) rmSync(path.join(directory, index), { force: true });
      return;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw toWorkspaceError(error);
    }
    if (isAbandoned(file)) rmSync(file, { force: true });
    else if (performance.now() > until) throw new WorkspaceError('unavailable', 'Another process has been saving a checkpoint of this workspace for a minute. Try again when it has finished.');
    else await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function isAbandoned(lock: string): boolean {
  try {
    const owner = Number(readFileSync(lock, 'utf8'));
    // Just made and not yet written: its owner is alive.
    if (owner === 0) return performance.timeOrigin + performance.now() - statSync(lock).mtimeMs > 5_000;
    process.kill(owner, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}

function toWorkspaceError(error: unknown): WorkspaceError {
  const code = error instanceof Error && 'code' in error && error.code === 'ENOSPC' ? 'disk-full' : 'failed';
  return new WorkspaceError(code, `The checkpoint store cannot be written (${error instanceof Error ? error.message : String(error)}). Check the disk and the rights of Atelier's data folder.`, { cause: error });
}

function collect(argv: string[], options: { environment: Record<string, string>; root: string; input: string | undefined; maxBytes: number }): Promise<{ output: string; complaint: string; exitCode: number }> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', argv, { cwd: options.root, env: options.environment, stdio: ['pipe', 'pipe', 'pipe'] });
    const pieces: Buffer[] = [];
    let bytes = 0;
    let complaint = '';
    child.stdout.on('data', (piece: Buffer) => {
      bytes += piece.length;
      if (bytes > options.maxBytes) child.kill('SIGKILL');
      else pieces.push(piece);
    });
    child.stderr.on('data', (piece: Buffer) => {
      if (complaint.length < 8_192) complaint += piece.toString('utf8');
    });
    // Git may end before it has read everything; its exit code then says why.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
    child.once('error', (cause) => reject(new WorkspaceError('unavailable', 'Checkpoints need Git, and it could not be started. Install git, then try again.', { cause })));
    child.once('close', (code) => {
      if (bytes > options.maxBytes) reject(new WorkspaceError('too-large', `The answer is larger than ${options.maxBytes} bytes. Ask for one path at a time.`));
      else resolve({ output: Buffer.concat(pieces).toString('utf8'), complaint, exitCode: code ?? 1 });
    });
  });
}
