import { showSignIn } from './sign-in.js';

/** A refusal of the server: `message` is its sentence for people, `code` is stable. */
export class ProblemError extends Error {
  constructor(status, problem) {
    super(problem?.detail ?? problem?.title ?? `The server answered with status ${status}.`);
    this.status = status;
    this.code = problem?.code;
  }
}

/** Calls the API with the login session's cookie. Where there is none, the page asks for the token. */
export async function call(method, url, body) {
  const answer = await request(method, url, body);
  return answer.status === 204 ? undefined : answer.json();
}

export async function readText(url) {
  return (await request('GET', url)).text();
}

async function request(method, url, body) {
  let answer;
  try {
    answer = await fetch(url, { method, credentials: 'same-origin', ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }) });
  } catch (error) {
    throw new Error('The server cannot be reached. Is it still running? The page tries again by itself.', { cause: error });
  }
  if (answer.ok) return answer;
  const problem = answer.headers.get('content-type')?.includes('json') ? await answer.json() : undefined;
  if (answer.status === 401) showSignIn();
  throw new ProblemError(answer.status, problem);
}

/** Sends a command; the id makes a repeated sending harmless. */
export function sendCommand(threadId, command) {
  return call('POST', `/api/threads/${encodeURIComponent(threadId)}/commands`, { commandId: newId(), command });
}

export function newId() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Runs `work` now and every `ms` while the page is seen; a failure is given to `onProblem` and tried again. */
export function poll(ms, work, onProblem) {
  const once = async () => {
    if (document.visibilityState === 'visible') {
      try {
        await work();
        onProblem(undefined);
      } catch (error) {
        onProblem(error);
        if (error.status === 401) return;
      }
    }
    setTimeout(() => { void once(); }, ms);
  };
  void once();
}
