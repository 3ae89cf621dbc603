import type { Followed } from './follow-thread.ts';

const PING_MS = 15_000;

/** Server-sent events (WHATWG HTML, section 9.2): `event` with the seq as id, `delta` without one, `live`, `gone`, and pings. */
export function eventStream(followed: AsyncGenerator<Followed, void, undefined>, stop: () => void): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let ping: NodeJS.Timeout | undefined;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(encoder.encode('retry: 1000\n\n'));
      ping = setInterval(() => { if ((controller.desiredSize ?? 0) > 0) controller.enqueue(encoder.encode(': ping\n\n')); }, PING_MS);
      ping.unref();
    },
    // Asked for only when the reader has room.
    async pull(controller) {
      const next = await followed.next();
      if (next.done === true) {
        clearInterval(ping);
        controller.close();
      } else {
        controller.enqueue(encoder.encode(frame(next.value)));
      }
    },
    async cancel() {
      clearInterval(ping);
      stop(); // it may be waiting for news
      await followed.return();
    },
  });
}

function frame(item: Followed): string {
  switch (item.type) {
    case 'event': return `id: ${item.event.seq}\nevent: event\ndata: ${JSON.stringify(item.event)}\n\n`;
    case 'delta': return `event: delta\ndata: ${JSON.stringify(item.delta)}\n\n`;
    case 'live': return `event: live\ndata: {"seq":${item.seq}}\n\n`;
    case 'gone': return 'event: gone\ndata: {}\n\n';
  }
}
