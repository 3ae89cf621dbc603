import { openTestWorkspace } from './open-test-workspace.ts';
import { describeWorkspace } from './workspace-contract.ts';

describeWorkspace('local', openTestWorkspace);
