import type { ScriptedAnswer } from './script.ts';

/**
 * What the in-process model throws where a server would answer with an HTTP error or break the connection. It carries
 * the fields of the AI SDK's `APICallError`, so that both are judged by the same code.
 */
export class ScriptedFailure extends Error {
  override readonly name = 'ScriptedFailure';
  readonly statusCode: number | undefined;
  readonly responseHeaders: Record<string, string>;
  readonly responseBody: string | undefined;
  /** Set for a broken connection. */
  readonly code: string | undefined;

  constructor(answer: ScriptedAnswer) {
    super(answer.message ?? failureMessage(answer.status));
    this.statusCode = answer.status;
    this.responseHeaders = Object.fromEntries(Object.entries(answer.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
    this.responseBody = answer.body;
    this.code = answer.status === undefined ? 'ECONNRESET' : undefined;
  }
}

/** What a provider would say with this status. */
export function failureMessage(status: number | undefined): string {
  switch (status) {
    case 401:
      return 'Incorrect API key provided.';
    case 404:
      return 'The model does not exist.';
    case 429:
      return 'Rate limit reached.';
    case 529:
      return 'Overloaded.';
    case undefined:
      return 'The connection was closed.';
    default:
      return status >= 500 ? 'The server had an error.' : 'The request is wrong.';
  }
}
