import { describe, expect, it } from 'vitest';
import type { ContractWorkspace } from './contract-workspace.ts';
import { codeOf } from './refusal.ts';

export function describeProject(open: ContractWorkspace): void {
  describe('the project', () => {
    it('is detected from its manifests and overridden in atelier.json', async () => {
      const manifest = JSON.stringify({ scripts: { test: 'node --test', lint: 'eslint .' } });
      const plain = await open({ 'package.json': manifest });
      expect(await plain.detectProject()).toMatchObject({ languages: ['JavaScript'], packageManager: 'npm', checks: [{ name: 'test', command: 'npm test' }, { name: 'lint' }] });
      const own = await open({ 'package.json': manifest, 'atelier.json': '{ // ours\n "checks": { "test": "make all", "lint": false, }, }' });
      expect((await own.detectProject()).checks).toEqual([{ name: 'test', command: 'make all', source: 'atelier.json' }]);
    });

    it('refuses an atelier.json that is not valid', async () => {
      expect(await codeOf((await open({ 'atelier.json': '{ "checks": ' })).detectProject())).toBe('failed');
      expect(await codeOf((await open({ 'atelier.json': '{ "checks": { "test": 1 } }' })).detectProject())).toBe('failed');
    });

    it('is no Git repository by itself', async () => {
      const { git } = await open({ 'a.txt': '' });
      expect(await git.isRepository()).toBe(false);
      expect(await codeOf(git.status())).toBe('not-git');
      expect(await codeOf(git.log())).toBe('not-git');
    });
  });
}
