import { fieldTable, listFields } from './describe-schema.ts';
import type { Schema } from './describe-schema.ts';

/** `docs/reference/configuration.md`: the keys of a person's configuration and of a project's `atelier.json`. */
export function configurationReference(schemas: { own: Schema; project: Schema }): string {
  return [
    '# Configuration', '',
    'Generated from the schemas by `npm run docs`. `<name>` stands for a key of your choice. How the places go together: [the guide](../guide/configuration.md).', '',
    '## Your own (`atelier config`)', '', ...fieldTable(listFields(schemas.own), 'key'),
    '## A project\'s `atelier.json`', '', ...fieldTable(listFields(schemas.project), 'key'),
  ].join('\n');
}
