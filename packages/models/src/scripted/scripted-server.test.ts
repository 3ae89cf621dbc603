import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { parseScript, startScriptedServer, type Script, type ScriptedServer } from '../testing.ts';

let server: ScriptedServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

type Message = { role: string; content: string };

async function say(messages: Message[], url = server?.url): Promise<string> {
  const response = await fetch(`${url}/v1/chat/completions`, { method: 'POST', body: JSON.stringify({ model: 'm', messages }) });
  const body = (await response.json()) as { choices?: { message: Message }[]; error?: { message: string } };
  return body.choices?.[0]?.message.content ?? `error: ${body.error?.message}`;
}

async function start(script: Script): Promise<void> {
  server = await startScriptedServer(script);
}

const user = (content: string): Message => ({ role: 'user', content });
const assistant = (content: string): Message => ({ role: 'assistant', content });

test('steps are played in order, and one too many is a sentence', async () => {
  await start([{ text: 'one' }, { text: 'two' }]);
  expect([await say([user('a')]), await say([user('b')]), await say([user('c')])]).toEqual(['one', 'two', expect.stringContaining('The script has no answer for request 3')]);
});

test('a step can wait for a word in what is new', async () => {
  await start([{ when: 'hello', text: 'greeted', repeat: true }, { text: 'other' }]);
  expect([await say([user('Hello')]), await say([user('x')]), await say([user('hello'), assistant('y'), user('HELLO again')])]).toEqual(['greeted', 'other', 'greeted']);
});

test('by conversation the same question gets the same answer', async () => {
  await start({ order: 'conversation', steps: [{ text: 'first', faults: [{ status: 500 }] }, { text: 'second' }] });
  const later = [user('a'), assistant('first'), user('b')];
  expect([await say([user('a')]), await say([user('a')]), await say([user('a')]), await say(later), await say(later)]).toEqual([expect.stringContaining('error'), 'first', 'first', 'second', 'second']);
});

test('requests are recorded as they came, and other processes can read them', async () => {
  await start([{ text: 'ok' }]);
  await say([user('ä')]);
  expect(server?.requests[0]).toMatchObject({ path: '/v1/chat/completions', raw: '{"model":"m","messages":[{"role":"user","content":"ä"}]}' });
  const seen = (await (await fetch(`${server?.url}/scripted/requests`)).json()) as { answeredAt: number; receivedAt: number }[];
  expect(seen[0]?.answeredAt).toBeGreaterThanOrEqual(seen[0]?.receivedAt ?? 0);
});

test('a script in JSON is checked, and a wrong field is named', () => {
  expect(parseScript('[{"text":"a"}]')).toEqual({ steps: [{ text: 'a' }] });
  expect(() => parseScript('{"steps":[{"txt":"a"}]}')).toThrow(/txt/);
});

test('it can be served from a file', async () => {
  const path = join(await mkdtemp(join(tmpdir(), 'script-')), 'script.json');
  await writeFile(path, JSON.stringify([{ text: 'from a file' }]));
  const child = spawn(process.execPath, [join(import.meta.dirname, 'serve-scripted.ts'), path, '--port', '0']);
  try {
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const { url } = JSON.parse(line.toString()) as { url: string };
    expect(await say([user('a')], url)).toBe('from a file');
  } finally {
    child.kill();
    await once(child, 'exit');
  }
  expect(child.exitCode).toBe(0);
});
