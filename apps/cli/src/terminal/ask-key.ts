import { createInterface } from 'node:readline/promises';

/** Reads one key that is among `keys` (lower case), without Enter. Ctrl+C and Ctrl+D give `cancel`. Needs a terminal. */
export function askKey(stdin: NodeJS.ReadStream, keys: readonly string[], signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      stdin.off('data', onData);
      signal.removeEventListener('abort', onAbort);
      stdin.setRawMode(false);
      stdin.pause();
    };
    const onData = (data: Buffer): void => {
      const key = data.toString('utf8').toLowerCase();
      const answer = key === '\u0003' || key === '\u0004' ? 'cancel' : keys.find((candidate) => candidate === key);
      if (answer === undefined) return;
      end();
      resolve(answer);
    };
    const onAbort = (): void => {
      end();
      reject(signal.reason instanceof Error ? signal.reason : new Error('stopped'));
    };
    if (signal.aborted) { reject(new Error('stopped')); return; }
    stdin.setRawMode(true);
    stdin.resume();
    stdin.on('data', onData);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

/** Reads one line. Rejects when the signal is aborted. */
export async function askLine(stdin: NodeJS.ReadStream, stdout: NodeJS.WriteStream, prompt: string, signal: AbortSignal): Promise<string> {
  const lines = createInterface({ input: stdin, output: stdout });
  try {
    return await lines.question(prompt, { signal });
  } finally {
    lines.close();
  }
}
