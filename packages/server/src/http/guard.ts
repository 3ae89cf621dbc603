import { ProblemError } from './problem-error.ts';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Which host names and pages may speak to this server. */
export interface GuardOptions {
  /** Names besides the loopback ones, e.g. `atelier.example.com`. */
  hosts: readonly string[];
  /** Name by which the process itself calls in: one below `.invalid`, which no name service ever resolves (RFC 6761). */
  inProcessHost: string;
}

/**
 * Refuses requests that a foreign page makes a browser send. `Host` must be a name that is served (a page that rebinds its
 * own name to this address still sends that name), and `Origin`, where there is one, must be the server's own.
 */
export function checkSource(request: { headers: Headers; url: string }, options: GuardOptions): void {
  const host = request.headers.get('host') ?? new URL(request.url).host;
  const name = hostName(host);
  const served = name === options.inProcessHost || LOOPBACK.has(name) || options.hosts.includes(name);
  if (!served) throw new ProblemError('forbidden-host', `This server does not serve the host name "${name}". Use 127.0.0.1 or localhost, or add the name to "server.hosts" in the configuration.`);
  const origin = request.headers.get('origin');
  if (origin === null) return;
  const from = origin === 'null' ? '' : URL.canParse(origin) ? new URL(origin).host : '';
  if (from !== host) throw new ProblemError('forbidden-origin', `Pages of ${origin} may not call this server.`);
}

function hostName(host: string): string {
  return host.toLowerCase().replace(/:\d+$/, '');
}
