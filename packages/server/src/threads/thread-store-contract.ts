import { afterAll, afterEach, describe, test } from 'vitest';
import { commandCases } from './contract/command-cases.ts';
import { copyCases } from './contract/copy-cases.ts';
import { findCases } from './contract/find-cases.ts';
import { leaseCases } from './contract/lease-cases.ts';
import { snapshotCases } from './contract/snapshot-cases.ts';
import { testHomes } from './contract/test-stores.ts';

/** A database under test: where a new one lies, given a folder that is the test's own. */
export interface ContractDatabase {
  newPlace(folder: string): Promise<string>;
  close(): Promise<void>;
}

/**
 * What every database must do for threads. A database that is missing here is said to be skipped, and fails where
 * everything must be there (`CI=true`).
 */
export function describeThreadStore(name: string, database: ContractDatabase | { missing: string }): void {
  if ('missing' in database) {
    const title = `threads on ${name}: skipped, because ${database.missing}`;
    if (process.env['CI'] === 'true') test(title, () => { throw new Error(title); });
    else test.skip(title);
    return;
  }
  describe(`threads on ${name}`, () => {
    const homes = testHomes((folder) => database.newPlace(folder));
    afterEach(() => homes.clean());
    afterAll(() => database.close());
    commandCases(homes.make);
    findCases(homes.make);
    copyCases(homes.make);
    leaseCases(homes.make);
    snapshotCases(homes.make);
  });
}
