import { createProgram } from '@atelier/cli';
import { Config, ProjectConfig } from '@atelier/server';
import { apiReference } from './api-reference.ts';
import { commandReference } from './command-reference.ts';
import { configurationReference } from './configuration-reference.ts';
import type { Schema } from './describe-schema.ts';

/** Every generated file of `docs/reference/`, by its name. */
export function renderReference(): Record<string, string> {
  const schemas = {
    own: Config.toJSONSchema({ io: 'input' }) as Schema, // JSON Schema as zod writes it
    project: ProjectConfig.toJSONSchema({ io: 'input' }) as Schema,
  };
  return {
    'README.md': ['# Reference', '', 'Generated from the source by `npm run docs`; `tests/reference.test.ts` holds it current.', '', '- [Commands](commands.md)', '- [Configuration](configuration.md)', '- [API](api.md)', ''].join('\n'),
    'api.md': apiReference(),
    'commands.md': commandReference(createProgram()),
    'configuration.md': configurationReference(schemas),
  };
}
