import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { startScriptedServer } from '@atelier/models/testing';
import type { ScriptedAnswer, ScriptedRequest, ScriptedServer } from '@atelier/models/testing';
import { atelier, cleanEnvironment, makeHome, makeRepository, remove } from './atelier-command.ts';

const project = {
  'package.json': '{ "name": "prices", "private": true, "scripts": { "test": "node test.js" } }\n',
  'round.js': 'exports.round = (value) => Math.floor(value * 100) / 100;\n',
  'total.js': "const { round } = require('./round.js');\nexports.total = (items) => round(items.reduce((sum, item) => sum + item.price, 0));\n",
  'test.js': "const assert = require('node:assert');\nconst { total } = require('./total.js');\nassert.strictEqual(total([{ price: 1.006, count: 2 }]), 2.01);\nconsole.log('ok');\n",
};

/** Reads, searches, mends half of it, says it is finished too early, reads the failed check, heals, and answers. */
function repair(request: ScriptedRequest): ScriptedAnswer {
  const steps: ScriptedAnswer[] = [
    { reasoning: 'Look first.', text: 'I look at the test.', toolCalls: [{ name: 'read_file', input: { path: 'test.js' } }, { name: 'grep', input: { pattern: 'round' } }] },
    { toolCalls: [{ name: 'read_file', input: { path: 'total.js' } }, { name: 'read_file', input: { path: 'round.js' } }] },
    { toolCalls: [{ name: 'edit_file', input: { path: 'round.js', edits: [{ old: 'Math.floor', new: 'Math.round' }] } }] },
    { text: 'That was it.' },
    { toolCalls: [{ name: 'edit_file', input: { path: 'total.js', edits: [{ old: 'sum + item.price', new: 'sum + item.price * (item.count ?? 1)' }] } }] },
    { toolCalls: [{ name: 'run_command', input: { command: 'npm test' } }] },
    { text: 'Mended the rounding and the counts; the test passes.' },
  ];
  return steps[request.step] ?? { text: 'Done.' };
}

let server: ScriptedServer | undefined;
const folders: string[] = [];
afterEach(async () => {
  await server?.close();
  server = undefined;
  await remove(...folders.splice(0));
});

const endpoints: Record<string, (url: string) => Record<string, string>> = {
  'an OpenAI-compatible endpoint': (url) => ({ OPENAI_API_KEY: 'sk-test-1234567890abcdef', OPENAI_BASE_URL: `${url}/v1`, OPENAI_MODEL: 'scripted-model' }),
  'an Anthropic endpoint': (url) => ({ ANTHROPIC_API_KEY: 'sk-ant-test-1234567890abcdef', ANTHROPIC_BASE_URL: url }),
  'a Gemini endpoint': (url) => ({ GEMINI_API_KEY: 'AIza-test-1234567890abcdef', GOOGLE_GEMINI_BASE_URL: url }),
};

describe('atelier run', () => {
  for (const [name, environment] of Object.entries(endpoints)) {
    test(`repairs a project over ${name}: edits several files, is told of the failed check, heals it, and can be undone`, async () => {
      server = await startScriptedServer(repair);
      const repository = await makeRepository(project);
      const home = await makeHome();
      folders.push(repository, home);
      const given = environment(server.url);
      const env = cleanEnvironment({ ATELIER_HOME: home, ...given });
      const run = await atelier(['run', '--yes', '--json', 'make the failing test pass'], { cwd: repository, env });
      expect(run.stderr + run.stdout.slice(-2000), 'what it printed').toBeTruthy();
      expect(run.exitCode, run.stderr + run.stdout.slice(-3000)).toBe(0);
      expect(await readFile(join(repository, 'total.js'), 'utf8')).toContain('item.count');
      const types = run.lines.flatMap((line) => (line.type === 'event' ? [(line.event as { type: string }).type] : []));
      expect(types.filter((type) => type === 'verification.completed')).toHaveLength(2);
      expect(types.at(-1)).toBe('run.finished');
      expect(run.lines.at(-1)).toMatchObject({ type: 'result', exitCode: 0, outcome: 'done', verified: 'passed' });

      // No key is in the log, the output or anything below the home.
      const key = Object.entries(given).find(([variable]) => variable.endsWith('API_KEY'))?.[1] ?? 'missing';
      expect(run.stdout + run.stderr).not.toContain(key);

      // The prompt's beginning is byte for byte the same from step to step.
      const prompts = server.requests.map((request) => promptText(request.body));
      for (const [index, prompt] of prompts.slice(1).entries()) expect(prompt.startsWith(prompts[index] ?? 'missing'), `request ${index + 2} begins as request ${index + 1}`).toBe(true);

      const threadId = (run.lines.at(-1) as { threadId: string }).threadId;
      const undo = await atelier(['thread', 'undo', threadId, '--json'], { cwd: repository, env });
      expect(undo.exitCode, undo.stderr).toBe(0);
      expect(await readFile(join(repository, 'round.js'), 'utf8')).toBe(project['round.js']);
      expect(await readFile(join(repository, 'total.js'), 'utf8')).toBe(project['total.js']);

      const markdown = await atelier(['thread', 'export', threadId, '--format', 'markdown'], { cwd: repository, env });
      expect(markdown.stdout).toContain('make the failing test pass');
      expect(markdown.stdout).toContain('Mended the rounding');
    });
  }
});

/** The messages of a request as one text whose beginning must not change; the cache markers move and do not count. */
function promptText(body: unknown): string {
  const { messages, contents, system, systemInstruction, tools } = body as Record<string, unknown>;
  const list = (messages ?? contents) as unknown[];
  const text = JSON.stringify([system, systemInstruction, tools].filter(Boolean)) + list.map((message) => JSON.stringify(message)).join('\n');
  return text.replaceAll(/,?"cache_control":\{[^}]*\}/g, '');
}
