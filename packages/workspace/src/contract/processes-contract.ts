import { describe, expect, it } from 'vitest';
import type { ContractWorkspace } from './contract-workspace.ts';
import { codeOf } from './refusal.ts';

export function describeProcesses(open: ContractWorkspace): void {
  describe('commands', () => {
    it('runs one and streams what it prints', async () => {
      const { processes } = await open({});
      let streamed = '';
      const result = await processes.run({ command: 'echo hello', unsandboxed: true, onOutput: (text) => (streamed += text) });
      expect(result).toMatchObject({ ending: { kind: 'exited', exitCode: 0 }, output: 'hello\n', outputBytes: 6, wholeOutputPath: undefined });
      expect(streamed).toBe('hello\n');
      expect((await processes.run({ command: 'exit 3', unsandboxed: true })).ending).toEqual({ kind: 'exited', exitCode: 3 });
    });

    it('ends one at its time limit and on cancel', async () => {
      const { processes } = await open({});
      expect((await processes.run({ command: 'sleep 60', unsandboxed: true, timeoutMs: 50 })).ending).toEqual({ kind: 'timed-out' });
      expect((await processes.run({ command: 'sleep 60', unsandboxed: true, signal: AbortSignal.timeout(50) })).ending).toEqual({ kind: 'cancelled' });
    });

    it('keeps background processes until they are stopped', async () => {
      const { processes } = await open({});
      const { processId } = await processes.start({ command: 'sleep 60', unsandboxed: true });
      expect(processes.list()).toMatchObject([{ processId, command: 'sleep 60', ending: undefined }]);
      expect((await processes.stop(processId)).ending).toBeDefined();
      expect(await processes.readOutput(processId)).toMatchObject({ text: '', nextOffset: 0 });
      expect(await codeOf(processes.stop('unknown'))).toBe('not-found');
    });
  });
}
