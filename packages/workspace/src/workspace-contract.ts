import { describe } from 'vitest';
import { describeChanges } from './contract/changes-contract.ts';
import type { ContractWorkspace } from './contract/contract-workspace.ts';
import { describeCheckpoints } from './contract/checkpoints-contract.ts';
import { describeProcesses } from './contract/processes-contract.ts';
import { describeReading } from './contract/reading-contract.ts';
import { describeSearch } from './contract/search-contract.ts';
import { describeProject } from './contract/project-contract.ts';

/**
 * What every implementation of the port promises. Commands used are `echo hello`, `exit 3` and `sleep 60`, which an
 * implementation without a shell must answer as a shell would.
 */
export function describeWorkspace(name: string, open: ContractWorkspace): void {
  describe(`${name} workspace`, () => {
    describeReading(open);
    describeChanges(open);
    describeSearch(open);
    describeProcesses(open);
    describeCheckpoints(open);
    describeProject(open);
  });
}
