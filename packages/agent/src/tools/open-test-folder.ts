import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { RunScope, Tool, ToolResult } from '@atelier/plugin';
import type { Ending, FileFacts, Files, Processes, RunOptions, RunResult, Search, TextFile, Workspace } from '@atelier/workspace';
import { WorkspaceError } from '@atelier/workspace';

/** A scratch folder with real files, processes and Git, and the means to call a tool in it as the loop does. */
export interface TestFolder extends AsyncDisposable {
  readonly root: string;
  readonly workspace: Workspace;
  /** Outputs that `readEarlierOutput` knows. */
  readonly earlier: Map<string, string>;
  /** What `onOutput` was given. */
  readonly streamed: string[];
  scope(signal?: AbortSignal): RunScope;
  /** Parses, prepares and runs a call; a refusal of either comes back as a failed result. */
  call(tool: Tool, input: unknown): Promise<ToolResult>;
  put(path: string, text: string): Promise<void>;
  get(path: string): Promise<string>;
}

/** Opens a scratch folder with these files. For tests of tools; the sandbox and its limits have tests of their own. */
export async function openTestFolder(given: Record<string, string> = {}): Promise<TestFolder> {
  const root = await mkdtemp(join(tmpdir(), 'atelier-tools-'));
  const files = folderFiles(root);
  const { processes, close } = folderProcesses(root);
  const git = promisify(execFile);
  const workspace: Pick<Workspace, 'root' | 'sandbox' | 'files' | 'search' | 'processes' | 'git'> = {
    root,
    sandbox: { kind: 'bubblewrap', missing: undefined },
    files,
    search: folderSearch(root, files),
    processes,
    git: {
      isRepository: async () => true,
      status: async () => {
        const { stdout } = await git('git', ['status', '--porcelain=v1', '-z'], { cwd: root });
        return { branch: 'main', upstream: 'origin/main', ahead: 1, behind: 0, entries: stdout.split('\0').filter((line) => line !== '').map((line) => ({ code: line.slice(0, 2), path: line.slice(3) })) };
      },
      diff: async ({ path, base, staged } = {}) => (await git('git', ['diff', ...(staged === true ? ['--cached'] : []), ...(base === undefined ? [] : [base]), '--', ...(path === undefined ? [] : [path])], { cwd: root })).stdout,
      log: async () => [],
      branches: async () => [],
      createBranch: async () => {},
      commit: async () => ({ commit: '' }),
    },
  };
  const folder: TestFolder = {
    root,
    // Tools reach no other part of the port.
    workspace: workspace as Workspace,
    earlier: new Map(),
    streamed: [],
    scope: (signal = new AbortController().signal) => ({
      workspace: folder.workspace,
      threadId: 'thread',
      runId: 'run',
      callId: 'call',
      readEarlierOutput: async (id) => folder.earlier.get(id),
      signal,
      onOutput: (text) => folder.streamed.push(text),
    }),
    call: async (tool, input) => {
      const scope = folder.scope();
      const prepared = await tool.prepare(tool.input.parse(input), scope);
      return prepared.kind === 'refused' ? { status: 'failed', output: prepared.reason } : tool.run(prepared, scope);
    },
    put: async (path, text) => {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text);
    },
    get: (path) => readFile(join(root, path), 'utf8'),
    [Symbol.asyncDispose]: async () => {
      await close();
      await rm(root, { recursive: true, force: true });
    },
  };
  for (const [path, text] of Object.entries(given)) await folder.put(path, text);
  return folder;
}

const sha256 = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest('hex');

function folderFiles(root: string): Files {
  const at = (path: string) => {
    if (path.startsWith('/') || path.split('/').includes('..')) throw new WorkspaceError('outside', `${path} is outside the root. Use a path inside it.`, { path });
    return join(root, path);
  };
  const bytesOf = async (path: string) => {
    try {
      return await readFile(at(path));
    } catch (error) {
      throw asRefusal(path, error);
    }
  };
  const hash = async (path: string) => {
    try {
      return sha256(await bytesOf(path));
    } catch (error) {
      if (error instanceof WorkspaceError && error.code === 'not-found') return null;
      throw error;
    }
  };
  const read = async (path: string): Promise<TextFile> => {
    const bytes = await bytesOf(path);
    if (bytes.includes(0)) throw new WorkspaceError('binary', `${path} is a binary file. It cannot be read as text.`, { path });
    const text = bytes.toString('utf8');
    return { path, text: text.replaceAll('\r\n', '\n'), hash: sha256(bytes), bytes: bytes.length, encoding: 'utf-8', lineEnding: text.includes('\r\n') ? '\r\n' : '\n', mode: 0o644 };
  };
  const encode: (path: string, text: string, lineEnding?: string) => Promise<string> = async (path, text, lineEnding) => {
    const before = lineEnding ?? ((await hash(path)) !== null && (await bytesOf(path)).includes('\r\n') ? '\r\n' : '\n');
    return text.replaceAll('\n', before);
  };
  const facts = async (path: string): Promise<FileFacts> => {
    try {
      const found = await stat(at(path));
      return { path, kind: found.isDirectory() ? 'directory' : 'file', bytes: found.size, mode: found.mode, modifiedAtMs: found.mtimeMs };
    } catch (error) {
      throw asRefusal(path, error);
    }
  };
  return {
    read,
    hash,
    facts,
    readPage: async (path, { firstLine, maxLines, maxBytes, maxLineBytes = maxBytes }) => {
      const file = await read(path);
      const all = file.text.replace(/\n$/, '').split('\n');
      const total = file.text === '' ? [] : all;
      const lines = total.slice(firstLine - 1, firstLine - 1 + maxLines).map((line) => line.slice(0, maxLineBytes));
      let bytes = 0;
      const kept = lines.filter((line) => (bytes += line.length + 1) <= maxBytes);
      return { path, lines: kept, firstLine, totalLines: total.length, cut: kept.length < lines.length || total.some((line) => line.length > maxLineBytes), bytes: file.bytes, hash: file.hash };
    },
    readBytes: async (path) => {
      const bytes = await bytesOf(path);
      return { bytes, hash: sha256(bytes) };
    },
    hashAfterWrite: async (path, text, options) => sha256(await encode(path, text, options?.lineEnding)),
    write: async (path, text, options) => {
      if (options?.ifHash !== undefined && options.ifHash !== (await hash(path))) throw new WorkspaceError('changed', `${path} was changed. Read it again.`, { path });
      const encoded = await encode(path, text, options?.lineEnding);
      await mkdir(dirname(at(path)), { recursive: true });
      await writeFile(at(path), encoded);
      return { hash: sha256(encoded), bytes: Buffer.byteLength(encoded) };
    },
    remove: async (path, options) => {
      if (options?.ifHash !== undefined && options.ifHash !== (await hash(path))) throw new WorkspaceError('changed', `${path} was changed. Read it again.`, { path });
      await rm(at(path));
    },
    move: async (from, to) => {
      await mkdir(dirname(at(to)), { recursive: true });
      await rename(at(from), at(to));
    },
    list: async (path) => {
      try {
        const names = await readdir(at(path));
        return await Promise.all(names.map((name) => facts(path === '.' ? name : `${path}/${name}`)));
      } catch (error) {
        throw asRefusal(path, error);
      }
    },
    walk: async function* ({ under = '.' } = {}) {
      const names = await readdir(at(under), { recursive: true, withFileTypes: true });
      const paths = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
      yield* paths.sort();
    },
    isIgnored: async (path) => path.endsWith('node_modules'),
    isSecret: () => false,
  };
}

function asRefusal(path: string, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return new WorkspaceError('not-found', `There is no file ${path}.`, { path });
  if (code === 'EISDIR') return new WorkspaceError('is-directory', `${path} is a directory.`, { path });
  if (code === 'ENOTDIR') return new WorkspaceError('not-directory', `${path} is not a directory.`, { path });
  return error;
}

function folderSearch(root: string, files: Files): Search {
  const pathsUnder = async (under?: string): Promise<string[]> => {
    const paths: string[] = [];
    for await (const path of files.walk(under === undefined ? {} : { under })) paths.push(path);
    return paths;
  };
  return {
    glob: async (pattern, { limit = 1000, under } = {}) => {
      const { matchesGlob } = await import('node:path');
      const found = (await pathsUnder(under)).filter((path) => matchesGlob(path, pattern));
      return { paths: found.slice(0, limit), truncated: found.length > limit };
    },
    grep: async ({ pattern, regex, ignoreCase, under, contextLines = 0, maxMatches = 100 }) => {
      if (regex === true && pattern === '(') throw new WorkspaceError('failed', 'The pattern ( is not a regular expression.');
      const matcher = new RegExp(regex === true ? pattern : pattern.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`), ignoreCase === true ? 'i' : '');
      const paths = await pathsUnder(under);
      const texts = await Promise.all(paths.map(async (path) => ({ path, lines: (await readFile(join(root, path), 'utf8')).split('\n') })));
      const matches = texts.flatMap(({ path, lines }) =>
        lines.flatMap((text, index) =>
          matcher.test(text) ? [{ path, line: index + 1, text, before: lines.slice(Math.max(0, index - contextLines), index), after: lines.slice(index + 1, index + 1 + contextLines) }] : [],
        ),
      );
      return { matches: matches.slice(0, maxMatches), filesSearched: paths.length, truncated: matches.length > maxMatches };
    },
  };
}

function folderProcesses(root: string): { processes: Processes; close(): Promise<void> } {
  const started = new Map<string, { command: string; output: string; ending: Ending | undefined; stop(): Promise<void> }>();
  const launch = (options: RunOptions) => {
    const child = spawn('/bin/sh', ['-c', options.command], { cwd: join(root, options.directory ?? '.'), stdio: ['ignore', 'pipe', 'pipe'] });
    const state = { command: options.command, output: '', ending: undefined as Ending | undefined, done: Promise.resolve(), stop: async () => { child.kill('SIGKILL'); await state.done; } };
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => { state.output += String(chunk); options.onOutput?.(String(chunk)); });
    const timer = options.timeoutMs === undefined ? undefined : setTimeout(() => { state.ending = { kind: 'timed-out' }; child.kill('SIGKILL'); }, options.timeoutMs);
    options.signal?.addEventListener('abort', () => { state.ending = { kind: 'cancelled' }; child.kill('SIGKILL'); });
    state.done = new Promise((resolve) => child.on('close', (exitCode, signal) => {
      clearTimeout(timer);
      state.ending ??= signal === null ? { kind: 'exited', exitCode: exitCode ?? 0 } : { kind: 'signalled', signal };
      resolve();
    }));
    return state;
  };
  const background = (processId: string) => {
    const state = started.get(processId);
    if (state === undefined) throw new WorkspaceError('not-found', `There is no process ${processId}.`);
    return { processId, command: state.command, startedAtMs: 0, ending: state.ending, outputBytes: state.output.length };
  };
  return {
    processes: {
      run: async (options): Promise<RunResult> => {
        const state = launch(options);
        await state.done;
        return { ending: state.ending ?? { kind: 'cancelled' }, output: state.output, wholeOutputPath: undefined, outputBytes: state.output.length, durationMs: 1, sandboxed: false, notes: [] };
      },
      start: async (options) => {
        const processId = `p${started.size + 1}`;
        started.set(processId, launch(options));
        return background(processId);
      },
      list: () => [...started.keys()].map(background),
      readOutput: async (processId, { from = 0, maxBytes = 1 << 20 } = {}) => {
        const { output, ending } = started.get(processId) ?? { output: '', ending: undefined };
        const text = output.slice(from, from + maxBytes);
        return { text, nextOffset: from + text.length, ending };
      },
      stop: async (processId) => {
        await started.get(processId)?.stop();
        return background(processId);
      },
    },
    close: async () => {
      await Promise.all([...started.values()].map((state) => state.stop()));
    },
  };
}
