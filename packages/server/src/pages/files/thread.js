import { call, newId, sendCommand } from './api.js';
import { badge, byId, element, fill } from './dom.js';
import { Timeline } from './timeline.js';
import { createTimelineView } from './timeline-view.js';
import { words } from './rich-text.js';

const threadId = decodeURIComponent(location.pathname.split('/')[2] ?? '');
const url = `/api/threads/${encodeURIComponent(threadId)}`;
const view = createTimelineView(byId('timeline'), {
  decide: (item, answer, always) => send({ type: 'decide-approval', approvalId: item.approval.approvalId, answer, always }),
  reply: (item, answer) => send({ type: 'answer-question', questionId: item.question.questionId, answer }),
});
let events = [];
let viewer = { userId: '' };
let timeline = new Timeline(viewer);
/** What the open step streamed so far: step id, kind and text. Never stored. */
let draft = [];

void start().catch(showProblem);

async function start() {
  const [me, page] = await Promise.all([call('GET', '/api/me'), call('GET', `${url}/events?limit=500`), refresh()]);
  viewer = { userId: me.principal.userId ?? '' };
  events = page.events;
  redraw();
  drawActions();
  follow(page.lastSeq);
  if (!await showAnchor()) window.scrollTo(0, document.body.scrollHeight);
}

/** Goes to the event that the address names (`#seq-12`), reading earlier pages until it is there. */
async function showAnchor() {
  const wanted = Number(/^#seq-(\d+)$/.exec(location.hash)?.[1]);
  if (Number.isNaN(wanted)) return false;
  while ((events[0]?.seq ?? 1) > Math.max(1, wanted)) await readEarlier();
  const node = timeline.items.filter((item) => item.seq <= wanted).map((item) => view.nodeOf(item)).at(-1);
  node?.querySelector('details')?.setAttribute('open', '');
  node?.scrollIntoView({ block: 'center' });
  return node !== undefined;
}

async function readEarlier() {
  const page = await call('GET', `${url}/events?limit=500&before=${events[0].seq}`);
  events = [...page.events, ...events];
  redraw();
}

function drawActions() {
  const exports = ['markdown', 'html', 'jsonl'].map((format) => element('a', { href: `${url}/export?format=${format}`, download: `thread.${{ markdown: 'md', html: 'html', jsonl: 'jsonl' }[format]}` }, `Export ${{ markdown: 'Markdown', html: 'HTML', jsonl: 'JSONL' }[format]}`));
  const undo = element('button', { type: 'button', class: 'plain', onclick: () => {
    if (window.confirm('Put the files back as they were before the last run? Files that were changed since are left alone.')) void send({ type: 'request-restore', restoreId: newId() });
  } }, 'Undo the last run');
  fill(byId('actions'), exports, undo);
}

function redraw() {
  timeline = new Timeline(viewer);
  for (const event of events) timeline.add(event);
  view.clear();
  view.show(timeline.items);
  byId('earlier').hidden = (events[0]?.seq ?? 1) <= 1;
}

/** Reads events as they are recorded. The browser connects again by itself and names the last seq that it saw. */
function follow(after) {
  const source = new EventSource(`${url}/stream?after=${after}`);
  source.addEventListener('event', (message) => {
    const parsed = JSON.parse(message.data);
    const event = parsed.event ?? parsed;
    if (event.seq <= (events.at(-1)?.seq ?? 0)) return; // sent again after a new connection
    keepingView(() => {
      events.push(event);
      const changed = timeline.add(event);
      if (event.type === 'step.completed' || event.type === 'step.failed') setDraft([]);
      view.show(changed);
    });
    if (refreshing.has(event.type)) void refresh().catch(showProblem);
  });
  source.addEventListener('delta', (message) => {
    const parsed = JSON.parse(message.data);
    keepingView(() => addDelta(parsed.delta ?? parsed));
  });
  source.addEventListener('gone', () => { source.close(); showProblem(new Error('This thread was deleted.')); });
  source.addEventListener('open', () => fill(byId('problem')));
  source.addEventListener('error', () => {
    if (source.readyState !== EventSource.CLOSED) return showProblem(new Error('The connection was lost; the page connects again by itself.'));
    // Closed for good: the server refused. Ask why, and go on when it answers again.
    return setTimeout(() => { call('GET', url).then(() => follow(events.at(-1)?.seq ?? 0), (error) => { showProblem(error); if (error.status === undefined) follow(events.at(-1)?.seq ?? 0); }); }, 2000);
  });
}

const refreshing = new Set(['thread.renamed', 'thread.archived', 'thread.unarchived', 'settings.changed', 'run.started', 'run.finished', 'approval.requested', 'approval.decided', 'question.asked', 'question.answered', 'step.completed', 'message.sent']);

async function refresh() {
  const { thread } = await call('GET', url);
  const scripted = thread.model?.startsWith('scripted/') === true;
  document.title = `${thread.title || 'Thread'} · Atelier`;
  fill(byId('title'), thread.title || 'Untitled');
  byId('status').className = `badge ${thread.status === 'idle' ? thread.outcome ?? '' : thread.status}`;
  byId('status').textContent = thread.status === 'idle' ? thread.outcome ?? 'idle' : thread.status;
  fill(byId('about'), [thread.root, `mode ${thread.mode}`, thread.model].filter(Boolean).join(' · '), ' ', scripted ? badge('scripted model', 'scripted') : '');
  byId('cancel').hidden = thread.status !== 'running' && thread.status !== 'waiting';
  byId('compose').hidden = thread.archived;
}

function addDelta(delta) {
  if (delta.kind === 'output') return view.addOutput(delta.callId, delta.text);
  if (delta.kind === 'restart') return setDraft([{ kind: 'note', stepId: delta.stepId, text: `Asking again (attempt ${delta.attempt}): ${delta.reason}` }]);
  const kept = draft.filter((piece) => piece.stepId === delta.stepId && piece.kind !== 'note');
  const last = kept.at(-1);
  const text = delta.kind === 'call' ? `${delta.tool} …` : delta.text;
  if (last?.kind !== delta.kind) kept.push({ kind: delta.kind, stepId: delta.stepId, text });
  else last.text = delta.kind === 'call' ? text : last.text + text;
  return setDraft(kept);
}

function setDraft(next) {
  draft = next;
  byId('draft').replaceChildren(...draft.map((piece) => (piece.kind === 'text'
    ? element('div', { class: 'item answer draft' }, words(piece.text))
    : element('div', { class: `item ${piece.kind} quiet small` }, element('div', { class: 'words' }, piece.text)))));
}

/** Stays at the end while the reader is there, and nowhere else. */
function keepingView(change) {
  const atEnd = window.innerHeight + window.scrollY >= document.body.scrollHeight - 80;
  change();
  if (atEnd) window.scrollTo(0, document.body.scrollHeight);
}

async function send(command) {
  try {
    await sendCommand(threadId, command);
    fill(byId('problem'));
    return true;
  } catch (error) {
    showProblem(error);
    return false;
  }
}

function showProblem(error) {
  if (error.status !== 401) fill(byId('problem'), element('p', { class: 'notice bad' }, error.message));
}

const message = byId('message');
byId('compose').addEventListener('submit', (event) => {
  event.preventDefault();
  const text = message.value.trim();
  if (text === '') return;
  message.disabled = true;
  // While a run is in progress a message steers it; otherwise it begins the next one.
  void send({ type: 'send-message', messageId: newId(), parts: [{ type: 'text', text }], delivery: byId('cancel').hidden ? 'queue' : 'steer' })
    .then((sent) => { message.disabled = false; if (sent) message.value = ''; message.focus(); });
});
message.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) { event.preventDefault(); byId('compose').requestSubmit(); }
});
byId('cancel').addEventListener('click', () => { void send({ type: 'cancel-run' }); });
byId('earlier').addEventListener('click', () => {
  const before = document.body.scrollHeight;
  readEarlier().then(() => window.scrollBy(0, document.body.scrollHeight - before), showProblem);
});
