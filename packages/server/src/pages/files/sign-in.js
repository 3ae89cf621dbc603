import { byId, element } from './dom.js';

/** Replaces the page by a form for the token, once. */
export function showSignIn() {
  if (document.getElementById('sign-in') !== null) return;
  const failed = new URLSearchParams(location.search).get('sign-in') === 'failed';
  const problem = element('p', { role: 'alert', class: 'small' }, failed ? 'That address was used before, or belongs to an earlier start of the server. Open the one that was printed last.' : '');
  const input = element('input', { id: 'token', name: 'token', autocomplete: 'off', spellcheck: 'false', required: true });
  const form = element('form', { id: 'sign-in', class: 'card' },
    element('label', { for: 'token' }, 'Sign-in token'), input,
    element('div', { class: 'row' }, element('button', { class: 'primary' }, 'Sign in')), problem);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void signIn(input.value, problem);
  });
  byId('main').replaceChildren(
    element('h1', {}, 'Sign in'),
    element('p', { class: 'quiet' }, 'This server answers only to its owner. ', element('code', {}, 'npm start'), ' and ', element('code', {}, 'atelier serve'),
      ' print an address with a token in it: open that address, or paste the token or the whole address here. A token works once; the server prints a new one each time it starts.'),
    form,
  );
  input.focus();
}

async function signIn(typed, problem) {
  const token = /[?&]token=([^&\s]+)/.exec(typed)?.[1] ?? typed.trim();
  const answer = await fetch('/api/sign-in', { method: 'POST', credentials: 'same-origin', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ token }) });
  if (answer.ok) location.assign(location.pathname);
  else problem.textContent = (await answer.json()).detail ?? 'That token is not accepted.';
}
