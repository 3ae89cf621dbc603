import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ModelsConfig, ProjectModelsConfig, loadModels, openCredentials } from '@atelier/models';
import type { Models, Script } from '@atelier/models';
import type { Mode } from '@atelier/thread';
import type { RunSettings } from '../runs/run-kits.ts';
import type { Config, ProjectConfig } from './config-schema.ts';
import { readConfig, readProjectConfig } from './read-config.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Everything that configuration decides for one checkout. */
export interface Settings extends RunSettings {
  mode: Mode;
  config: Config;
}

const DEFAULT_STEPS = 200;

/**
 * Reads the settings of a checkout: environment, the person's configuration, the project's file. Read anew for each run,
 * so that a change counts at once. Throws `ConfigError`.
 */
export async function readSettings({ home, environment, root }: { home: string; environment: Environment; root: string | undefined }): Promise<Settings> {
  const [config, project, models] = await Promise.all([readConfig(home), readProject(root), readModels({ home, environment, root })]);
  const verify = { rounds: 3, checks: ['types' as const, 'test' as const], ...config.verify, ...withoutUndefined(project.verify ?? {}) };
  const scripted = environment['ATELIER_SCRIPT'] !== undefined;
  return {
    config,
    models,
    layers: [],
    allowedHosts: config.sandbox?.allowedHosts ?? [],
    maxSteps: Math.min(config.maxSteps ?? DEFAULT_STEPS, project.maxSteps ?? Infinity),
    verify: { rounds: verify.rounds, checks: verify.rounds === 0 ? [] : verify.checks },
    mode: scripted ? 'auto' : strictest(config.mode ?? 'ask', project.mode),
  };
}

const modelParts = (value: object, schema: { shape: object }): object => Object.fromEntries(Object.entries(value).filter(([key]) => key in schema.shape));

/** The models of a checkout. `ATELIER_SCRIPT` names a script file; then there is the model `scripted/demo`, and it is the default. */
export async function readModels({ home, environment, root }: { home: string; environment: Environment; root: string | undefined }): Promise<Models> {
  const [config, project, credentials] = await Promise.all([readConfig(home), readProject(root), openCredentials(join(home, 'credentials.json'))]);
  const script = environment['ATELIER_SCRIPT'];
  return loadModels({
    environment,
    config: { ...modelParts(config, ModelsConfig), ...(script !== undefined && { model: 'scripted/demo' }) },
    projectConfig: modelParts(project, ProjectModelsConfig),
    keys: credentials.all(),
    ...(script !== undefined && { scripts: { demo: JSON.parse(await readFile(script, 'utf8')) as Script } }),
  });
}

const readProject = (root: string | undefined): Promise<ProjectConfig> => (root === undefined ? Promise.resolve({}) : readProjectConfig(root));

/** A project may only tighten. */
function strictest(own: Mode, project: Mode | undefined): Mode {
  const order: Mode[] = ['plan', 'ask', 'auto'];
  return project === undefined || order.indexOf(own) <= order.indexOf(project) ? own : project;
}

function withoutUndefined<Value extends object>(value: Value): { [Key in keyof Value]: Exclude<Value[Key], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as { [Key in keyof Value]: Exclude<Value[Key], undefined> }; // the undefined fields are gone
}
