/** What can be read of an error: the AI SDK's, a provider's event in a stream, Node's of a broken connection. */
export interface Thrown {
  status: number | undefined;
  headers: Record<string, string>;
  /** What the provider or the system says, one line, without the final full stop. */
  message: string;
  /** The provider's name for it (`overloaded_error`, `RESOURCE_EXHAUSTED`). */
  kind: string;
  /** The system's code (`ECONNRESET`), looked for along the causes. */
  code: string;
  body: string;
  /** What came was not in the expected format. */
  unreadable: boolean;
  retryable: boolean | undefined;
}

/** Reads an error of any shape. Deep inside an error may be the error that matters: its causes are looked through. */
export function readThrown(thrown: unknown): Thrown {
  const chain = causes(thrown);
  const first = chain[0] ?? {};
  const api = chain.find((link) => typeof link['statusCode'] === 'number');
  const status = number(api?.['statusCode']);
  const name = text(first['name']);
  return {
    // The AI SDK gives a broken stream the status 200 of its beginning.
    status: status !== undefined && status >= 300 ? status : undefined,
    headers: (api?.['responseHeaders'] ?? {}) as Record<string, string>, // the AI SDK's field, whose type is this
    message: oneLine(chain.map((link) => text(link['message'])).find((message) => message !== '' && message !== 'Failed to process successful response') ?? (typeof thrown === 'string' ? thrown : '')),
    kind: chain.map((link) => text(link['type']) || text(link['status']) || (systemCode(link) === '' ? text(link['code']) : '')).find((kind) => kind !== '') ?? '',
    code: chain.map(systemCode).find((code) => code !== '') ?? '',
    body: text(api?.['responseBody']),
    unreadable: /TypeValidation|JSONParse|InvalidResponseData|NoContentGenerated/i.test(name),
    retryable: typeof first['isRetryable'] === 'boolean' ? first['isRetryable'] : undefined,
  };
}

function causes(thrown: unknown): Record<string, unknown>[] {
  const chain: Record<string, unknown>[] = [];
  for (let link = thrown; typeof link === 'object' && link !== null && chain.length < 8; ) {
    const fields = link as Record<string, unknown>; // every object is a record of unknowns
    chain.push(fields);
    link = fields['cause'] ?? fields['lastError'] ?? fields['error'] ?? fields['data'];
  }
  return chain;
}

const systemCodes = /^(E[A-Z_]{3,}|ERR_[A-Z_]+|UND_ERR_[A-Z_]+|[A-Z_]*(CERT|SIGNED|SSL|TLS)[A-Z_]*)$/;

function systemCode(link: Record<string, unknown>): string {
  const code = text(link['code']);
  if (!systemCodes.test(code)) return '';
  if (code === 'UND_ERR_SOCKET') return 'ECONNRESET';
  return code.startsWith('UND_ERR_') ? 'ETIMEDOUT' : code;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

/** A page of HTML from a proxy is no sentence. */
function oneLine(message: string): string {
  const line = message.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ').trim().replace(/\.+$/, '');
  return line.length > 400 ? `${line.slice(0, 400)}…` : line;
}
