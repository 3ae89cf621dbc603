import { join } from 'node:path';
import type { ConfigEditor } from './edit-config.ts';
import { flattenConfig } from './edit-config.ts';
import { readProjectConfig } from './read-config.ts';

/** One value that is set. A secret's value is dots. */
export interface SourcedValue {
  /** Dotted key of the configuration, or a variable's name. */
  key: string;
  value: unknown;
  /** The file that says it, or `environment`. */
  from: string;
}

const hidden = '••••';
const variables = [
  'OPENAI_API_KEY', 'OPENAI_BASE_URL', 'OPENAI_MODEL', 'ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN', 'ANTHROPIC_BASE_URL', 'ANTHROPIC_MODEL',
  'GOOGLE_GENERATIVE_AI_API_KEY', 'GEMINI_API_KEY', 'GOOGLE_GEMINI_BASE_URL', 'GEMINI_MODEL', 'OLLAMA_HOST', 'OLLAMA_MODEL',
  'ATELIER_HOME', 'ATELIER_DATABASE_URL', 'ATELIER_HOSTS', 'ATELIER_SCRIPT',
];

/** Every value that is set for a folder and where it comes from: the person's files, the project's `atelier.json`, the environment. Throws `ConfigError`. */
export async function listConfigSources({ editor, home, root, environment }: { editor: ConfigEditor; home: string; root: string; environment: Readonly<Record<string, string | undefined>> }): Promise<SourcedValue[]> {
  const own = (await editor.list()).map(({ key, value, kept }) => ({ key, value, from: kept ? join(home, 'credentials.json') : editor.path }));
  const project = flattenConfig(await readProjectConfig(root)).map((entry) => ({ ...entry, from: join(root, 'atelier.json') }));
  const outside = variables.flatMap((key) => {
    const value = environment[key]?.trim() ?? '';
    return value === '' ? [] : [{ key, value: shown(key, value), from: 'environment' }];
  });
  return [...own, ...project, ...outside];
}

/** Addresses may hold a password, and keys are secrets whole. */
function shown(name: string, value: string): string {
  if (/_(KEY|TOKEN)$/.test(name)) return hidden;
  return value.replace(/(?<=:\/\/)[^@/]*(?=@)/, hidden);
}
