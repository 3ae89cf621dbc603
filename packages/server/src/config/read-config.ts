import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ParseError } from 'jsonc-parser';
import type { z } from 'zod';
import { Config, ProjectConfig } from './config-schema.ts';

/** A configuration file that cannot be used, in a sentence that names the file and the field. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

export function configPath(home: string): string {
  return join(home, 'config.json');
}

/** Reads a person's own configuration (JSON with comments); an absent file is an empty one. Throws `ConfigError`. */
export function readConfig(home: string): Promise<Config> {
  return readJsonc(configPath(home), Config);
}

/** Reads a project's `atelier.json`. Throws `ConfigError`. */
export function readProjectConfig(root: string): Promise<ProjectConfig> {
  return readJsonc(join(root, 'atelier.json'), ProjectConfig);
}

async function readJsonc<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.infer<Schema>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return schema.parse({});
    throw new ConfigError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
  }
  const { parse, printParseErrorCode } = await import('jsonc-parser');
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { allowTrailingComma: true, allowEmptyContent: true }) ?? {};
  const [first] = errors;
  if (first !== undefined) {
    const line = text.slice(0, first.offset).split('\n').length;
    throw new ConfigError(`${path}, line ${line}: ${printParseErrorCode(first.error)}. Mend the file, then try again.`);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ConfigError(`${path}: ${parsed.error.issues.map((issue) => `${issue.path.join('.') || 'file'}: ${issue.message}`).join('; ')}. Mend the file, then try again.`);
}
