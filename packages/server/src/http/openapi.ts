import { Problem, endpoints } from '@atelier/protocol';
import type { Endpoint } from '@atelier/protocol';
import { z } from 'zod';

/** The OpenAPI 3.1 document, made from the protocol's table of endpoints. */
export function openApiDocument(version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const [name, endpoint] of Object.entries(endpoints) as [string, Endpoint][]) {
    (paths[endpoint.url] ??= {})[endpoint.method.toLowerCase()] = operation(name, endpoint);
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Atelier', version, description: 'Threads of people\'s and agents\' work on code. Live events also come by WebSocket at `/api/socket`.', license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }, { cookie: [] }],
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' }, cookie: { type: 'apiKey', in: 'cookie', name: 'atelier' } },
      schemas: { Problem: schema(Problem) },
    },
  };
}

function operation(name: string, endpoint: Endpoint): object {
  const parameters = [...fields(endpoint.path, 'path'), ...fields(endpoint.query, 'query')];
  const media = endpoint.media ?? 'application/json';
  return {
    operationId: name,
    summary: endpoint.summary,
    tags: [endpoint.tag],
    ...(endpoint.open === true && { security: [] }),
    ...(parameters.length > 0 && { parameters }),
    ...(endpoint.body !== undefined && {
      requestBody: { required: true, content: { [endpoint.body.def.type === 'string' ? 'application/x-ndjson' : 'application/json']: { schema: schema(endpoint.body) } } },
    }),
    responses: {
      [endpoint.status]: endpoint.status === 204 ? { description: 'Done' } : { description: 'The answer', content: { [media]: { schema: schema(endpoint.answer, 'output') } } },
      default: { description: 'A problem (RFC 9457)', content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } },
    },
  };
}

function fields(object: z.ZodObject, place: 'path' | 'query'): object[] {
  const { properties = {}, required = [] } = schema(object) as { properties?: Record<string, { description?: string }>; required?: string[] };
  return Object.entries(properties).map(([name, field]) => ({ name, in: place, required: place === 'path' || required.includes(name), schema: field, ...(field.description && { description: field.description }) }));
}

function schema(type: z.ZodType, io: 'input' | 'output' = 'input'): object {
  const made = z.toJSONSchema(type, { io, unrepresentable: 'any' }); // 2020-12, the dialect of OpenAPI 3.1
  delete made.$schema;
  return made;
}
