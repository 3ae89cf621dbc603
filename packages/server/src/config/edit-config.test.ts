import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configKeys, openConfigEditor } from './edit-config.ts';

let home: string;
beforeEach(async () => { home = await mkdtemp(join(tmpdir(), 'atelier-config-')); });
afterEach(() => rm(home, { recursive: true, force: true }));

describe('openConfigEditor', () => {
  it('sets, gets, lists and unsets values of the right type', async () => {
    const editor = openConfigEditor(home);
    await editor.set('model', 'openai/gpt-5.2');
    await editor.set('temperature', '0.2');
    await editor.set('sandbox.allowedHosts', '["registry.npmjs.org"]');
    expect(await editor.get('temperature')).toBe(0.2);
    expect(await editor.list()).toEqual([
      { key: 'model', value: 'openai/gpt-5.2' }, { key: 'sandbox.allowedHosts', value: ['registry.npmjs.org'] }, { key: 'temperature', value: 0.2 },
    ]);
    expect(await editor.unset('temperature')).toBe(true);
    expect(await editor.unset('temperature')).toBe(false);
    expect(await editor.get('temperature')).toBeUndefined();
  });

  it('takes names with dots in the middle of a key', async () => {
    const editor = openConfigEditor(home);
    await editor.set('models.openai/gpt-5.2.window', '1000');
    expect(await editor.get('models.openai/gpt-5.2.window')).toBe(1000);
    expect(JSON.parse(await readFile(editor.path, 'utf8'))).toEqual({ models: { 'openai/gpt-5.2': { window: 1000 } } });
  });

  it('keeps a provider\'s key apart, for its owner only, and never shows it', async () => {
    const editor = openConfigEditor(home);
    await editor.set('providers.myproxy.apiKey', 'sk-very-secret');
    expect(await editor.get('providers.myproxy.apiKey')).toBe('••••');
    expect(JSON.stringify(await editor.list())).not.toContain('sk-very-secret');
    expect((await stat(join(home, 'credentials.json'))).mode & 0o777).toBe(0o600);
    expect(await editor.unset('providers.myproxy.apiKey')).toBe(true);
    expect(await editor.list()).toEqual([]);
  });

  it('keeps comments, and masks a key that stands in the file', async () => {
    const editor = openConfigEditor(home);
    await writeFile(editor.path, '{\n  // mine\n  "providers": { "p": { "kind": "openai", "apiKey": "sk-plain" } },\n}\n');
    await editor.set('model', 'p/x');
    expect(await readFile(editor.path, 'utf8')).toContain('// mine');
    expect(await editor.get('providers')).toEqual({ p: { kind: 'openai', apiKey: '••••' } });
  });

  it('refuses unknown keys and values that do not fit, and changes nothing', async () => {
    const editor = openConfigEditor(home);
    await expect(editor.set('modle', 'x')).rejects.toThrow('no configuration key “modle”');
    await expect(editor.set('temperature', 'hot')).rejects.toThrow('Nothing was changed');
    await expect(editor.get('providers.p.baseurl')).rejects.toThrow('no configuration key');
    await expect(stat(editor.path)).rejects.toThrow('ENOENT');
  });

  it('knows its keys from the schema', () => {
    expect(configKeys()).toEqual(expect.arrayContaining(['model', 'providers.<name>.baseUrl', 'verify.rounds', 'sandbox.allowedHosts']));
  });
});
