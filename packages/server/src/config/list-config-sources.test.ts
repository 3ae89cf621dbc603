import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openConfigEditor } from './edit-config.ts';
import { listConfigSources } from './list-config-sources.ts';

it('names the file or the environment that each value comes from, without defaults and without secrets', async () => {
  const home = await mkdtemp(join(tmpdir(), 'atelier-sources-'));
  const root = await mkdtemp(join(tmpdir(), 'atelier-sources-'));
  onTestFinished(async () => { await rm(home, { recursive: true }); await rm(root, { recursive: true }); });
  const editor = openConfigEditor(home);
  await editor.set('server.port', '4800');
  await editor.set('providers.mine.apiKey', 'sk-secret');
  await writeFile(join(root, 'atelier.json'), '{ "mode": "plan" }');
  const environment = { OPENAI_API_KEY: 'sk-outside', OPENAI_BASE_URL: 'http://me:word@localhost:8000/v1', PATH: '/bin', GEMINI_API_KEY: ' ' };
  const values = await listConfigSources({ editor, home, root, environment });
  expect(values).toEqual([
    { key: 'providers.mine.apiKey', value: '••••', from: join(home, 'credentials.json') },
    { key: 'server.port', value: 4800, from: join(home, 'config.json') },
    { key: 'mode', value: 'plan', from: join(root, 'atelier.json') },
    { key: 'OPENAI_API_KEY', value: '••••', from: 'environment' },
    { key: 'OPENAI_BASE_URL', value: 'http://••••@localhost:8000/v1', from: 'environment' },
  ]);
});
