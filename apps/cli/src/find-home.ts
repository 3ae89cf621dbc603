import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The data folder: `ATELIER_HOME`, or `.atelier` in the person's home. */
export function findHome(environment: Readonly<Record<string, string | undefined>>): string {
  const given = environment['ATELIER_HOME'];
  return given === undefined || given === '' ? join(environment['HOME'] || homedir(), '.atelier') : resolve(given);
}
