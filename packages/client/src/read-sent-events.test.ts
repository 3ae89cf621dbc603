import { array, assert, asyncProperty, constantFrom, nat } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSentEvents } from './read-sent-events.ts';
import type { SentEvent } from './read-sent-events.ts';

describe('readSentEvents', () => {
  it('reads events, ids, several data lines and comments', async () => {
    const text = 'retry: 5\n: hello\n\nevent: event\nid: 7\ndata: {"a":\ndata: 1}\n\ndata:plain\n\n';
    expect(await readAll([text])).toEqual([{ event: 'event', data: '{"a":\n1}', id: '7' }, { event: 'message', data: 'plain', id: undefined }]);
  });

  it('drops an event whose end never came', async () => {
    expect(await readAll(['data: one\n\ndata: tw'])).toEqual([{ event: 'message', data: 'one', id: undefined }]);
  });

  it('gives the same events wherever the bytes are cut, and with every line end', async () => {
    const events: SentEvent[] = [{ event: 'event', data: 'ä\n🦊 x', id: '1' }, { event: 'delta', data: '{}', id: undefined }];
    await assert(asyncProperty(constantFrom('\n', '\r\n', '\r'), array(nat(60), { maxLength: 8 }), async (end, cuts) => {
      const text = events.map(({ event, data, id }) => [`event: ${event}`, ...(id === undefined ? [] : [`id: ${id}`]), ...data.split('\n').map((line) => `data: ${line}`), '', ''].join(end)).join('') + (end === '\r' ? 'x' : '');
      expect(await readAll([text], cuts)).toEqual(events);
    }));
  });
});

async function readAll(texts: string[], cuts: number[] = []): Promise<SentEvent[]> {
  const bytes = new TextEncoder().encode(texts.join(''));
  const edges = [0, ...cuts.filter((cut) => cut < bytes.length).toSorted((left, right) => left - right), bytes.length];
  const pieces = edges.slice(1).map((edge, index) => bytes.slice(edges[index], edge));
  const body = new ReadableStream<Uint8Array>({ start(controller) { for (const piece of pieces) controller.enqueue(piece); controller.close(); } });
  return Array.fromAsync(readSentEvents(body));
}
