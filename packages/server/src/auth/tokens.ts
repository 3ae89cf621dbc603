import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Principal } from '@atelier/thread';
import type { Database } from '../database/tables.ts';

const SIGN_IN_MS = 60 * 60 * 1000;
const LOGIN_MS = 30 * 24 * 60 * 60 * 1000;

/** Who a bearer token or cookie belongs to. Only hashes of tokens are kept. */
export interface Tokens {
  /** Token of this process, for calls from inside and for the command line of the same person. */
  readonly own: string;
  /** Makes a token that can be exchanged once for a login. */
  createSignIn(): Promise<string>;
  /** Exchanges a sign-in token; undefined when it is unknown, used or too old. */
  exchange(token: string): Promise<string | undefined>;
  principalOf(token: string): Promise<Principal | undefined>;
}

/** `user` is the one person of a laptop's server. */
export function createTokens({ database, now, user }: { database: Database; now: () => number; user: Extract<Principal, { kind: 'user' }> }): Tokens {
  const own = randomBytes(32).toString('base64url');
  const insert = async (kind: 'sign-in' | 'login', ms: number): Promise<string> => {
    const token = randomBytes(32).toString('base64url');
    await database.kysely.insertInto('tokens').values({ hash: hashOf(token), kind, user_id: user.userId, created_at: new Date(now()).toISOString(), expires_at: now() + ms }).execute();
    return token;
  };
  // A login is looked up once a process, then remembered by its hash.
  const known = new Map<string, number>();
  return {
    own,
    createSignIn: () => insert('sign-in', SIGN_IN_MS),
    async exchange(token) {
      const used = await database.kysely.updateTable('tokens').set({ used_at: now() })
        .where('hash', '=', hashOf(token)).where('kind', '=', 'sign-in').where('used_at', 'is', null).where('expires_at', '>', now()).executeTakeFirst();
      return used.numUpdatedRows === 1n ? insert('login', LOGIN_MS) : undefined;
    },
    async principalOf(token) {
      if (isSame(token, own)) return user;
      const hash = hashOf(token);
      const until = known.get(hash);
      if (until !== undefined && until > now()) return user;
      const row = await database.kysely.selectFrom('tokens').select('expires_at').where('hash', '=', hash).where('kind', '=', 'login').where('expires_at', '>', now()).executeTakeFirst();
      if (row === undefined) return undefined;
      known.set(hash, Number(row.expires_at));
      return user;
    },
  };
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

function isSame(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(hashOf(left)), Buffer.from(hashOf(right))];
  return timingSafeEqual(a, b);
}
