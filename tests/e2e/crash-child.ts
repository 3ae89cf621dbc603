/**
 * A process for crash.test.ts: works on the one thread of its home (making it when there is none) until the run is over,
 * or until event number `dieAfter` is recorded; then it kills itself at once, before anything else can happen. Prints
 * the number of the last event of each commit.
 */
import { enableCompileCache } from 'node:module';

enableCompileCache();
const { openServer } = await import('@atelier/server');
const { createClient } = await import('@atelier/client');

const [repository = '', dieAfter = '0'] = process.argv.slice(2);
const server = await openServer({
  home: process.env['ATELIER_HOME'] ?? '',
  environment: process.env,
  version: 'test',
  observe: ({ seq }) => {
    process.stdout.write(`${seq}\n`);
    if (seq === Number(dieAfter)) process.kill(process.pid, 'SIGKILL');
  },
});
const client = createClient({ baseUrl: 'http://atelier.invalid', token: server.token, fetch: (request) => server.fetch(request) });

const { threads } = await client.call('listThreads', { query: {} });
let threadId = threads[0]?.threadId;
if (threadId === undefined) {
  const created = await client.call('createThread', { body: { commandId: 'create', root: repository, mode: 'auto' } });
  threadId = created.thread.threadId;
  await client.call('sendCommand', { path: { threadId }, body: { commandId: 'send', command: { type: 'send-message', messageId: 'm1', parts: [{ type: 'text', text: 'go' }], delivery: 'queue' } } });
}
await server.settle(threadId);
await server.close();
