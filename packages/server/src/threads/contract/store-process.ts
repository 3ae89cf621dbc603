/**
 * A process of its own for tests: opens a database and, where a thread is named, appends messages to it one after
 * another. Says `open`, then each seq that was acknowledged, a line each.
 *
 *   node store-process.ts <database> <blobs folder> [<thread> <how many>]
 */
import { writeSync } from 'node:fs';
import { openDatabase } from '../../database/open-database.ts';
import { Blobs } from '../blobs.ts';
import { ThreadStore } from '../thread-store.ts';
import { newId, say, send } from './test-stores.ts';

const [place = '', blobs = '', threadId, count = '0'] = process.argv.slice(2);
const store = new ThreadStore({ database: await openDatabase(place), blobs: new Blobs(blobs, newId), now: () => Date.now() });
writeSync(1, 'open\n');
if (threadId !== undefined) {
  for (let index = 0; index < Number(count); index += 1) {
    const answer = await send(store, threadId, say(`${process.pid}-${index} ${'x'.repeat(index % 10 === 0 ? 10_000 : 50)}`));
    if (!answer.accepted) throw new Error(answer.refusal.message);
    writeSync(1, `${answer.seq}\n`);
  }
}
await store.close();
