import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import { connect } from '../connect.ts';
import type { Surroundings } from '../surroundings.ts';
import { CommandError, UsageError } from '../usage-error.ts';
import { findThread } from './find-thread.ts';
import { readAll } from './run.ts';

type Format = 'markdown' | 'html' | 'jsonl';
const formats: Record<string, Format> = { '.md': 'markdown', '.markdown': 'markdown', '.html': 'html', '.htm': 'html', '.jsonl': 'jsonl', '.ndjson': 'jsonl' };

/** `atelier thread export`. */
export async function exportThread(surroundings: Surroundings, id: string, options: { format?: Format; output?: string }): Promise<void> {
  const extension = extname(options.output ?? '').toLowerCase();
  const format = options.format ?? (extension === '' ? 'markdown' : formats[extension]);
  if (format === undefined) throw new UsageError(`“${extension}” is not the name of a format. Name the file .md, .html or .jsonl, or say --format`, 'atelier thread export [options] <id>');
  await using connection = await connect(surroundings);
  const { threadId } = await findThread(surroundings, connection.client, id);
  const response = await connection.client.open('exportThread', { path: { threadId }, query: { format } });
  if (response.body === null) throw new CommandError('The server sent nothing. Try again, and look at `atelier doctor` if it stays so.');
  const body = Readable.fromWeb(response.body as NodeReadableStream<Uint8Array>); // the same stream; two declarations of its type
  if (options.output === undefined) {
    for await (const piece of body) surroundings.stdout.write(piece as Uint8Array); // bytes, as fetch gives them
    return;
  }
  const path = resolve(surroundings.cwd, options.output);
  try {
    await pipeline(body, createWriteStream(path, { mode: 0o600 }));
  } catch (error) {
    throw new CommandError(`The export could not be written to ${path} (${error instanceof Error ? error.message : String(error)}). Name another file with --output.`);
  }
  surroundings.stderr.write(`Written to ${path}\n`);
}

/** `atelier thread import`. */
export async function importThread(surroundings: Surroundings, file: string, options: { json?: boolean }): Promise<void> {
  const text = await readText(surroundings, file);
  await using connection = await connect(surroundings);
  const { thread, duplicate } = await connection.client.call('importThread', { query: { root: surroundings.cwd }, body: text });
  surroundings.stdout.write(options.json === true ? `${JSON.stringify({ thread, duplicate }, null, 2)}\n`
    : `${duplicate ? 'This thread was here already' : 'Imported'}: ${thread.threadId}. To see it: atelier thread show ${thread.threadId}\n`);
}

async function readText(surroundings: Surroundings, file: string): Promise<string> {
  if (file === '-') return readAll(surroundings.stdin);
  const path = resolve(surroundings.cwd, file);
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new CommandError(`${path} cannot be read (${error instanceof Error ? error.message : String(error)}). Name a file that \`atelier thread export --format jsonl\` wrote.`);
  }
}
