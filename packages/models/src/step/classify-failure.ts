import type { ResolvedModel } from '../resolved-model.ts';
import { IncompleteAnswer } from './answer-collector.ts';
import { retryAfterMs } from './retry-after.ts';
import { readThrown, type Thrown } from './read-thrown.ts';
import type { StepError, StepErrorCode } from './step-update.ts';

export interface Failure {
  error: StepError;
  /** What happened, without advice: shown while waiting for the next attempt. */
  reason: string;
  /** What the provider asked to wait. */
  retryAfterMs: number | undefined;
}

export interface FailureCause {
  model: ResolvedModel;
  /** Milliseconds since 1970, to which a `Retry-After` date is compared. */
  now: number;
  thrown?: unknown;
  /** Set when nothing came for so long. */
  idleMs?: number;
  aborted?: boolean;
}

/** Says what went wrong in words and whether trying again can help. */
export function classifyFailure({ model, now, thrown, idleMs, aborted }: FailureCause): Failure {
  if (aborted === true) return failure('aborted', 'The request was cancelled.', '', false);
  if (idleMs !== undefined) {
    return failure('timeout', `${model.id} sent nothing for ${seconds(idleMs)}.`, 'Check that the provider works, or raise "timeouts.idleMs" in the configuration if the model needs longer.', true);
  }
  if (thrown instanceof IncompleteAnswer) return incomplete(thrown, model);
  const seen = readThrown(thrown);
  const found = seen.status === undefined ? withoutStatus(seen, model) : withStatus(seen, seen.status, model);
  const noRetry = seen.headers['x-should-retry'] === 'false';
  return {
    ...found,
    error: { ...found.error, retryable: found.error.retryable && !noRetry, ...(seen.status !== undefined && { status: seen.status }) },
    retryAfterMs: retryAfterMs(seen, now),
  };
}

function incomplete({ kind }: IncompleteAnswer, model: ResolvedModel): Failure {
  switch (kind) {
    case 'cut':
      return failure('cut', `The answer of ${model.id} broke off.`, 'Check the network, then try again.', true);
    case 'empty':
      return failure('empty', `${model.id} gave an empty answer.`, 'Say more exactly what is wanted, or choose another model.', true);
    case 'refused':
      return failure('refused', `The provider of ${model.id} withheld the answer (content filter).`, 'Word the request differently, or choose another model.', false);
  }
}

const overflow = /context.{0,12}(length|window|size)|maximum.{0,20}(context|tokens)|prompt is too long|too many (input )?tokens|input.{0,20}(too long|token count)|exceeds?.{0,40}(token|context)|request_too_large|context_length_exceeded/i;
const noCredit = /insufficient_quota|credit balance|billing|exceeded your current quota/i;

/** Gemini says of its limits for a minute, too, that a quota is exceeded and billing should be looked at. */
function isOutOfCredit(text: string, seen: Thrown, model: ResolvedModel): boolean {
  return noCredit.test(text) && model.kind !== 'google' && retryAfterMs(seen, 0) === undefined;
}

function withStatus(seen: Thrown, status: number, model: ResolvedModel): Failure {
  const says = seen.message === '' ? '' : `: ${seen.message}`;
  const text = seen.message + seen.kind + seen.body;
  if ((status === 400 || status === 413 || status === 422 || status === 500) && overflow.test(text)) return tooLong(seen, model);
  if (status === 401 || status === 403) {
    return failure('auth', `${model.provider} refused the key (${status})${says}.`, `Check the key: ${model.keyHint}.`, false);
  }
  if (status === 402 || (status === 429 && isOutOfCredit(text, seen, model))) {
    return failure('rate-limited', `${model.provider} has no credit left for this key (${status})${says}.`, 'Add credit at the provider, or choose another model.', false);
  }
  if (status === 404) return failure('not-found', `${model.id} was not found (404)${says}.`, 'Run "atelier models" for the models that are there, or check the base URL.', false);
  if (status === 429) return failure('rate-limited', `${model.provider} limits the rate of requests (429)${says}.`, 'Wait a little, or choose another model.', true);
  if (status === 408) return failure('timeout', `${model.provider} timed out (408)${says}.`, 'Try again later.', true);
  if (status === 409) return failure('overloaded', `${model.provider} reports a conflict (409)${says}.`, 'Try again later.', true);
  if (status >= 500) return failure('overloaded', `${model.provider} has a problem of its own (${status})${says}.`, 'Try again later, or choose another model.', true);
  return failure('bad-request', `${model.provider} did not accept the request (${status})${says}.`, 'Check the model\'s settings in the configuration, or choose another model.', false);
}

/** Names of errors inside streams, and codes of broken connections. */
function withoutStatus(seen: Thrown, model: ResolvedModel): Failure {
  const text = `${seen.kind} ${seen.message}`;
  if (overflow.test(text)) return tooLong(seen, model);
  if (/overloaded|unavailable|server_error|internal|api_error/i.test(seen.kind)) return failure('overloaded', `${model.provider} has a problem of its own: ${seen.message || seen.kind}.`, 'Try again later, or choose another model.', true);
  if (/rate.?limit|resource_exhausted|too_many/i.test(seen.kind)) return failure('rate-limited', `${model.provider} limits the rate of requests: ${seen.message || seen.kind}.`, 'Wait a little, or choose another model.', true);
  if (/authentication|permission/i.test(seen.kind)) return failure('auth', `${model.provider} refused the key: ${seen.message}.`, `Check the key: ${model.keyHint}.`, false);
  if (/invalid_request/i.test(seen.kind)) return failure('bad-request', `${model.provider} did not accept the request: ${seen.message}.`, 'Choose another model, or change its settings.', false);
  switch (seen.code) {
    case 'ECONNREFUSED':
      return failure('connection', `Nothing answers at ${model.baseUrl}.`, 'Start the server there, or correct the base URL.', true);
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return failure('connection', `The host of ${model.baseUrl} was not found.`, 'Check the network and the base URL.', seen.code === 'EAI_AGAIN');
    case 'ECONNRESET':
    case 'EPIPE':
    case 'ERR_STREAM_PREMATURE_CLOSE':
      return failure('cut', `The connection to ${model.provider} broke off.`, 'Check the network, then try again.', true);
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return failure('connection', `${model.baseUrl} cannot be reached (${seen.code}).`, 'Check the network and the base URL.', true);
    default:
  }
  if (/CERT|SSL|TLS|SELF_SIGNED/.test(seen.code)) return failure('connection', `The certificate of ${model.baseUrl} is not trusted (${seen.code}).`, 'Set NODE_EXTRA_CA_CERTS to the file of your certificate authority.', false);
  if (seen.unreadable && /without a finish reason/.test(seen.message)) return failure('cut', `The answer of ${model.id} broke off.`, 'Check the network, then try again.', true);
  if (seen.unreadable) return failure('cut', `The answer of ${model.id} could not be read: ${seen.message}.`, 'Check that the base URL is that of a model server of this kind.', true);
  return failure('unknown', `${model.id} failed: ${seen.message || 'no reason was given'}.`, 'Try again, or choose another model.', seen.retryable ?? true);
}

function tooLong(seen: Thrown, model: ResolvedModel): Failure {
  return failure('context-overflow', `The conversation is longer than ${model.id} can read${seen.message === '' ? '' : `: ${seen.message}`}.`, 'Start a new thread, or choose a model with a larger window.', false);
}

function failure(code: StepErrorCode, what: string, advice: string, retryable: boolean): Failure {
  const reason = what.replace(/[.\s]+\.$/, '.');
  return { error: { code, message: `${reason} ${advice}`.trim(), retryable }, reason, retryAfterMs: undefined };
}

function seconds(ms: number): string {
  return ms >= 1000 ? `${Math.round(ms / 1000)} seconds` : `${ms} milliseconds`;
}
