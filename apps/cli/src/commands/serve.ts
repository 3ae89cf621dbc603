import { createClient } from '@atelier/client';
import { findRunningServer } from '../connect.ts';
import type { Surroundings } from '../surroundings.ts';
import { cleanText } from '../terminal/display-width.ts';
import { plural } from '../terminal/figures.ts';
import { CommandError } from '../usage-error.ts';
import { modelAdvice } from './models.ts';

export interface ServeOptions {
  port?: number;
  host?: string;
  demo?: boolean;
  json?: boolean;
}

const defaultPort = 4747;

/** `atelier serve`: runs until Ctrl+C or SIGTERM. */
export async function serve(surroundings: Surroundings, options: ServeOptions): Promise<void> {
  const { stdout, style } = surroundings;
  if (options.demo === true) await (await import('./demo.ts')).demo(surroundings, {});
  const running = findRunningServer(surroundings.home);
  if (running !== undefined && options.json !== true) stdout.write(style.dim(`A server runs already at ${running.url} (process ${running.pid}); this one is a second one on the same data.\n`));
  const { openServer, readConfig } = await import('@atelier/server');
  const configured = (await readConfig(surroundings.home)).server;
  const server = await openServer({ home: surroundings.home, environment: surroundings.environment, version: surroundings.version });
  const stopped = waitForStop();
  try {
    const { url, signInUrl } = await listen(server, { host: options.host ?? configured?.host ?? '127.0.0.1', port: options.port ?? (configured?.port === defaultPort ? undefined : configured?.port) });
    const client = createClient({ baseUrl: 'http://atelier.invalid', token: server.token, fetch: (request) => server.fetch(request) });
    const facts = await client.call('getServer');
    stdout.write(options.json === true ? `${JSON.stringify({ url, signInUrl, home: surroundings.home, ...facts })}\n` : [
      `${style.bold('Atelier')} ${surroundings.version} listens on ${style.bold(url)}`,
      '', `  ${style.bold('Open:')}    ${style.underline(signInUrl)}`, style.dim('           (this link signs one browser in, once; `atelier serve` prints a new one)'),
      `  ${style.bold('Model:')}   ${facts.model.id === undefined ? style.yellow('none yet') : `${cleanText(facts.model.id)}${facts.model.scripted ? style.yellow(' · scripted model') : ''} ${style.dim(`(${cleanText(facts.model.reason)})`)}`}`,
      ...(facts.model.id === undefined ? modelAdvice.map((line) => `           ${line}`) : []),
      `  ${style.bold('Sandbox:')} ${facts.sandbox.kind === 'none' ? `${style.yellow('none: every command asks first.')} ${style.dim(cleanText(facts.sandbox.missing ?? '`atelier doctor` says how to get one.'))}` : facts.sandbox.kind}`,
      `  ${style.bold('Data:')}    ${surroundings.home} ${style.dim(`(${facts.database}, ${plural(facts.threads, 'thread')})`)}`,
      '', style.dim('  Ctrl+C stops it. In another terminal: atelier run "make the failing test pass"'), '',
    ].join('\n'));
    await stopped;
    stdout.write(style.dim('\nStopping…\n'));
  } finally {
    await server.close();
  }
}

/** The asked port, or the first free one from the default on. */
async function listen(server: { listen(address: { host: string; port: number }): Promise<{ url: string; signInUrl: string }> }, { host, port: asked }: { host: string; port: number | undefined }): Promise<{ url: string; signInUrl: string }> {
  for (let port = asked ?? defaultPort; ; port += 1) {
    try {
      return await server.listen({ host, port });
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code === 'EADDRINUSE' && asked === undefined && port < defaultPort + 50) continue;
      if (code === 'EADDRINUSE') throw new CommandError(`Port ${port} on ${host} is taken by another program. Choose another one with --port, or leave --port (and server.port of the configuration) out to get the next free one.`);
      if (code === 'EACCES') throw new CommandError(`Port ${port} may not be used by this account. Choose one above 1023 with --port.`);
      if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') throw new CommandError(`This machine has no address ${host}. Leave --host out to listen on 127.0.0.1.`);
      throw error;
    }
  }
}

function waitForStop(): Promise<void> {
  return new Promise((resolve) => {
    let stopping = false;
    const stop = (): void => {
      if (stopping) process.exit(130); // a second Ctrl+C leaves at once; everything acknowledged is on disk
      stopping = true;
      resolve();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  });
}
