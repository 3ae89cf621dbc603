import { describe, expect, it } from 'vitest';
import type { ContractWorkspace } from './contract-workspace.ts';
import { codeOf } from './refusal.ts';

export function describeCheckpoints(open: ContractWorkspace): void {
  describe('checkpoints', () => {
    it('name equal states equally, and say what changed', async () => {
      const { checkpoints, files } = await open({ 'a.txt': 'one\ntwo\n', 'b.txt': 'b\n' });
      const first = await checkpoints.create();
      expect((await checkpoints.create()).checkpointId).toBe(first.checkpointId);
      await files.write('a.txt', 'one\nthree\n');
      await files.write('new/c.txt', 'c\n');
      await files.remove('b.txt');
      const name: unknown = expect.stringMatching(/^[0-9a-f]{40,64}$/);
      expect(await checkpoints.changes(first.checkpointId)).toEqual([
        { path: 'a.txt', kind: 'changed', before: name, after: name, binary: false, added: 1, removed: 1 },
        { path: 'b.txt', kind: 'deleted', before: name, after: null, binary: false, added: 0, removed: 1 },
        { path: 'new/c.txt', kind: 'added', before: null, after: name, binary: false, added: 1, removed: 0 },
      ]);
      const diff = await checkpoints.diff(first.checkpointId, { path: 'a.txt' });
      expect(diff).toContain('-two\n+three\n');
      expect(diff).not.toContain('b.txt');
      expect(await codeOf(checkpoints.changes('0'.repeat(40)))).toBe('not-found');
    });

    it('restore everything, or some paths', async () => {
      const { checkpoints, files } = await open({ 'a.txt': 'one', 'b.txt': 'b' });
      const { checkpointId } = await checkpoints.create();
      await files.write('a.txt', 'two');
      await files.write('new.txt', 'new');
      await files.remove('b.txt');
      expect((await checkpoints.restore(checkpointId, { paths: ['a.txt'] })).restored).toEqual(['a.txt']);
      expect(await checkpoints.restore(checkpointId)).toEqual({ restored: ['b.txt'], removed: ['new.txt'], skipped: [] });
      expect(await checkpoints.changes(checkpointId)).toEqual([]);
    });

    it('leave alone what somebody changed since the run', async () => {
      const { checkpoints, files } = await open({ 'a.txt': 'one', 'b.txt': 'one' });
      const before = await checkpoints.create();
      await files.write('a.txt', 'by the run');
      await files.write('b.txt', 'by the run');
      const after = await checkpoints.create();
      await files.write('b.txt', 'by a person');
      const result = await checkpoints.restore(before.checkpointId, { from: after.checkpointId });
      expect(result.restored).toEqual(['a.txt']);
      expect(result.skipped.map(({ path }) => path)).toEqual(['b.txt']);
      expect((await files.read('b.txt')).text).toBe('by a person');
    });
  });
}
