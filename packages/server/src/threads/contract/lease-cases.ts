import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { createLeases, machine } from '../leases.ts';
import type { TestHome } from './test-stores.ts';

export function leaseCases(makeHome: () => Promise<TestHome>): void {
  describe('leases', () => {
    test('one thread is held by one owner, until it lets go', async () => {
      const home = await makeHome();
      const [one, two] = [await home.open(), await home.open()];
      const now = (): number => 1000;
      const first = createLeases({ database: one.database, now, ownerId: 'one' });
      const second = createLeases({ database: two.database, now, ownerId: 'two' });
      const held = await first.take('t', 100);
      expect(held).toBeDefined();
      expect(await second.take('t', 100)).toBeUndefined();
      expect(await second.take('other', 100)).toBeDefined();
      expect(await held?.renew(100)).toBe(true);
      await held?.release();
      expect(await second.take('t', 100)).toBeDefined();
      expect(await held?.renew(100)).toBe(false);
    });

    test('of many that want it at once, one gets it', async () => {
      const home = await makeHome();
      const [one, two] = [await home.open(), await home.open()];
      const taken = await Promise.all(Array.from({ length: 8 }, (_, index) => createLeases({ database: (index % 2 === 0 ? one : two).database, now: () => 1000, ownerId: `o${index}` }).take('t', 100)));
      expect(taken.filter((lease) => lease !== undefined)).toHaveLength(1);
    });

    test('one that ran out can be taken over, and its holder learns it', async () => {
      const { database } = await (await makeHome()).open();
      let time = 1000;
      const lost = await createLeases({ database, now: () => time, ownerId: 'one' }).take('t', 100);
      time = 1101;
      expect(await createLeases({ database, now: () => time, ownerId: 'two' }).take('t', 100)).toBeDefined();
      expect(await lost?.renew(100)).toBe(false);
      await lost?.release();
      expect(await createLeases({ database, now: () => time, ownerId: 'three' }).take('t', 100)).toBeUndefined();
    });

    test('one of a process of this machine that is gone can be taken at once; one of another machine cannot', async () => {
      const { database } = await (await makeHome()).open();
      const { pid } = spawnSync(process.execPath, ['-e', '']);
      const owner = (where: string): string => JSON.stringify({ machine: where, pid, started: '1', id: 'dead' });
      await database.kysely.insertInto('leases').values([{ thread_id: 'here', owner: owner(machine()), expires_at: 9000 }, { thread_id: 'there', owner: owner('elsewhere.example'), expires_at: 9000 }]).execute();
      const leases = createLeases({ database, now: () => 1000, ownerId: 'one' });
      expect(await leases.take('here', 100)).toBeDefined();
      expect(await leases.take('there', 100)).toBeUndefined();
    });
  });
}
