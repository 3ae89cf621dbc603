/**
 * What a scripted model says. The same script drives the in-process model and the HTTP server, and (without functions)
 * it can be written as JSON.
 *
 * A list is played in order, one answer for each request. `order: 'conversation'` picks by the number of assistant
 * messages in the request instead, so that a client that asks the same thing again (after a crash) gets the same answer.
 */
export type Script = ScriptedStep[] | ScriptedFile | ScriptFunction;

export type ScriptFunction = (request: ScriptedRequest) => ScriptedAnswer | Promise<ScriptedAnswer>;

export interface ScriptedFile {
  steps: ScriptedStep[];
  /** `sequence` (default): each request takes the next step. `conversation`: the number of assistant messages decides. */
  order?: 'sequence' | 'conversation';
  /** Names listed under `/v1/models` and `/api/tags`. */
  models?: string[];
}

/** An answer with the conditions under which it is given. */
export interface ScriptedStep extends ScriptedAnswer {
  /**
   * Regular expression (flags `is`). `sequence`: the newest text of the request must match it (what came after the last
   * assistant message). `conversation`: the user's messages must, so that one file can hold several conversations.
   */
  when?: string;
  /** May be given any number of times. Only with `order: 'sequence'`. */
  repeat?: boolean;
  /** Answers given first, one for each request: what a client has to survive before it gets this step's answer. */
  faults?: ScriptedAnswer[];
}

export interface ScriptedToolCall {
  name: string;
  /** Sent as JSON. */
  input?: unknown;
  /** Sent as it is, instead of `input`: for input that is not JSON. */
  rawInput?: string;
  /** Default: made from the step's and the call's number. */
  id?: string;
}

/** Tokens; `input` counts cached tokens too, `output` counts reasoning tokens too. */
export interface ScriptedUsage {
  input?: number;
  cachedInput?: number;
  cacheWrite?: number;
  output?: number;
  reasoning?: number;
}

/** One answer of the model: what it says, how it is cut up on its way, and what goes wrong. */
export interface ScriptedAnswer {
  reasoning?: string;
  text?: string;
  toolCalls?: ScriptedToolCall[];
  /** Default: estimated from the request's and the answer's length; nothing cached. */
  usage?: ScriptedUsage;
  /** Default `tool-calls` or `stop`. */
  finish?: 'stop' | 'tool-calls' | 'length' | 'content-filter';

  /** Milliseconds before the first byte. */
  delayMs?: number;
  /** Milliseconds between two deltas. */
  deltaDelayMs?: number;
  /** Characters in a delta; default: everything in one. */
  deltaSize?: number;
  /** Sizes in bytes of the writes to the socket, used in a circle; splits inside lines and characters. HTTP only. */
  chunkBytes?: number | number[];

  /** An HTTP error instead of an answer. */
  status?: number;
  headers?: Record<string, string>;
  /** The error's sentence; the default fits `status`. With `body`, that is sent as it is. */
  message?: string;
  body?: string;
  /** Breaks the connection after this many characters of the answer, or in the middle of the first tool call's input. */
  cutAfter?: number | 'tool-call';
  /** Breaks the connection after this many bytes of the response's body. HTTP only. */
  cutAfterBytes?: number;
  /** Ends the stream in good order, but without its last words (finish reason, usage), after this many characters. */
  endAfter?: number;
  /** Sends nothing for ever: from the start, or after this many characters. */
  hang?: true | number;
  /** An error event inside the stream after this many characters (`after`, default 0). */
  streamError?: { after?: number; kind?: string; message?: string };
}

/** A request as a script sees it, whichever format it came in. */
export interface ScriptedRequest {
  /** 0 for the first request that this script was asked. */
  number: number;
  /** How many assistant messages the request holds: 0 for a new conversation. */
  step: number;
  model: string;
  /** `prompt` for the in-process model. */
  format: 'openai-chat' | 'openai-responses' | 'anthropic' | 'gemini' | 'prompt';
  instructions: string;
  messages: ScriptedMessage[];
  /** Names of the offered tools. */
  tools: string[];
  lastUserText: string;
  /** What the tools answered since the last assistant message. */
  lastToolResults: ScriptedToolResult[];
  /** The request as it came: a parsed body, or the call's options. */
  body: unknown;
}

export interface ScriptedMessage {
  role: 'user' | 'assistant' | 'tool';
  text: string;
  toolCalls: { callId: string; name: string; input: unknown }[];
  toolResults: ScriptedToolResult[];
}

export interface ScriptedToolResult {
  callId: string;
  text: string;
}
