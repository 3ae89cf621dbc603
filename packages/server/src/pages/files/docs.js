import { call } from './api.js';
import { byId, count, element, fill } from './dom.js';

void call('GET', '/api/openapi.json').then(start, (error) => { if (error.status !== 401) fill(byId('endpoints'), element('p', { class: 'notice bad' }, error.message)); });

function start(document) {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({
    path, method: method.toUpperCase(), operation, tag: operation.tags?.[0] ?? 'other',
    searched: `${method} ${path} ${operation.summary ?? ''} ${operation.description ?? ''} ${operation.operationId ?? ''}`.toLowerCase(),
    node: undefined,
  })));
  for (const operation of operations) operation.node = drawOperation(operation, document);
  const tags = [...new Set(operations.map(({ tag }) => tag))];
  const groups = tags.map((tag) => element('section', {}, element('h2', {}, tag), operations.filter((operation) => operation.tag === tag).map(({ node }) => node)));
  byId('endpoints').replaceChildren(...groups);
  const search = byId('search');
  const filter = () => {
    const asked = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const { node, searched } of operations) node.hidden = !asked.every((word) => searched.includes(word));
    for (const group of groups) group.hidden = [...group.querySelectorAll('.endpoint')].every((node) => node.hidden);
    byId('count').textContent = count(operations.filter(({ node }) => !node.hidden).length, 'call');
  };
  search.addEventListener('input', filter);
  filter();
  const target = location.hash === '' ? null : window.document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target !== null) { target.querySelector('details').open = true; target.scrollIntoView(); }
}


function drawOperation({ path, method, operation }, document) {
  const body = operation.requestBody?.content;
  const parameters = operation.parameters ?? [];
  return element('div', { class: 'endpoint card', id: operation.operationId },
    element('details', {},
      element('summary', {}, element('span', { class: `method ${method}` }, method), ' ', element('code', {}, path), ' ', element('span', { class: 'quiet' }, operation.summary ?? '')),
      operation.description === undefined ? '' : element('p', {}, operation.description),
      parameters.length === 0 ? '' : [element('h3', { class: 'small quiet' }, 'Parameters'), element('ul', { class: 'schema' }, parameters.map((parameter) =>
        element('li', {}, element('code', {}, parameter.name), ` ${parameter.in}${parameter.required ? ', required' : ''}: `, drawSchema(parameter.schema ?? {}, document, 0))))],
      body === undefined ? '' : [element('h3', { class: 'small quiet' }, 'Body'), drawContent(body, document)],
      element('h3', { class: 'small quiet' }, 'Answers'),
      Object.entries(operation.responses ?? {}).map(([status, response]) => {
        const resolved = resolve(response, document);
        return element('div', {}, element('code', {}, status), ` ${resolved.description ?? ''}`, resolved.content === undefined ? '' : drawContent(resolved.content, document));
      }),
      element('h3', { class: 'small quiet' }, 'Example'), element('pre', {}, curl(path, method, operation, document))));
}

function drawContent(content, document) {
  return Object.entries(content).map(([type, { schema }]) => element('div', {}, element('span', { class: 'small quiet' }, `${type} `), schema === undefined ? '' : drawSchema(schema, document, 0)));
}

function resolve(schema, document) {
  if (schema.$ref === undefined) return schema;
  return schema.$ref.split('/').slice(1).reduce((value, key) => value?.[key.replaceAll('~1', '/').replaceAll('~0', '~')], document) ?? {};
}

/** A schema in words; what lies deeper is drawn when it is opened, so that a recursive schema ends. */
function drawSchema(given, document, depth) {
  const schema = resolve(given, document);
  const choices = schema.oneOf ?? schema.anyOf ?? schema.allOf;
  const label = [given.$ref?.split('/').at(-1), typeName(schema, document)].filter(Boolean).join(': ');
  const about = schema.description === undefined ? '' : element('span', { class: 'quiet small' }, ` ${schema.description}`);
  const inner = schema.properties !== undefined
    ? () => Object.entries(schema.properties).map(([name, property]) => element('li', {}, element('code', {}, name), schema.required?.includes(name) ? ': ' : '?: ', drawSchema(property, document, depth + 1)))
    : choices !== undefined ? () => choices.map((choice) => element('li', {}, drawSchema(choice, document, depth + 1)))
    : schema.items !== undefined && typeName(resolve(schema.items, document), document) === 'object' ? () => [element('li', {}, drawSchema(schema.items, document, depth + 1))] : undefined;
  if (inner === undefined) return [element('span', {}, label), about];
  const list = element('ul', { class: 'schema' });
  const details = element('details', { ontoggle: () => { if (details.open && list.children.length === 0) list.append(...inner()); } }, element('summary', {}, label, about), list);
  if (depth === 0) { list.append(...inner()); details.open = true; }
  return details;
}

function typeName(schema, document) {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.oneOf !== undefined || schema.anyOf !== undefined) return 'one of';
  if (schema.allOf !== undefined) return 'all of';
  if (schema.type === 'array') return `list of ${schema.items === undefined ? 'anything' : typeName(resolve(schema.items, document), document)}`;
  const limits = [schema.default === undefined ? '' : `default ${JSON.stringify(schema.default)}`, schema.maxLength === undefined ? '' : `at most ${schema.maxLength} characters`].filter(Boolean).join(', ');
  return [[schema.type].flat().join(' or ') || 'anything', limits && `(${limits})`].filter(Boolean).join(' ');
}

function curl(path, method, operation, document) {
  const schema = operation.requestBody?.content?.['application/json']?.schema;
  const lines = [`curl -X ${method} -H "Authorization: Bearer $ATELIER_TOKEN"`];
  if (schema !== undefined) lines.push(`  -H 'Content-Type: application/json' -d '${JSON.stringify(example(schema, document, 0))}'`);
  return [...lines, `  ${location.origin}${path}`].join(' \\\n');
}

function example(given, document, depth) {
  const schema = resolve(given, document);
  if (schema.const !== undefined) return schema.const;
  if (schema.default !== undefined) return schema.default;
  if (schema.enum !== undefined) return schema.enum[0];
  const choice = (schema.oneOf ?? schema.anyOf)?.[0];
  if (choice !== undefined) return example(choice, document, depth);
  if (schema.properties !== undefined && depth < 5) return Object.fromEntries(Object.entries(schema.properties).filter(([name]) => schema.required?.includes(name)).map(([name, property]) => [name, example(property, document, depth + 1)]));
  if (schema.type === 'array') return schema.items === undefined || depth >= 5 ? [] : [example(schema.items, document, depth + 1)];
  return { string: '…', integer: 1, number: 1, boolean: true }[schema.type] ?? {};
}
