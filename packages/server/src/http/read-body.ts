import { ProblemError } from './problem-error.ts';

/** Reads a request's text; refuses at the first byte over the limit, whatever the headers said. */
export async function readBody(request: Request, maxBytes: number): Promise<string> {
  const tooLarge = (): ProblemError => new ProblemError('body-too-large', `The body is larger than the ${maxBytes} bytes that are taken here. Send less.`);
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge();
  if (request.body === null) return '';
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
