import { call, newId, poll, sendCommand } from './api.js';
import { ago, badge, byId, count, element, fill, money } from './dom.js';

let pages = 1;
let rootWasSet = false;

poll(3000, async () => {
  const [server, threads] = await Promise.all([call('GET', '/api/server'), readThreads()]);
  drawServer(server);
  drawThreads(threads);
}, (error) => { if (error !== undefined && error.status !== 401) fill(byId('server'), error.message); });

async function readThreads() {
  const threads = [];
  let next;
  for (let page = 0; page < pages; page += 1) {
    const answer = await call('GET', `/api/threads?limit=50${next === undefined ? '' : `&cursor=${encodeURIComponent(next)}`}`);
    threads.push(...answer.threads);
    next = answer.nextCursor;
    if (next === undefined) break;
  }
  byId('more').hidden = next === undefined;
  return threads;
}

function drawServer(server) {
  const sandbox = server.sandbox.kind === 'none' ? 'no sandbox: every command asks first' : `commands run in ${server.sandbox.kind}`;
  fill(byId('server'), `${count(server.threads, 'thread')}, ${count(server.activeRuns, 'active run')} · ${sandbox} · ${server.database}`);
  const { id, scripted, reason } = server.model;
  fill(byId('models'), id === undefined
    ? element('p', { class: 'notice' }, reason)
    : element('p', { class: 'small quiet' }, 'Model ', element('code', {}, id), ' ', scripted ? badge('scripted model', 'scripted') : '', ` ${reason}`));
}

function drawThreads(threads) {
  fill(byId('threads'), threads.length === 0
    ? element('li', { class: 'quiet' }, 'No thread yet. Start one below, or in a project: ', element('code', {}, 'atelier run "make the failing test pass"'))
    : threads.map(threadCard));
  if (!rootWasSet && threads[0] !== undefined) {
    byId('root').value ||= threads[0].root;
    rootWasSet = true;
  }
}

function threadCard(thread) {
  const scripted = thread.model?.startsWith('scripted/') === true;
  const status = thread.status === 'idle' ? thread.outcome : thread.status;
  return element('li', {}, element('a', { class: 'card', href: `/threads/${encodeURIComponent(thread.threadId)}` },
    element('div', { class: 'row' },
      element('span', { class: 'title grow' }, thread.title || 'Untitled'),
      scripted ? badge('scripted model', 'scripted') : '', status === undefined ? '' : badge(status), ago(thread.updatedAt)),
    element('div', { class: 'row small quiet' },
      element('span', { class: 'grow' }, thread.root),
      element('span', {}, [thread.model, count(thread.steps, 'step'), money(thread.costUsd)].filter(Boolean).join(' · ')))));
}

byId('more').addEventListener('click', () => { pages += 1; });

byId('new').addEventListener('submit', (event) => {
  event.preventDefault();
  void startThread().catch((error) => { byId('new-problem').textContent = error.message; });
});

async function startThread() {
  const text = byId('text').value.trim();
  const { thread } = await call('POST', '/api/threads', { commandId: newId(), root: byId('root').value.trim() });
  await sendCommand(thread.threadId, { type: 'send-message', messageId: newId(), parts: [{ type: 'text', text }] });
  location.assign(`/threads/${encodeURIComponent(thread.threadId)}`);
}

let typing;
byId('query').addEventListener('input', () => {
  clearTimeout(typing);
  typing = setTimeout(() => { search().catch((error) => fill(byId('hits'), element('li', { class: 'notice bad' }, error.message))); }, 200);
});
byId('find').addEventListener('submit', (event) => event.preventDefault());

async function search() {
  const asked = byId('query').value.trim();
  const { hits } = asked === '' ? { hits: [] } : await call('GET', `/api/search?limit=20&q=${encodeURIComponent(asked)}`);
  if (asked !== byId('query').value.trim()) return; // something else was typed since
  fill(byId('hits'), asked !== '' && hits.length === 0 ? element('li', { class: 'quiet' }, 'Nothing found.') : hits.map((hit) =>
    element('li', {}, element('a', { class: 'card', href: `/threads/${encodeURIComponent(hit.threadId)}#seq-${hit.seq}` },
      element('div', { class: 'row' }, element('span', { class: 'title grow' }, hit.title || 'Untitled'), badge(hit.kind), ago(hit.at)),
      element('div', { class: 'small words' }, marked(hit.excerpt))))));
}

/** Matches stand between U+0002 and U+0003. */
function marked(excerpt) {
  return excerpt.split(/(\u0002[^\u0003]*\u0003)/).map((part) => (part.startsWith('\u0002') ? element('mark', {}, part.slice(1, -1)) : part));
}
