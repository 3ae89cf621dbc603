import { z } from 'zod';

/** Names that other products' tools use for the same field; models trained on them slip into these. */
const aliases: Record<string, string[]> = {
  path: ['file_path', 'filePath', 'filename', 'file', 'directory_path'],
  command: ['cmd', 'script'],
  content: ['contents', 'text', 'file_text'],
  old: ['old_string', 'oldString', 'old_text', 'oldText', 'search'],
  new: ['new_string', 'newString', 'new_text', 'newText', 'replace'],
  items: ['plan', 'todos', 'steps'],
  text: ['step', 'content', 'task', 'title'],
  first_line: ['offset', 'start_line'],
  max_lines: ['limit'],
};

/**
 * The input schema of a tool, lenient where no meaning can be lost: `null` counts as absent, numbers and booleans may
 * come as strings, an array as its JSON text or as its single item, and a field under another product's usual name; `mend`
 * may bring a whole input into shape first. All else is refused by the schema with the field's name. The JSON schema
 * that a model sees is the plain object's.
 */
export function toolInput<Shape extends z.ZodRawShape>(shape: Shape, mend: (given: Record<string, unknown>) => Record<string, unknown> = (given) => given): z.ZodType<z.output<z.ZodObject<Shape>>> {
  return z.preprocess((value) => forgive(shape, isRecord(value) ? mend(value) : value), z.object(shape));
}

/** The same leniency for an object inside an input. */
export function forgivingObject<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.preprocess((value) => forgive(shape, value), z.object(shape));
}

function forgive(shape: z.ZodRawShape, value: unknown): unknown {
  if (!isRecord(value)) return value;
  const given = value;
  const forgiven: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(shape)) {
    const key = [name, ...(aliases[name] ?? []).filter((alias) => !(alias in shape))].find((candidate) => given[candidate] != null);
    if (key !== undefined) forgiven[name] = forgiveValue(innermost(schema), given[key]);
  }
  return forgiven;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function forgiveValue(schema: z.core.$ZodType, value: unknown): unknown {
  if (schema instanceof z.ZodNumber) {
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    return typeof number === 'number' && Number.isFinite(number) ? Math.floor(number) : value;
  }
  if (schema instanceof z.ZodBoolean) {
    if (value === 'true') return true;
    if (value === 'false') return false;
  }
  if (schema instanceof z.ZodArray && !Array.isArray(value)) {
    if (typeof value !== 'string') return [value];
    const parsed = parseArray(value);
    return parsed ?? (innermost(schema.element) instanceof z.ZodString && value !== '' ? [value] : value);
  }
  return value;
}

/** The array that a text is the JSON of; undefined where it is not one. */
function parseArray(text: string): unknown[] | undefined {
  if (!text.trimStart().startsWith('[')) return undefined;
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed : undefined;
  } catch {
    // Not JSON: the schema then names the field and says what it expects.
    return undefined;
  }
}

function innermost(schema: z.core.$ZodType): z.core.$ZodType {
  return schema instanceof z.ZodOptional ? innermost(schema.unwrap()) : schema;
}
