import { describe, expect, test, vi } from 'vitest';
import type { TestHome } from './test-stores.ts';
import { allEvents, completeCall, createThread, creation, newId, runIntoCall, say, send } from './test-stores.ts';

export function commandCases(makeHome: () => Promise<TestHome>): void {
  describe('commands', () => {
    test('an event that was answered is there for the next process, with its cause and place', async () => {
      const home = await makeHome();
      const store = await home.open();
      const threadId = await createThread(store, { title: 'First' });
      const answer = await send(store, threadId, say('hello'));
      expect(answer).toMatchObject({ accepted: true, seq: 2, duplicate: false, events: [{ type: 'message.sent', seq: 2, v: 1, threadId }] });
      const other = await home.open();
      expect(await other.state(threadId)).toEqual(await store.state(threadId));
      const events = await allEvents(other, threadId);
      expect(events.map((event) => [event.seq, event.type])).toEqual([[1, 'thread.created'], [2, 'message.sent']]);
      expect(events[1]).toEqual(answer.accepted && answer.events[0]);
    });

    test('the same command id gets the same answer, in this process and in another, and records nothing new', async () => {
      const home = await makeHome();
      const [one, two] = [await home.open(), await home.open()];
      const threadId = await createThread(one);
      const commandId = newId();
      expect(await send(one, threadId, say('once', 'm1'), commandId)).toMatchObject({ accepted: true, seq: 2, duplicate: false });
      for (const store of [one, two]) expect(await send(store, threadId, say('once', 'm1'), commandId)).toEqual({ accepted: true, events: [], seq: 2, duplicate: true });
      expect(await allEvents(one, threadId)).toHaveLength(2);
    });

    test('a refusal is answered again as it was, even when the command would be accepted now', async () => {
      const store = await (await makeHome()).open();
      const threadId = await createThread(store);
      await send(store, threadId, { type: 'archive-thread' });
      const commandId = newId();
      const refused = await send(store, threadId, say('x'), commandId);
      expect(refused).toMatchObject({ accepted: false, refusal: { code: 'thread-archived' } });
      await send(store, threadId, { type: 'unarchive-thread' });
      expect(await send(store, threadId, say('x'), commandId)).toEqual(refused);
      expect((await send(store, threadId, say('x'))).accepted).toBe(true);
    });

    test('a command to a thread that does not exist is refused and leaves nothing behind', async () => {
      const store = await (await makeHome()).open();
      const threadId = newId();
      expect(await send(store, threadId, say('x'))).toMatchObject({ accepted: false, refusal: { code: 'thread-not-found' } });
      expect(await store.state(threadId)).toBeUndefined();
      expect((await send(store, threadId, await creation(store))).accepted).toBe(true);
    });

    test('one thread created by two at once is created once', async () => {
      const home = await makeHome();
      const [one, two] = [await home.open(), await home.open()];
      const threadId = newId();
      const body = await creation(one);
      const answers = await Promise.all([one, two].map((store) => send(store, threadId, body)));
      expect(answers.filter((answer) => answer.accepted)).toHaveLength(1);
      expect(answers.find((answer) => !answer.accepted)).toMatchObject({ refusal: { code: 'thread-exists' } });
      expect(await allEvents(one, threadId)).toHaveLength(1);
    });

    test('two stores that append to one thread at once lose nothing and leave no gap', async () => {
      const home = await makeHome();
      const stores = [await home.open(), await home.open()];
      const [first] = stores;
      const threadId = await createThread(first!);
      const answers = await Promise.all(stores.flatMap((store, index) => Array.from({ length: 20 }, (_, turn) => send(store, threadId, say(`${index}-${turn}`)))));
      const seqs = answers.map((answer) => (answer.accepted ? answer.seq : -1));
      expect(seqs.toSorted((left, right) => left - right)).toEqual(Array.from({ length: 40 }, (_, index) => index + 2));
      const events = await allEvents(first!, threadId);
      expect(events.map((event) => event.seq)).toEqual(Array.from({ length: 41 }, (_, index) => index + 1));
    });

    test('the rules hold against what another process appended meanwhile', async () => {
      const home = await makeHome();
      const [one, two] = [await home.open(), await home.open()];
      const threadId = await createThread(one);
      await two.state(threadId);
      await send(one, threadId, { type: 'archive-thread' });
      expect(await send(two, threadId, say('too late'))).toMatchObject({ accepted: false, refusal: { code: 'thread-archived' } });
      await two.refresh(threadId);
      expect(await two.state(threadId)).toEqual(await one.state(threadId));
    });

    test('facts of a run are recorded as a whole or not at all', async () => {
      const store = await (await makeHome()).open();
      const threadId = await createThread(store);
      const call = await runIntoCall(store, threadId);
      const before = await allEvents(store, threadId);
      const completed = { type: 'tool.completed', principal: before[0]!.principal, runId: call.runId, callId: call.callId, data: { callId: call.callId, tool: 'read_file', status: 'ok', output: 'x', durationMs: 1 } } as const;
      expect(await send(store, threadId, { type: 'record-run', runId: call.runId, facts: [completed, completed] })).toMatchObject({ accepted: false, refusal: { code: 'illegal-fact' } });
      expect(await allEvents(store, threadId)).toEqual(before);
      await completeCall(store, threadId, call, 'fine');
    });

    test('events are paged forward, backward and from the end', async () => {
      const store = await (await makeHome()).open();
      const threadId = await createThread(store);
      for (let index = 0; index < 24; index += 1) await send(store, threadId, { type: 'rename-thread', title: `T${index}` });
      const seqs = async (page: Parameters<typeof store.readEvents>[1]): Promise<number[]> => (await store.readEvents(threadId, page)).map((event) => event.seq);
      expect(await seqs({ after: 0, limit: 3 })).toEqual([1, 2, 3]);
      expect(await seqs({ after: 23, limit: 10 })).toEqual([24, 25]);
      expect(await seqs({ after: 25, limit: 10 })).toEqual([]);
      expect(await seqs({ before: 5, limit: 3 })).toEqual([2, 3, 4]);
      expect(await seqs({ before: 2, limit: 3 })).toEqual([1]);
      expect(await seqs({ limit: 2 })).toEqual([24, 25]);
    });

    test('a text over 8 KiB is a blob, and comes back byte for byte', async () => {
      const store = await (await makeHome()).open();
      const threadId = await createThread(store);
      const long = `${'ü€😀\u0000\r\n'.repeat(3000)}end`;
      const [first, second] = [await send(store, threadId, say(long)), await send(store, threadId, say(long))];
      if (!first.accepted || !second.accepted) throw new Error('refused');
      const [stored] = first.events;
      expect(JSON.stringify(stored).length).toBeLessThan(8 * 1024);
      expect(await store.restoreTexts(stored)).toMatchObject({ data: { parts: [{ text: long }] } });
      const blobs = [...first.events, ...second.events].map((event) => (event.data as { parts: { text: { blob: string } }[] }).parts[0]?.text.blob);
      expect(new Set(blobs).size).toBe(1);
      expect(await store.blobs.load('../../etc/passwd')).toBeUndefined();
      expect(await store.blobs.load('0'.repeat(64))).toBeUndefined();
    });

    test('hostile texts and titles are stored as they are', async () => {
      const home = await makeHome();
      const store = await home.open();
      const title = "'; drop table events; -- \"“😀\n\u202e\u0000";
      const threadId = await createThread(store, { title });
      await send(store, threadId, say("\u0000 \\u0000 $1 ? %s 'x' \"y\" \ud83d"));
      const other = await home.open();
      expect((await other.state(threadId))?.title).toBe(title);
      expect(await allEvents(other, threadId)).toHaveLength(2);
    });

    test('whoever watches is woken by this process and by another', async () => {
      const home = await makeHome();
      const [one, two] = [await home.open(), await home.open()];
      const threadId = await createThread(one);
      const woken = { one: 0, two: 0, any: 0 };
      one.onChange(threadId, () => { woken.one += 1; });
      const unsubscribe = two.onChange(threadId, () => { woken.two += 1; });
      two.onAnyChange(() => { woken.any += 1; });
      // The first look or listen may still be on its way: append until it is heard.
      await vi.waitFor(async () => {
        await send(one, threadId, say('x'));
        expect(woken.one).toBeGreaterThan(0);
        expect(woken.two).toBeGreaterThan(0);
        expect(woken.any).toBeGreaterThan(0);
      }, { timeout: 10_000, interval: 50 });
      unsubscribe();
      const before = { ...woken };
      await vi.waitFor(async () => {
        await send(one, threadId, say('x'));
        expect(woken.any).toBeGreaterThan(before.any + 1);
      }, { timeout: 10_000, interval: 150 });
      expect(woken.two).toBeLessThanOrEqual(before.two);
    });
  });
}
