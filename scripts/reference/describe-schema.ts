/** The parts of a JSON Schema that a table shows. */
export interface Schema {
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
  default?: unknown;
  description?: string;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  $ref?: string;
}

/**
 * A field of an object at any depth, by its dotted name; `<name>` stands for the keys of a map, `[]` for list items, and
 * `:kind` for the fields that an object has whose `type` is that kind.
 */
export interface Field {
  name: string;
  schema: Schema;
  required: boolean;
}

/** The fields of a schema, the deeper ones after the one that holds them. */
export function listFields(schema: Schema, prefix = ''): Field[] {
  const fields = [
    ...Object.entries(schema.properties ?? {}).filter(([key, value]) => key !== 'type' || value.const === undefined).flatMap(([key, value]) => {
      const name = prefix === '' ? key : `${prefix}.${key}`;
      return [{ name, schema: value, required: schema.required?.includes(key) === true && value.default === undefined }, ...listFields(value, name)];
    }),
    ...[...schema.anyOf ?? [], ...schema.oneOf ?? []].flatMap((choice) => {
      const kind = choice.properties?.['type']?.const;
      return listFields(choice, typeof kind === 'string' ? `${prefix}:${kind}` : prefix);
    }),
    ...(typeof schema.additionalProperties === 'object' ? listFields(schema.additionalProperties, prefix === '' ? '<name>' : `${prefix}.<name>`) : []),
    ...(schema.items === undefined ? [] : listFields(schema.items, `${prefix}[]`)),
  ];
  return fields.filter((field, index) => fields.findIndex((other) => other.name === field.name) === index);
}

/** A type in words, for a cell: `"a" | "b"`, `integer 1 to 200`, `list of string`. */
export function typeWords(schema: Schema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return [...new Set(choices.map((choice) => choice.properties?.['type']?.const === undefined ? typeWords(choice) : JSON.stringify(choice.properties['type'].const)))].join(' | ');
  if (schema.type === 'array') return `list of ${typeWords(schema.items ?? {})}`;
  if (schema.type === 'object' && typeof schema.additionalProperties === 'object') return `map of ${typeWords(schema.additionalProperties)}`;
  const minimum = schema.minimum !== undefined && Math.abs(schema.minimum) < Number.MAX_SAFE_INTEGER ? schema.minimum : undefined;
  const maximum = schema.maximum !== undefined && schema.maximum < Number.MAX_SAFE_INTEGER ? schema.maximum : undefined;
  const range = minimum !== undefined && maximum !== undefined ? `${minimum} to ${maximum}` : minimum !== undefined ? `from ${minimum}` : maximum !== undefined ? `up to ${maximum}` : '';
  return [[schema.type ?? 'anything'].flat().join(' | '), range].filter(Boolean).join(' ');
}

/** A row of a Markdown table. */
export function row(...cells: string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
}

export function code(text: string): string {
  return text === '' ? '' : `\`${text}\``;
}

/** A table of fields, or nothing where there are none. */
export function fieldTable(fields: Field[], heading: string): string[] {
  if (fields.length === 0) return [];
  return [
    row(heading, 'type', 'default', ''), '|---|---|---|---|',
    ...fields.map(({ name, schema, required }) => row(code(name) + (required ? ' (required)' : ''), code(typeWords(schema)), schema.default === undefined ? '' : code(JSON.stringify(schema.default)), schema.description ?? '')),
    '',
  ];
}
