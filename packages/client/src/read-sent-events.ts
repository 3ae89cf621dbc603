/** One server-sent event; `id` only where the server gave one with this event. */
export interface SentEvent {
  event: string;
  data: string;
  id: string | undefined;
}

/**
 * Reads `text/event-stream` (HTML standard, section 9.2.6 “Interpreting an event stream”) from a body of bytes. Pieces
 * may be cut anywhere. Ends when the body ends; an event without its final empty line is dropped, as the standard says. `heard` is called for every piece,
 * also for one that only keeps the connection alive.
 */
export async function* readSentEvents(body: ReadableStream<Uint8Array>, heard?: () => void): AsyncGenerator<SentEvent, void, void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  let fields: { event: string; data: string[]; id: string | undefined } = { event: 'message', data: [], id: undefined };
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      heard?.();
      rest += decoder.decode(value, { stream: true });
      // A carriage return at the very end may be the first half of a line end: it waits for the next piece.
      const lines = rest.split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line !== '') {
          take(line);
          continue;
        }
        if (fields.data.length > 0) yield { event: fields.event, data: fields.data.join('\n'), id: fields.id };
        fields = { event: 'message', data: [], id: undefined };
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined); // the stream is over or broken already: nothing is left to cancel
  }

  function take(line: string): void {
    const colon = line.indexOf(':');
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (name === 'event') fields.event = value;
    else if (name === 'data') fields.data.push(value);
    else if (name === 'id') fields.id = value;
  }
}
