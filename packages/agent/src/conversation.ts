import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import type { LanguageModelV4Message, LanguageModelV4Prompt, LanguageModelV4ToolResultPart } from '@ai-sdk/provider';
import type { Event, EventData, MessagePart, StepPart } from '@atelier/thread';
import { shownText } from '@atelier/thread';
import { PLAN_MODE_NOTE } from './instructions.ts';

/**
 * What the model is told of a thread: the fold of its events into messages. Pure and incremental: the same events give
 * the same messages, an event costs what it adds, and messages once given never change, so that the prompt's prefix
 * stays byte for byte the same from step to step. The one exception is `trim`, when the window is full.
 */
export class Conversation {
  #messages: LanguageModelV4Message[] = [];
  #waiting = new Map<string, MessagePart[]>();
  #calls: { callId: string; tool: string }[] = [];
  #results = new Map<string, LanguageModelV4ToolResultPart>();
  #notes: string[] = [];
  #hash: Hash = createHash('sha256');
  #characters = 0;
  #instructions = '';
  /** Seq of the last event in it. */
  seq = 0;
  /** Text of the last answer. */
  lastAnswer = '';
  /** Results of the checks of the verification in progress, by call id. */
  readonly checkResults = new Map<string, EventData['tool.completed']>();

  /** Paths of the nested AGENTS.md that the model was told, in this run or before; told once, they stand in the prompt. */
  readonly shownRules = new Set<string>();

  /** Folds one event whose long texts are restored. */
  add(event: Event): void {
    this.seq = event.seq;
    switch (event.type) {
      case 'message.sent': this.#waiting.set(event.data.messageId, event.data.parts); return;
      case 'message.withdrawn': this.#waiting.delete(event.data.messageId); return;
      case 'run.started':
        this.#instructions = shownText(event.data.instructions);
        if (event.data.mode === 'plan') this.#notes.push(PLAN_MODE_NOTE);
        this.#deliver(event.data.messageIds);
        return;
      case 'step.started': this.#deliver(event.data.messageIds); return;
      case 'step.completed': this.#answer(event.data); return;
      case 'tool.completed': this.#result(event.data); return;
      case 'verification.started': this.checkResults.clear(); return;
      case 'verification.completed':
        if (!event.data.passed) this.#push({ role: 'user', content: [{ type: 'text', text: verificationText(event.data) }] });
        return;
      case 'restore.completed':
        if (event.data.error === undefined) this.#notes.push(restoreText(event.data));
        return;
      default: return; // no news for the model
    }
  }

  /** The whole prompt. The array is a fresh one, its messages are shared. */
  prompt(): LanguageModelV4Prompt {
    return [{ role: 'system', content: this.#instructions }, ...this.#messages];
  }

  /** SHA-256 of the prompt, in time that does not grow with its length. */
  requestHash(): string {
    return this.#hash.copy().update(this.#instructions).digest('hex');
  }

  /** Rough size in tokens (four characters each; measured usage replaces the guess where there is some). */
  estimatedTokens(): number {
    return Math.ceil((this.#instructions.length + this.#characters) / 4);
  }

  /**
   * Replaces the oldest tool results by a pointer until about `tokens` are left; the last `KEPT_RESULTS` stay. Cuts deep, so that
   * the prefix changes rarely. Returns how many results were replaced.
   */
  trim(tokens: number): number {
    let replaced = 0;
    const last = this.#messages.length - KEPT_RESULTS;
    for (let index = 0; index < last && this.estimatedTokens() > tokens; index += 1) {
      const message = this.#messages[index];
      if (message?.role !== 'tool') continue;
      const content = message.content.map((part) => {
        if (part.type !== 'tool-result' || part.output.type !== 'text' || part.output.value.length < 400) return part;
        replaced += 1;
        this.#characters -= part.output.value.length;
        const value = `[This result was removed to make room. read_output with id "${part.toolCallId}" shows it again.]`;
        this.#characters += value.length;
        return { ...part, output: { type: 'text' as const, value } };
      });
      this.#messages[index] = { ...message, content };
    }
    if (replaced > 0) {
      this.#hash = createHash('sha256');
      for (const message of this.#messages) this.#hash.update(JSON.stringify(message));
    }
    return replaced;
  }

  #deliver(messageIds: string[]): void {
    const content = messageIds.flatMap((id) => {
      const parts = this.#waiting.get(id) ?? [];
      this.#waiting.delete(id);
      return parts.map((part) => ({ type: 'text' as const, text: partText(part) }));
    });
    const notes = this.#notes.splice(0).map((text) => ({ type: 'text' as const, text }));
    if (content.length + notes.length > 0) this.#push({ role: 'user', content: [...notes, ...content] });
  }

  #answer(step: EventData['step.completed']): void {
    const content = step.parts.flatMap(promptPart);
    this.lastAnswer = step.parts.flatMap((part) => (part.type === 'text' ? [shownText(part.text)] : [])).join('\n');
    if (content.length > 0) this.#push({ role: 'assistant', content });
    this.#calls = step.parts.flatMap((part) => (part.type === 'tool-call' ? [{ callId: part.callId, tool: part.tool }] : []));
    this.#results.clear();
    if (this.#calls.length > 0) return;
    if (step.finish === 'length') this.#push({ role: 'user', content: [{ type: 'text', text: 'Your answer was cut off by the output limit. Go on where it ended; in smaller pieces where it was a tool call.' }] });
    else if (content.length === 0) this.#push({ role: 'user', content: [{ type: 'text', text: 'Your last answer was empty. Go on with the task, or say what you found.' }] });
  }

  #result(data: EventData['tool.completed']): void {
    if (!this.#calls.some((call) => call.callId === data.callId)) {
      this.checkResults.set(data.callId, data); // the model hears of it by the verification
      return;
    }
    const value = shownText(data.output) || '(no output)';
    for (const [, path] of value.matchAll(RULES_HEADING)) if (path !== undefined) this.shownRules.add(path);
    this.#results.set(data.callId, { type: 'tool-result', toolCallId: data.callId, toolName: data.tool, output: { type: 'text', value } });
    if (this.#results.size < this.#calls.length) return;
    // In the order in which they were asked for, whatever the order in which they ended.
    const content = this.#calls.flatMap((call) => this.#results.get(call.callId) ?? []);
    this.#push({ role: 'tool', content });
  }

  #push(message: LanguageModelV4Message): void {
    this.#messages.push(message);
    const json = JSON.stringify(message);
    this.#characters += json.length;
    this.#hash.update(json);
  }
}

const KEPT_RESULTS = 6;

/** As `rulesHeading` writes it. */
const RULES_HEADING = /^\[Rules from (.+), for what is under its folder\]$/gm;

/** The line before the rules of a folder, in the result of the call that entered it. */
export function rulesHeading(path: string): string {
  return `[Rules from ${path}, for what is under its folder]`;
}

type AnswerContent = Extract<LanguageModelV4Message, { role: 'assistant' }>['content'];

function promptPart(part: StepPart): AnswerContent {
  const provider = part.provider === undefined ? {} : { providerOptions: part.provider as never }; // came from this provider and goes back unchanged
  switch (part.type) {
    case 'text': return shownText(part.text) === '' ? [] : [{ type: 'text', text: shownText(part.text), ...provider }];
    case 'reasoning': return [{ type: 'reasoning', text: shownText(part.text), ...provider }];
    case 'tool-call': return [{ type: 'tool-call', toolCallId: part.callId, toolName: part.tool, input: callInput(part), ...provider }];
  }
}

/** Providers accept objects only; a malformed call goes back as what it was, so that the model sees its mistake. */
function callInput(part: Extract<StepPart, { type: 'tool-call' }>): unknown {
  if (part.invalid === undefined && typeof part.input === 'object' && part.input !== null) return part.input;
  return { malformed: String(typeof part.input === 'string' ? part.input : JSON.stringify(part.input)).slice(0, 2000) };
}

function partText(part: MessagePart): string {
  switch (part.type) {
    case 'text': return shownText(part.text);
    case 'file': return part.text === undefined ? `[File: ${part.path}]` : `[File: ${part.path}]\n${shownText(part.text)}`;
    case 'selection': return `[${part.path}, lines ${part.startLine} to ${part.endLine}]\n${shownText(part.text)}`;
    case 'image': return `[Image attached: ${part.name ?? part.mediaType}. It cannot be shown to you.]`;
  }
}

function verificationText(data: EventData['verification.completed']): string {
  const failures = data.failures.map((failure) => `## ${failure.name}: \`${failure.command}\`\n${shownText(failure.output)}`).join('\n\n');
  return `The project's checks ran on your changes and failed. Read the failures, mend the cause, then finish again.\n\n${failures}`;
}

function restoreText(data: EventData['restore.completed']): string {
  const files = [...data.restored, ...data.removed];
  return `[A person undid changes: ${files.slice(0, 20).join(', ')}${files.length > 20 ? ` and ${files.length - 20} more` : ''} are as they were before. Read files again before editing them.]`;
}
