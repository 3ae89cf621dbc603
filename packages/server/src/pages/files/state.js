import { call, poll } from './api.js';
import { ago, badge, byId, bytes, element, facts, fill } from './dom.js';

poll(4000, async () => {
  const server = await call('GET', '/api/server');
  fill(byId('facts'), facts([
    ['Version', server.version], ['Process', String(server.pid)], ['Started', ago(server.startedAt)], ['Database', server.database],
    ['Sandbox', element('span', {}, server.sandbox.kind, server.sandbox.missing === undefined ? '' : `: ${server.sandbox.missing}`)],
    ['Model', element('span', {}, server.model.id ?? 'none', ' ', server.model.scripted ? badge('scripted model', 'scripted') : '', element('span', { class: 'quiet' }, ` ${server.model.reason}`))],
    ['Threads', String(server.threads)], ['Active runs', String(server.activeRuns)], ['Memory', bytes(server.memoryBytes)],
  ]));
}, problem('facts'));

once('models', async () => {
  const { models, problems } = await call('GET', '/api/models?discover=true');
  return [
    models.length === 0 ? '' : element('table', {},
      element('thead', {}, element('tr', {}, ['Model', 'Window', 'Output', 'Input $/M', 'Output $/M'].map((name, index) => element('th', { class: index > 0 ? 'number' : undefined, scope: 'col' }, name)))),
      element('tbody', {}, models.map((model) => element('tr', {},
        element('td', {}, element('code', {}, model.id), ' ', model.default ? badge('default', 'ok') : '', ' ', model.scripted ? badge('scripted model', 'scripted') : '', ' ', model.known ? '' : badge('not in the catalog: conservative figures')),
        [model.window, model.outputLimit, model.pricePerMillion?.input, model.pricePerMillion?.output].map((figure) => element('td', { class: 'number' }, figure?.toLocaleString('en') ?? '–')))))),
    models.length > 0 ? '' : element('p', { class: 'notice' }, 'No model was found. Set OPENAI_API_KEY, ANTHROPIC_API_KEY or GEMINI_API_KEY, or run Ollama, and start the server again.'),
    problems.map((text) => element('p', { class: 'notice' }, text)),
  ];
});

once('findings', async () => {
  const { findings } = await call('GET', '/api/doctor');
  return findings.map((finding) => element('li', { class: 'card' },
    element('div', { class: 'row' }, badge(finding.status), element('span', { class: 'title' }, finding.name), element('span', { class: 'grow quiet' }, finding.found)),
    finding.advice === undefined ? '' : element('p', {}, finding.advice)));
});

function once(id, make) {
  make().then((children) => fill(byId(id), children), problem(id));
}

function problem(id) {
  return (error) => { if (error !== undefined && error.status !== 401) fill(byId(id), element('p', { class: 'notice bad' }, error.message)); };
}
