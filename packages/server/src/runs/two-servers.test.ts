import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openServer } from '../open-server.ts';
import type { AtelierServer } from '../open-server.ts';

/** A listening server whose environment has no model, and one in a process of its own as `atelier run` opens it, on the same data. */
test('a server without a model leaves the run to the process that has one, and answers for what it is told itself', async () => {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'atelier-two-')));
  const [home, root, script] = [join(folder, 'home'), join(folder, 'repo'), join(folder, 'script.json')];
  await mkdir(root);
  await writeFile(script, JSON.stringify({ order: 'conversation', steps: [{ text: 'Done.' }] }));
  const outside = { PATH: process.env['PATH'], HOME: folder, OLLAMA_HOST: 'http://127.0.0.1:9' };
  const without = await openServer({ home, environment: outside, version: '0' });
  const having = await openServer({ home, environment: { ...outside, ATELIER_SCRIPT: script }, version: '0' });
  onTestFinished(async () => {
    await Promise.all([without.close(), having.close()]);
    await rm(folder, { recursive: true });
  });
  await without.listen({ host: '127.0.0.1', port: 0 });

  for (let round = 0; round < 10; round += 1) expect(await runOutcome(having, root, `h${round}`)).toBe('done');
  expect(await runOutcome(without, root, 'w')).toBe('failed');
});

async function runOutcome(server: AtelierServer, root: string, name: string): Promise<string | undefined> {
  const call = async (method: string, path: string, body?: object): Promise<unknown> => (await server.fetch(new Request(`http://atelier.invalid${path}`, {
    method, headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' }, ...(body && { body: JSON.stringify(body) }),
  }))).json();
  await call('POST', '/api/threads', { commandId: `${name}-make`, threadId: name, root });
  await call('POST', `/api/threads/${name}/commands`, { commandId: `${name}-send`, command: { type: 'send-message', messageId: `${name}-message`, parts: [{ type: 'text', text: 'go' }] } });
  await expect.poll(async () => (await call('GET', `/api/threads/${name}`) as { thread: { status: string } }).thread.status, { timeout: 10_000 }).toBe('idle'); // the endpoint's answer
  return (await call('GET', `/api/threads/${name}`) as { thread: { outcome?: string } }).thread.outcome;
}
