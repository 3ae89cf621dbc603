import type { Problem, ProblemCode } from '@atelier/protocol';
import type { Refusal } from '@atelier/thread';
import { StorageError } from '../database/storage-error.ts';

/** A request that cannot be served, as the one problem body says it. */
export class ProblemError extends Error {
  readonly code: ProblemCode;
  readonly status: number;
  readonly issues: Problem['issues'];
  constructor(code: ProblemCode, detail: string, issues?: Problem['issues']) {
    super(detail);
    this.name = 'ProblemError';
    this.code = code;
    this.status = statusOf[code] ?? 409;
    this.issues = issues;
  }
}

/** HTTP status by code; refusals of a thread are 409 unless they are named here. */
const statusOf: Partial<Record<ProblemCode, number>> = {
  'unauthorized': 401, 'forbidden-host': 403, 'forbidden-origin': 403, 'not-eligible': 403, 'not-allowed': 403, 'not-found': 404, 'thread-not-found': 404,
  'blob-not-found': 404, 'method-not-allowed': 405, 'invalid-request': 422, 'import-invalid': 422, 'model-unknown': 422, 'body-too-large': 413,
  'unsupported-media-type': 415, 'too-many-requests': 429, 'internal': 500, 'storage-full': 507, 'storage-busy': 503, 'workspace-unavailable': 422,
};

const titles: Partial<Record<ProblemCode, string>> = {
  'unauthorized': 'Sign in first', 'forbidden-host': 'This host name is not served', 'forbidden-origin': 'This page may not call the server', 'not-found': 'There is nothing here',
  'thread-not-found': 'No such thread', 'blob-not-found': 'No such text', 'method-not-allowed': 'Not this method', 'invalid-request': 'The request does not fit',
  'import-invalid': 'The file cannot be imported', 'body-too-large': 'The body is too large', 'unsupported-media-type': 'Not this content type', 'internal': 'Something broke',
  'storage-full': 'The disk is full', 'storage-busy': 'The database is locked', 'too-many-requests': 'Too many requests',
};

export function refusalProblem(refusal: Refusal): ProblemError {
  return new ProblemError(refusal.code, refusal.message);
}

/** The problem of any error; what is not foreseen becomes `internal`, without a word of what broke inside. */
export function problemOf(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof StorageError) return new ProblemError(error.code === 'storage-busy' ? 'storage-busy' : 'storage-full', error.message);
  return new ProblemError('internal', 'Something broke in the server. Its log says more under this request id; try again, and report it if it stays.');
}

export function problemBody(problem: ProblemError, requestId: string): Problem {
  return {
    type: `urn:atelier:problem:${problem.code}`, title: titles[problem.code] ?? 'Refused', status: problem.status, detail: problem.message, code: problem.code, requestId,
    ...(problem.issues && { issues: problem.issues }),
  };
}

export function problemResponse(problem: ProblemError, requestId: string): Response {
  return new Response(JSON.stringify(problemBody(problem, requestId)), { status: problem.status, headers: { 'content-type': 'application/problem+json', 'x-request-id': requestId } });
}
