import type { ServerResponse } from 'node:http';
import type { Format, Reply } from './formats/format.ts';
import type { Piece } from './pieces.ts';
import type { ScriptedAnswer } from './script.ts';

export interface Sending {
  answer: ScriptedAnswer;
  pieces: Piece[];
  format: Format;
  reply: Reply;
  stream: boolean;
  /** Called just before the last byte is handed over. */
  onSent(): void;
}

/** Writes an answer to the socket, cut up, delayed and broken off as the script says. */
export async function sendAnswer(response: ServerResponse, sending: Sending): Promise<void> {
  const { answer, pieces, format, reply, stream } = sending;
  response.socket?.setNoDelay(true);
  const last = pieces.at(-1)?.type;
  if (last === 'hang' && (answer.hang === true || !stream)) return; // not even the head of a response
  if (!stream) {
    if (last !== 'finish') return void response.destroy();
    response.writeHead(200, { 'content-type': 'application/json', ...answer.headers });
    sending.onSent();
    return void response.end(JSON.stringify(format.encodeWhole(pieces, reply)));
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache', ...answer.headers });
  const events = format.encodeStream(pieces, reply);
  if (answer.deltaDelayMs) {
    for (const event of events) {
      await write(response, Buffer.from(event), answer.chunkBytes);
      await new Promise((resolve) => setTimeout(resolve, answer.deltaDelayMs));
    }
    return finish(response, sending, Buffer.alloc(0));
  }
  return finish(response, sending, Buffer.from([...events].join('')));
}

/** Sends what is left and ends as the last piece says. */
async function finish(response: ServerResponse, sending: Sending, rest: Buffer): Promise<void> {
  const { answer, pieces } = sending;
  const cut = answer.cutAfterBytes;
  if (cut !== undefined && cut < rest.length) return breakOff(response, rest.subarray(0, cut), answer);
  const last = pieces.at(-1)?.type;
  if (last === 'cut') return breakOff(response, Buffer.concat([rest, Buffer.from('data: {"')]), answer);
  if (last === 'hang') return write(response, rest, answer.chunkBytes);
  if (answer.chunkBytes !== undefined) await write(response, rest, answer.chunkBytes);
  sending.onSent();
  response.end(answer.chunkBytes === undefined ? rest : undefined);
}

/** The bytes reach the client before the connection breaks: a reset would throw them away. */
async function breakOff(response: ServerResponse, bytes: Buffer, answer: ScriptedAnswer): Promise<void> {
  await write(response, bytes, answer.chunkBytes);
  response.socket?.end();
}

async function write(response: ServerResponse, bytes: Buffer, sizes: number | number[] | undefined): Promise<void> {
  if (bytes.length === 0) return;
  if (sizes === undefined) return writeOnce(response, bytes);
  const cycle = typeof sizes === 'number' ? [sizes] : sizes;
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = Math.max(1, cycle[turn % cycle.length] ?? bytes.length);
    await writeOnce(response, bytes.subarray(at, at + size));
    at += size;
  }
}

function writeOnce(response: ServerResponse, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    if (response.destroyed) return resolve();
    response.once('close', resolve);
    response.write(bytes, () => {
      response.off('close', resolve);
      resolve();
    });
  });
}
