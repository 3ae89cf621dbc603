import { getRandomValues } from 'node:crypto';
import { createIdMaker } from '@atelier/thread';
import { findHome } from './find-home.ts';
import { findRoot } from './find-root.ts';
import { createStyle } from './terminal/style.ts';
import type { Style } from './terminal/style.ts';

/** What a command sees of the world: everything that it may read, write or ask. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Folder in which the command works; `--cwd` changes it. */
  cwd: string;
  readonly home: string;
  readonly root: string;
  readonly version: string;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** How text for people on stdout is coloured. */
  readonly style: Style;
  /** A person is at the keyboard and sees the output. */
  readonly interactive: boolean;
  now(): number;
  newId(): string;
  /** What the process ends with. */
  exitCode: number;
}

export function surroundingsOfProcess(version: string): Surroundings {
  const { env: environment, stdin, stdout, stderr } = process;
  const now = (): number => Date.now();
  return {
    environment, cwd: process.cwd(), home: findHome(environment), root: findRoot(), version, stdin, stdout, stderr,
    style: createStyle(hasColor(environment, stdout.isTTY)),
    interactive: stdin.isTTY && stdout.isTTY && environment['TERM'] !== 'dumb',
    now, newId: createIdMaker(now, (bytes) => getRandomValues(bytes)), exitCode: 0,
  };
}

/** https://no-color.org, and FORCE_COLOR as Node reads it. */
export function hasColor(environment: Readonly<Record<string, string | undefined>>, isTerminal: boolean): boolean {
  if ((environment['NO_COLOR'] ?? '') !== '') return false;
  const forced = environment['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return isTerminal && environment['TERM'] !== 'dumb';
}
