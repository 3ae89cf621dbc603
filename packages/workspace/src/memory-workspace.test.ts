import { openMemoryWorkspace } from './memory-workspace.ts';
import { describeWorkspace } from './workspace-contract.ts';

describeWorkspace('memory', async (files) =>
  openMemoryWorkspace({
    files,
    commands: ({ command }) => (command === 'echo hello' ? { output: 'hello\n' } : command === 'exit 3' ? { exitCode: 3 } : new Promise(() => {})),
  }),
);
