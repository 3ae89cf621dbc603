import { shownText, timeline } from '@atelier/thread';
import type { CallItem, Event, MessagePart, TimelineItem, Viewer } from '@atelier/thread';

/** A thread as Markdown for people: messages, answers, what was called and what came of it. */
export function exportMarkdown(title: string, events: Event[], viewer: Viewer): string {
  const items = timeline(events, viewer).map(itemMarkdown).filter((text) => text !== '');
  return `# ${escapeLine(title)}\n\n${items.join('\n\n')}\n`;
}

function itemMarkdown(item: TimelineItem): string {
  switch (item.kind) {
    case 'message': return `## ${item.principal.kind === 'user' ? item.principal.name ?? item.principal.userId : item.principal.name}\n\n${item.parts.map(partMarkdown).join('\n\n')}`;
    case 'run': return `*${item.scripted ? 'scripted model' : 'model'} ${escapeLine(item.model)}, mode ${item.mode}, ${item.at}*`;
    case 'reasoning': return `<details><summary>Reasoning</summary>\n\n${fence(shownText(item.text))}\n\n</details>`;
    case 'text': return shownText(item.text);
    case 'call': return callMarkdown(item);
    case 'plan': return item.items.map((step) => `- [${step.status === 'done' ? 'x' : ' '}] ${escapeLine(step.text)}`).join('\n');
    case 'verification': return `**Checks, round ${item.round}: ${item.passed === undefined ? 'not finished' : item.checked === 0 ? 'could not be run' : item.passed ? 'passed' : 'failed'}** (${item.checks.join(', ')})`;
    case 'problem': return `> ${escapeLine(item.message)}`;
    case 'run-end': return `---\n\n**${item.outcome}**, checks: ${item.verified}, ${item.steps} steps, ${item.usage.input} + ${item.usage.output} tokens${item.costUsd === undefined ? '' : `, $${item.costUsd.toFixed(4)}`}`;
    case 'note': return `*${escapeLine(item.text)}*`;
  }
}

function callMarkdown(call: CallItem): string {
  const head = `### ${call.check === undefined ? call.tool : `check: ${call.check}`}: ${escapeLine(call.summary ?? JSON.stringify(call.input).slice(0, 200))} (${call.stage})`;
  const approval = call.approval === undefined ? '' : `\n\nApproval: ${call.approval.answer ?? 'open'}${call.approval.reason === undefined ? '' : `, ${escapeLine(call.approval.reason)}`}`;
  const preview = call.preview === undefined ? '' : `\n\n${fence(shownText(call.preview), 'diff')}`;
  const output = call.output === undefined ? '' : `\n\n${fence(shownText(call.output))}`;
  return head + approval + preview + output;
}

function partMarkdown(part: MessagePart): string {
  switch (part.type) {
    case 'text': return shownText(part.text);
    case 'file': return `File: \`${part.path}\``;
    case 'selection': return `\`${part.path}\`, lines ${part.startLine} to ${part.endLine}:\n\n${fence(shownText(part.text))}`;
    case 'image': return `Image: ${part.name ?? part.mediaType}`;
  }
}

/** A fence longer than any run of backticks inside, so that the content cannot end it. */
function fence(text: string, language = ''): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map((match) => match[0].length));
  const marks = '`'.repeat(longest + 1);
  return `${marks}${language}\n${text.replace(/\n$/, '')}\n${marks}`;
}

function escapeLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ').replaceAll(/([\\`*_<>[\]])/g, '\\$1');
}
