import type { Problem, ProblemCode } from '@atelier/protocol';

/** The server answered with a problem (RFC 9457). Branch on `code`, show `detail`; never branch on the text. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly code: ProblemCode;
  readonly status: number;
  /** What happened and what to do next, for people. */
  readonly detail: string;
  readonly requestId: string;
  readonly issues: { path: string; message: string }[];

  constructor(problem: Problem) {
    super(problem.detail);
    this.code = problem.code;
    this.status = problem.status;
    this.detail = problem.detail;
    this.requestId = problem.requestId;
    this.issues = problem.issues ?? [];
  }
}

/** No answer came at all: the server is not there, or the connection broke. `cause` is what fetch said. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';

  constructor(baseUrl: string, cause: unknown) {
    super(`The Atelier server at ${baseUrl} does not answer (${reasonOf(cause)}). Is it still running? \`atelier serve\` starts one.`, { cause });
  }
}

/** The problem that an answer outside 200-299 carries; one is made up where the body is none (a proxy's page). */
export async function readProblem(response: Response): Promise<ProblemError> {
  const text = await response.text();
  const problem = parseProblem(text);
  return new ProblemError(problem ?? {
    type: 'urn:atelier:problem:internal', title: 'Unexpected answer', status: response.status, code: 'internal',
    requestId: response.headers.get('x-request-id') ?? '',
    detail: `The server answered ${response.status} without saying why${text.trim() === '' ? '' : ` (“${text.trim().slice(0, 120)}”)`}. Is this an Atelier server?`,
  });
}

function parseProblem(text: string): Problem | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined; // not JSON: the caller says so in words
  }
  const looksRight = typeof value === 'object' && value !== null && 'code' in value && 'detail' in value && typeof value.code === 'string' && typeof value.detail === 'string';
  return looksRight ? value as Problem : undefined; // the server's one problem body; its other fields are only shown
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const inner: unknown = cause.cause;
  if (typeof inner === 'object' && inner !== null && 'code' in inner && typeof inner.code === 'string') return inner.code;
  return cause.message;
}
