import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Database } from '../database/tables.ts';

/** The right to work on a thread, held by one process at a time. */
export interface Lease {
  /** Keeps it for `ms` more; false when it was lost. */
  renew(ms: number): Promise<boolean>;
  release(): Promise<void>;
}

export interface Leases {
  /** Takes the thread when nobody holds it, the holder's time is over, or the holder was a process of this machine that is gone. */
  take(threadId: string, ms: number): Promise<Lease | undefined>;
}

/** Leases in the database. `ownerId` distinguishes two servers in one process (tests). */
export function createLeases({ database, now, ownerId }: { database: Database; now: () => number; ownerId: string }): Leases {
  const { kysely } = database;
  const owner = JSON.stringify({ machine: machine(), pid: process.pid, started: startOf(process.pid), id: ownerId });
  return {
    async take(threadId, ms) {
      const held = await kysely.selectFrom('leases').selectAll().where('thread_id', '=', threadId).executeTakeFirst();
      const expires_at = now() + ms;
      if (held === undefined) {
        const made = await kysely.insertInto('leases').values({ thread_id: threadId, owner, expires_at }).onConflict((conflict) => conflict.doNothing()).executeTakeFirst();
        if (made.numInsertedOrUpdatedRows !== 1n) return undefined;
      } else {
        if (held.owner !== owner && Number(held.expires_at) > now() && !isGone(held.owner)) return undefined;
        // Compare and set: of two that saw the same dead holder, one gets it.
        const taken = await kysely.updateTable('leases').set({ owner, expires_at })
          .where('thread_id', '=', threadId).where('owner', '=', held.owner).where('expires_at', '=', held.expires_at).executeTakeFirst();
        if (taken.numUpdatedRows !== 1n) return undefined;
      }
      const mine = () => kysely.updateTable('leases').where('thread_id', '=', threadId).where('owner', '=', owner);
      return {
        renew: async (more) => (await mine().set({ expires_at: now() + more }).executeTakeFirst()).numUpdatedRows === 1n,
        release: async () => { await kysely.deleteFrom('leases').where('thread_id', '=', threadId).where('owner', '=', owner).execute(); },
      };
    },
  };
}

/** Whether the holder was a process of this machine that does not run any more (its number may have been given again). */
function isGone(owner: string): boolean {
  const holder = JSON.parse(owner) as { machine: string; pid: number; started: string };
  return holder.machine === machine() && startOf(holder.pid) !== holder.started;
}

/** Where process numbers mean the same processes: this boot of this machine, in this container. */
export function machine(): string {
  try {
    return [hostname(), readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(), readlinkSync('/proc/self/ns/pid')].join(' ');
  } catch {
    return hostname(); // not Linux: no containers that share a name either
  }
}

/** When a process started, in the kernel's ticks: with its number this names it. Empty where it does not run. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return isRunning(pid) ? 'running' : ''; // no /proc here: the number alone has to do
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
