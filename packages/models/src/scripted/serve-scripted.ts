/**
 * Serves a script as a model: `node packages/models/src/scripted/serve-scripted.ts script.json [--port 0]`.
 * Prints `{"url":"http://127.0.0.1:<port>"}` and runs until it is stopped.
 */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { parseScript } from './parse-script.ts';
import { startScriptedServer } from './scripted-server.ts';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { port: { type: 'string', default: '0' } } });
const [path] = positionals;
if (path === undefined) {
  console.error('Which script? Usage: serve-scripted.ts script.json [--port 0]');
  process.exitCode = 2;
} else {
  const server = await startScriptedServer(parseScript(await readFile(path, 'utf8')), { port: Number(values.port) });
  console.log(JSON.stringify({ url: server.url }));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close());
}
