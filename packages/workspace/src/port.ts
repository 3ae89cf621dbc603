/**
 * The one port through which files of a checkout are read and written, commands run, and checkpoints taken.
 * Implementations: `local` (this machine) and `memory` (tests). Both pass `workspace-contract.ts`.
 *
 * Paths are relative to the root, with `/`, and never leave it. Every refusal is a `WorkspaceError` whose message tells
 * a person or a model what to do next.
 */

export interface Workspace {
  readonly root: string;
  readonly files: Files;
  readonly search: Search;
  readonly processes: Processes;
  readonly checkpoints: Checkpoints;
  readonly git: Git;
  readonly sandbox: SandboxFacts;
  /** What the project is: languages, package manager, and its test, lint and type commands. */
  detectProject(): Promise<ProjectFacts>;
  /** Stops background processes and releases handles. */
  close(): Promise<void>;
}

export type WorkspaceErrorCode =
  | 'not-found' | 'is-directory' | 'not-directory' | 'outside' | 'secret' | 'changed' | 'exists' | 'binary' | 'too-large'
  | 'read-only' | 'disk-full' | 'bad-name' | 'not-git' | 'aborted' | 'unavailable' | 'failed';

/** A refusal or failure of the workspace; `message` is a sentence that says what happened and what to do. */
export class WorkspaceError extends Error {
  readonly code: WorkspaceErrorCode;
  readonly path: string | undefined;
  constructor(code: WorkspaceErrorCode, message: string, options?: { path?: string; cause?: unknown }) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'WorkspaceError';
    this.code = code;
    this.path = options?.path;
  }
}

export type Encoding = 'utf-8' | 'utf-8-bom' | 'utf-16le' | 'utf-16be' | 'latin1';
export type LineEnding = '\n' | '\r\n';

/** A whole text file. `text` always has `\n`; encoding and line ending are put back by `write`. */
export interface TextFile {
  path: string;
  text: string;
  /** SHA-256 (hex) of the bytes on disk. */
  hash: string;
  bytes: number;
  encoding: Encoding;
  lineEnding: LineEnding;
  mode: number;
}

/** A page of lines of a file of any size. */
export interface FilePage {
  path: string;
  /** The lines, without endings. */
  lines: string[];
  /** 1-based number of `lines[0]`. */
  firstLine: number;
  /** Number of lines in the file; undefined where the file was streamed and the page ended before its end. */
  totalLines: number | undefined;
  /** Whether a line was cut at `maxLineBytes`, or the page at `maxBytes`. */
  cut: boolean;
  bytes: number;
  /** Hash of the whole file; undefined for a file that was streamed (over 50 MB). */
  hash: string | undefined;
}

export interface FileFacts {
  path: string;
  kind: 'file' | 'directory' | 'symlink' | 'other';
  bytes: number;
  mode: number;
  modifiedAtMs: number;
}

export interface WriteOptions {
  /** The hash the file must have now; `null`: it must not exist. Without it the write is unconditional. */
  ifHash?: string | null;
  encoding?: Encoding;
  lineEnding?: LineEnding;
}

export interface Files {
  /** Reads a text file whole. Errors: not-found, is-directory, outside, secret, binary, too-large (over 50 MB). */
  read(path: string): Promise<TextFile>;
  readPage(path: string, options: { firstLine: number; maxLines: number; maxBytes: number; maxLineBytes?: number }): Promise<FilePage>;
  readBytes(path: string, options?: { maxBytes?: number }): Promise<{ bytes: Uint8Array; hash: string }>;
  /** Hash of the bytes on disk, or null where there is no file. */
  hash(path: string): Promise<string | null>;
  /** The hash that `write(path, text)` will leave, without writing: encoding and line endings of the existing file applied. */
  hashAfterWrite(path: string, text: string, options?: WriteOptions): Promise<string>;
  /** Atomic replacement (temporary file, fsync, rename) that keeps the mode; makes parent folders. Errors: changed, outside, secret, read-only, disk-full. */
  write(path: string, text: string, options?: WriteOptions): Promise<{ hash: string; bytes: number }>;
  remove(path: string, options?: { ifHash?: string }): Promise<void>;
  /** Moves a file or folder; refuses to overwrite. */
  move(from: string, to: string): Promise<void>;
  facts(path: string): Promise<FileFacts>;
  list(path: string): Promise<FileFacts[]>;
  /** Relative paths of files that are not ignored and not secret, in a stable order. */
  walk(options?: { under?: string; includeIgnored?: boolean; signal?: AbortSignal }): AsyncIterable<string>;
  isIgnored(path: string): Promise<boolean>;
  /** Whether the deny list for secrets covers this path. Pure and fast. */
  isSecret(path: string): boolean;
}

export interface Search {
  /** Paths that match a glob (`**`, braces), newest first up to `limit`. */
  glob(pattern: string, options?: { under?: string; limit?: number; signal?: AbortSignal }): Promise<{ paths: string[]; truncated: boolean }>;
  grep(query: GrepQuery): Promise<GrepResult>;
}

export interface GrepQuery {
  pattern: string;
  regex?: boolean;
  ignoreCase?: boolean;
  under?: string;
  glob?: string;
  contextLines?: number;
  maxMatches?: number;
  signal?: AbortSignal;
}
export interface GrepMatch {
  path: string;
  line: number;
  text: string;
  before: string[];
  after: string[];
}
export interface GrepResult {
  matches: GrepMatch[];
  filesSearched: number;
  truncated: boolean;
}

export interface RunOptions {
  /** Shell text, run by `/bin/bash -c` where there is one, else `/bin/sh -c`. */
  command: string;
  /** Relative to the root; `.` by default. */
  directory?: string;
  timeoutMs?: number;
  memoryBytes?: number;
  maxProcesses?: number;
  /** Hosts the command may reach (`example.com`, `*.example.com`, `example.com:8080`); none by default. */
  allowedHosts?: string[];
  /** Runs without the sandbox. Only after a person allowed it. */
  unsandboxed?: boolean;
  environment?: Record<string, string>;
  signal?: AbortSignal;
  /** Called with each piece of output, stdout and stderr in the order in which they came. */
  onOutput?: (text: string) => void;
}

export type Ending =
  | { kind: 'exited'; exitCode: number }
  | { kind: 'signalled'; signal: string }
  | { kind: 'timed-out' }
  | { kind: 'out-of-memory' }
  | { kind: 'too-much-output' }
  | { kind: 'cancelled' }
  | { kind: 'not-started'; reason: string };

export interface RunResult {
  ending: Ending;
  /** stdout and stderr together: whole when short, else head and tail with a line between that says what was left out. */
  output: string;
  /** The path, outside the workspace, of a file with the whole output; set only where `output` was shortened. The caller moves it into a blob and removes it. */
  wholeOutputPath: string | undefined;
  outputBytes: number;
  durationMs: number;
  sandboxed: boolean;
  /** What the sandbox or a limit denied, in words, where that could be told (a blocked host, too many processes). */
  notes: string[];
}

export interface BackgroundProcess {
  processId: string;
  command: string;
  startedAtMs: number;
  ending: Ending | undefined;
  outputBytes: number;
}

export interface Processes {
  run(options: RunOptions): Promise<RunResult>;
  /** Starts a background process and returns at once. It ends with the workspace, also when the server is killed. */
  start(options: RunOptions): Promise<BackgroundProcess>;
  list(): BackgroundProcess[];
  /** Output of a background process from a byte offset. */
  readOutput(processId: string, options?: { from?: number; maxBytes?: number }): Promise<{ text: string; nextOffset: number; ending: Ending | undefined }>;
  stop(processId: string): Promise<BackgroundProcess>;
}

export interface SandboxFacts {
  kind: 'bubblewrap' | 'seatbelt' | 'none';
  /** Why there is none and how to get one; undefined when there is one. */
  missing: string | undefined;
}

/** A file's state that a checkpoint does not hold, and why. */
export interface Uncovered {
  path: string;
  reason: 'too-large' | 'ignored' | 'secret' | 'unreadable' | 'nested-repository' | 'special';
}

export interface Checkpoint {
  /** Names the saved tree; equal trees have equal ids. */
  checkpointId: string;
  /** A bounded sample; `uncoveredCount` is the whole number. */
  uncovered: Uncovered[];
  uncoveredCount: number;
}

export interface FileChange {
  path: string;
  kind: 'added' | 'changed' | 'deleted';
  /** Names of the contents (hex; equal contents, equal names), null where there is no file. The text is in `diff`. */
  before: string | null;
  after: string | null;
  binary: boolean;
  added: number;
  removed: number;
}

export interface Checkpoints {
  /** Saves the current state of the covered files. Never touches the user's index, stash or refs. */
  create(): Promise<Checkpoint>;
  /** What changed from one checkpoint to another (`to` absent: the files as they are now). */
  changes(from: string, to?: string): Promise<FileChange[]>;
  /** Unified diff of the same. */
  diff(from: string, options?: { to?: string; path?: string }): Promise<string>;
  /**
   * Puts files back as they were at `to`. With `from` (the state the run left), a file that somebody changed since is
   * not clobbered: it is left alone and named in `skipped`. `paths` limits it.
   */
  restore(to: string, options?: { from?: string; paths?: string[] }): Promise<{ restored: string[]; removed: string[]; skipped: { path: string; reason: string }[] }>;
}

export interface GitStatusEntry {
  path: string;
  /** Porcelain v2 letters, e.g. `.M`, `A.`, `??`. */
  code: string;
  from?: string;
}
export interface Git {
  isRepository(): Promise<boolean>;
  status(): Promise<{ branch: string | undefined; upstream: string | undefined; ahead: number; behind: number; entries: GitStatusEntry[] }>;
  diff(options?: { staged?: boolean; path?: string; base?: string }): Promise<string>;
  log(options?: { limit?: number; path?: string }): Promise<{ commit: string; author: string; at: string; subject: string }[]>;
  branches(): Promise<{ name: string; current: boolean; commit: string }[]>;
  createBranch(name: string, options?: { switch?: boolean }): Promise<void>;
  commit(options: { message: string; paths?: string[] }): Promise<{ commit: string }>;
}

export interface ProjectCheck {
  name: 'test' | 'lint' | 'types';
  command: string;
  /** Where it comes from: `package.json scripts.test`, `atelier.json`, `go.mod` ... */
  source: string;
}
export interface ProjectFacts {
  languages: string[];
  packageManager: string | undefined;
  checks: ProjectCheck[];
}
