import { execFile } from 'node:child_process';
import { constants, existsSync } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Finding } from '@atelier/protocol';
import { detectSandbox } from '@atelier/workspace';
import { readModels, readSettings } from './config/settings.ts';
import type { Database } from './database/tables.ts';

interface Place {
  home: string;
  environment: Readonly<Record<string, string | undefined>>;
  root: string | undefined;
  database: Database;
}

/** Looks at everything that the product needs and says how it is and what to do. Never throws: what breaks is a finding. */
export async function diagnose(place: Place): Promise<Finding[]> {
  const checks: [string, (place: Place) => Promise<Omit<Finding, 'name'>>][] = [
    ['Node', node], ['Data folder', dataFolder], ['Database', database], ['Git', git], ['Sandbox', sandbox], ['Configuration', configuration], ['Models', models],
  ];
  return Promise.all(checks.map(async ([name, check]) => {
    try {
      return { name, ...await check(place) };
    } catch (error) {
      return { name, status: 'problem' as const, found: error instanceof Error ? error.message : String(error) };
    }
  }));
}

async function node(): Promise<Omit<Finding, 'name'>> {
  return { status: 'ok', found: `${process.version}, ${process.execPath}` };
}

async function dataFolder({ home }: Place): Promise<Omit<Finding, 'name'>> {
  await access(home, constants.W_OK);
  const { bavail, bsize } = await statfs(home);
  const free = Math.round(bavail * bsize / 2 ** 20);
  return free < 500
    ? { status: 'warning', found: `${home}, ${free} MB free`, advice: 'Free some disk space: threads and checkpoints are kept here.' }
    : { status: 'ok', found: `${home}, ${Math.round(free / 1024)} GB free` };
}

async function database({ database: { kind, kysely } }: Place): Promise<Omit<Finding, 'name'>> {
  const { threads } = await kysely.selectFrom('threads').select((select) => select.fn.countAll<number>().as('threads')).executeTakeFirstOrThrow();
  return { status: 'ok', found: `${kind}, ${Number(threads)} threads` };
}

async function git(): Promise<Omit<Finding, 'name'>> {
  try {
    const { stdout } = await promisify(execFile)('git', ['--version']);
    return { status: 'ok', found: stdout.trim() };
  } catch {
    return { status: 'problem', found: 'Git was not found.', advice: 'Install Git: without it there are no checkpoints, so nothing can be changed or undone.' };
  }
}

async function sandbox({ environment }: Place): Promise<Omit<Finding, 'name'>> {
  const { kind, missing } = detectSandbox({ platform: process.platform, environment });
  return kind === 'none'
    ? { status: 'warning', found: 'There is no sandbox, so every command asks first.', ...(missing !== undefined && { advice: missing }) }
    : { status: 'ok', found: kind };
}

async function configuration({ home, environment, root }: Place): Promise<Omit<Finding, 'name'>> {
  await readSettings({ home, environment, root });
  const files = [join(home, 'config.json'), ...(root === undefined ? [] : [join(root, 'atelier.json')])].filter((path) => existsSync(path));
  return { status: 'ok', found: files.length === 0 ? 'defaults; nothing is set' : files.join(', ') };
}

async function models({ home, environment, root }: Place): Promise<Omit<Finding, 'name'>> {
  const found = await readModels({ home, environment, root });
  const chosen = await found.choose(undefined, AbortSignal.timeout(3000));
  if ('problem' in chosen) return { status: 'problem', found: 'No model was found.', advice: chosen.problem };
  return { status: 'ok', found: `${chosen.id} (${chosen.reason})` };
}
