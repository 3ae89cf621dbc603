import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { Database } from '../database/tables.ts';

/** The one organization of a laptop's server. */
const OWN_ORGANIZATION = 'own';

/** The project of a checkout, made when it is first used. Its id follows from the folder, so that two processes agree. */
export async function ensureProject(database: Database, root: string, now: () => number): Promise<string> {
  const id = `p-${createHash('sha256').update(`${OWN_ORGANIZATION}\n${root}`).digest('hex').slice(0, 24)}`;
  const { kysely } = database;
  const known = await kysely.selectFrom('projects').select('id').where('id', '=', id).executeTakeFirst();
  if (known !== undefined) return id;
  const created_at = new Date(now()).toISOString();
  await database.write([
    kysely.insertInto('organizations').values({ id: OWN_ORGANIZATION, name: 'Own', created_at }).onConflict((conflict) => conflict.doNothing()).compile(),
    kysely.insertInto('projects').values({ id, organization_id: OWN_ORGANIZATION, name: basename(root) || root, root, created_at }).onConflict((conflict) => conflict.doNothing()).compile(),
  ]);
  return id;
}
