import { endpoints, problemCodes } from '@atelier/protocol';
import { code, fieldTable, listFields, row } from './describe-schema.ts';
import type { Schema } from './describe-schema.ts';

/** `docs/reference/api.md`: every endpoint with its parameters and body. */
export function apiReference(): string {
  const all = Object.entries(endpoints).map(([name, endpoint]) => ({ name, ...endpoint }));
  const tags = [...new Set(all.map(({ tag }) => tag))];
  return [
    '# API', '',
    'Generated from `packages/protocol` by `npm run docs`. The whole description, answers included, is what a server gives under `/api/openapi.json` and shows under `/docs`. How to use it: [the guide](../guide/api.md).', '',
    'In the tables `a.b` is the field `b` of `a`, `[]` stands for the items of a list, and `:kind` for the fields of an object whose `type` is that kind.', '',
    row('call', '', ''), '|---|---|---|',
    ...all.map(({ name, method, url, summary }) => row(`[${name}](#${name.toLowerCase()})`, code(`${method} ${url}`), summary)), '',
    ...tags.flatMap((tag) => [`## ${tag}`, '', ...all.filter((endpoint) => endpoint.tag === tag).flatMap((endpoint) => describe(endpoint))]),
    '## Problem codes', '',
    'Every refusal and failure is `application/problem+json` (RFC 9457) with one of these as `code`:', '',
    problemCodes.map(code).join(', '), '',
  ].join('\n');
}

interface Described {
  name: string;
  method: string;
  url: string;
  summary: string;
  status: number;
  media?: string;
  open?: boolean;
  maxBodyBytes?: number;
  query: { toJSONSchema(options: { io: 'input' }): unknown };
  body: { toJSONSchema(options: { io: 'input' }): unknown } | undefined;
}

function describe(endpoint: Described): string[] {
  const query = schemaOf(endpoint.query);
  const body = endpoint.body === undefined ? undefined : schemaOf(endpoint.body);
  const facts = [
    `Answers ${endpoint.status}${endpoint.media === undefined ? '' : ` with \`${endpoint.media}\``}.`,
    endpoint.open === true ? 'Needs no token.' : '',
    endpoint.maxBodyBytes === undefined ? '' : `The body may have ${endpoint.maxBodyBytes / 1024 / 1024} MiB.`,
  ];
  return [
    `### ${endpoint.name}`, '', `${code(`${endpoint.method} ${endpoint.url}`)}: ${endpoint.summary}.`, '', facts.filter(Boolean).join(' '), '',
    ...fieldTable(listFields(query), 'query'),
    ...(body === undefined ? [] : body.type === 'string' ? ['The body is text.', ''] : fieldTable(listFields(body), 'body')),
  ];
}

function schemaOf(schema: { toJSONSchema(options: { io: 'input' }): unknown }): Schema {
  return schema.toJSONSchema({ io: 'input' }) as Schema; // JSON Schema as zod writes it
}
