import { badge, count, element, money } from './dom.js';
import { diff, isDiff, longText, plain, showWhole, words } from './rich-text.js';

/**
 * Draws timeline items into `target` and keeps them up to date: `show(items)` draws what is new or changed.
 * `actions` answers approvals and questions: `decide(call, answer, always)`, `reply(call, text)`.
 */
export function createTimelineView(target, actions) {
  const nodes = new Map();
  const outputs = new Map();
  return {
    show(items) {
      for (const item of items) {
        const old = nodes.get(item);
        const next = draw(item, actions, outputs);
        if (old?.querySelector('details')?.open === true) next.querySelector('details')?.setAttribute('open', '');
        if (old === undefined) target.append(next);
        else if (!old.isEqualNode(next)) old.replaceWith(next);
        else continue;
        nodes.set(item, next);
      }
    },
    /** Output of a call that is still running; droppable. */
    addOutput(callId, text) {
      const shown = outputs.get(callId) ?? element('pre', {});
      outputs.set(callId, shown);
      shown.textContent = `${shown.textContent}${text}`.slice(-20_000);
      for (const [item, node] of nodes) if (item.callId === callId && !node.contains(shown)) node.querySelector('details')?.append(shown);
    },
    nodeOf: (item) => nodes.get(item),
    clear() {
      nodes.clear();
      target.replaceChildren();
    },
  };
}

function draw(item, actions, outputs) {
  const node = drawItem(item, actions, outputs);
  node.classList.add('item');
  node.id = item.kind === 'call' ? `call-${item.callId}` : `seq-${item.seq}-${item.kind}`;
  return node;
}

function drawItem(item, actions, outputs) {
  switch (item.kind) {
    case 'message': return drawMessage(item);
    case 'run': return element('div', { class: 'runline' }, element('span', {}, `run in ${item.mode} mode with ${item.model}, sandbox ${item.sandbox}`), item.scripted ? badge('scripted model', 'scripted') : '');
    case 'reasoning': return element('div', { class: 'reasoning' }, element('details', {}, element('summary', { class: 'quiet small' }, 'Reasoning'), longText(item.text, words)));
    case 'text': return element('div', { class: 'answer' }, longText(item.text, words));
    case 'call': return drawCall(item, actions, outputs);
    case 'plan': return drawPlan(item);
    case 'verification': return element('div', { class: 'row small quiet' }, `Checks, round ${item.round}: ${item.checks.join(', ')}`, badge(item.passed === undefined ? 'running' : !item.passed ? 'failed' : item.checked === 0 ? 'could not be run' : 'passed'));
    case 'problem': return element('div', { class: 'notice bad' }, item.message);
    case 'run-end': return drawEnd(item);
    case 'note': return element('div', { class: 'runline' }, element('span', {}, item.text));
    default: return element('div', { class: 'quiet small' }, `This page does not know “${item.kind}” yet: reload it.`);
  }
}

function drawMessage(item) {
  const who = item.principal.kind === 'user' ? item.principal.name ?? 'You' : item.principal.name;
  const parts = item.parts.map((part) => {
    if (part.type === 'text') return longText(part.text, words);
    return element('p', { class: 'small quiet' }, part.type === 'selection' ? `${part.path}, lines ${part.startLine} to ${part.endLine}` : part.type === 'image' ? `image ${part.name ?? part.mediaType}` : part.path);
  });
  return element('div', { class: 'message' }, element('div', { class: 'row small quiet' }, who, item.stage === 'taken' ? '' : badge(item.stage)), parts);
}

function drawCall(call, actions, outputs) {
  const open = call.stage === 'awaits-approval' || call.stage === 'failed';
  const label = call.summary ?? `${call.tool} ${shortInput(call.input)}`;
  const live = outputs.get(call.callId);
  const details = element('details', { open },
    element('summary', {}, element('span', { class: 'row' },
      element('span', { class: 'grow' }, call.check === undefined ? '' : `${call.check}: `, element('code', {}, label)),
      call.durationMs === undefined || call.durationMs < 1000 ? '' : element('span', { class: 'small quiet' }, `${(call.durationMs / 1000).toFixed(1)} s`), badge(call.stage))),
    call.preview === undefined || !isDiff(call.preview) ? plain(inputText(call.input)) : longText(call.preview, diff),
    call.stage === 'running' && live !== undefined ? live : '',
    call.output === undefined || call.output === '' ? '' : longText(call.output, plain));
  if (call.whole !== undefined) details.append(showWhole(call.whole, (text) => details.append(plain(text))));
  return element('div', { class: `call ${call.stage}` }, details, asks(call, actions));
}

function asks(call, actions) {
  if (call.stage === 'awaits-approval' && call.approval !== undefined) {
    const { mayAnswer, eligible, grant } = call.approval;
    return element('div', { class: 'asks', role: 'group', 'aria-label': 'Approval' },
      element('p', {}, call.verdict?.reason ?? 'This needs an answer.'),
      mayAnswer
        ? element('div', { class: 'row' },
          element('button', { type: 'button', class: 'primary', onclick: () => actions.decide(call, 'allow', false) }, 'Allow'),
          grant === undefined ? '' : element('button', { type: 'button', onclick: () => actions.decide(call, 'allow', true) }, `Always allow ${grant.describes}`),
          element('button', { type: 'button', onclick: () => actions.decide(call, 'deny', false) }, 'Deny'))
        : element('p', { class: 'quiet small' }, `May be answered by ${eligible.join(', ')}.`));
  }
  if (call.stage === 'awaits-answer' && call.question !== undefined) {
    const input = element('input', { 'aria-label': 'Your answer' });
    const form = element('form', { class: 'asks' }, element('p', {}, call.question.question),
      element('div', { class: 'row' }, call.question.options.map((option) => element('button', { type: 'button', onclick: () => actions.reply(call, option) }, option))),
      element('div', { class: 'row' }, element('span', { class: 'grow' }, input), element('button', { class: 'primary' }, 'Answer')));
    form.addEventListener('submit', (event) => { event.preventDefault(); if (input.value.trim() !== '') actions.reply(call, input.value.trim()); });
    return form;
  }
  return '';
}

function drawPlan(item) {
  const signs = { open: '○', active: '◐', done: '●', dropped: '–' };
  return element('div', { class: 'plan card' }, element('span', { class: 'small quiet' }, 'Plan'),
    element('ul', {}, item.items.map(({ text, status }) => element('li', { class: status }, element('span', { 'aria-label': status }, signs[status]), ` ${text}`))));
}

function drawEnd(item) {
  const changed = (item.files ?? []).map((file) => element('li', {}, element('code', {}, file.path), ` ${file.kind} `, element('span', { class: 'small quiet' }, `+${file.added} −${file.removed}`)));
  return element('div', { class: 'ending' },
    element('div', { class: 'row' }, badge(item.outcome), badge(item.verified === 'nothing' ? 'nothing to verify' : `checks ${item.verified}`, item.verified),
      element('span', { class: 'small quiet' }, [count(item.steps, 'step'), `${item.usage.input.toLocaleString('en')} in, ${item.usage.output.toLocaleString('en')} out`, money(item.costUsd)].filter(Boolean).join(' · '))),
    item.error === undefined ? '' : element('p', { class: 'notice bad' }, item.error.message),
    changed.length === 0 ? '' : element('ul', {}, changed));
}

function inputText(input) {
  if (typeof input === 'string') return input;
  if (typeof input?.command === 'string') return `$ ${input.command}`;
  return JSON.stringify(input, null, 2) ?? '';
}

function shortInput(input) {
  const text = typeof input === 'object' && input !== null ? String(input.path ?? input.command ?? input.pattern ?? '') : '';
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}
