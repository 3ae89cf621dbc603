import { afterEach, describe, expect, test } from 'vitest';
import { loadModels, type LoadModelsOptions, type ResolvedModel } from './index.ts';
import { startScriptedServer, type ScriptedServer } from './testing.ts';

const servers: ScriptedServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(models: string[]): Promise<ScriptedServer> {
  const server = await startScriptedServer([{ text: 'Hello.', repeat: true }], { models });
  servers.push(server);
  return server;
}

function choose(environment: Record<string, string>, options: Omit<LoadModelsOptions, 'environment'> = {}, name?: string): ResolvedModel {
  const choice = loadModels({ environment, ...options }).resolve(name);
  if ('problem' in choice) throw new Error(choice.problem);
  return choice;
}

function problem(environment: Record<string, string>, options: Omit<LoadModelsOptions, 'environment'> = {}, name?: string): string {
  const choice = loadModels({ environment, ...options }).resolve(name);
  if ('problem' in choice) return choice.problem;
  throw new Error(`${choice.id} was chosen`);
}

describe('the usual environment variables', () => {
  test.each<[string, Record<string, string>, Partial<ResolvedModel>]>([
    ['OpenAI with its own server uses Responses', { OPENAI_API_KEY: 'sk-one', OPENAI_MODEL: 'gpt-5-mini' }, { id: 'openai/gpt-5-mini', kind: 'openai-responses', baseUrl: 'https://api.openai.com/v1' }],
    ['another base URL is a compatible server', { OPENAI_BASE_URL: 'http://localhost:8000/v1/', OPENAI_MODEL: 'local' }, { id: 'openai/local', kind: 'openai-compatible', baseUrl: 'http://localhost:8000/v1' }],
    ['a key alone takes the usual model', { ANTHROPIC_API_KEY: 'k' }, { kind: 'anthropic', baseUrl: 'https://api.anthropic.com/v1' }],
    ['Anthropic with /v1', { ANTHROPIC_API_KEY: 'k', ANTHROPIC_BASE_URL: 'http://h:1/v1', ANTHROPIC_MODEL: 'm' }, { id: 'anthropic/m', baseUrl: 'http://h:1/v1' }],
    ['Anthropic without /v1', { ANTHROPIC_API_KEY: 'k', ANTHROPIC_BASE_URL: 'http://h:1' }, { baseUrl: 'http://h:1/v1' }],
    ['Google', { GOOGLE_GENERATIVE_AI_API_KEY: 'k', GEMINI_MODEL: 'gemini-2.5-pro' }, { id: 'google/gemini-2.5-pro', baseUrl: 'https://generativelanguage.googleapis.com/v1beta' }],
    ['Gemini with a base URL', { GEMINI_API_KEY: 'k', GOOGLE_GEMINI_BASE_URL: 'http://h:2/' }, { provider: 'google', baseUrl: 'http://h:2/v1beta' }],
    ['Ollama by host', { OLLAMA_HOST: 'box', OLLAMA_MODEL: 'qwen2.5-coder:7b' }, { id: 'ollama/qwen2.5-coder:7b', baseUrl: 'http://box:11434' }],
    ['Ollama by port', { OLLAMA_HOST: '127.0.0.1:1234', OLLAMA_MODEL: 'q' }, { baseUrl: 'http://127.0.0.1:1234' }],
    ['Ollama by URL', { OLLAMA_HOST: 'https://ollama.example/', OLLAMA_MODEL: 'q' }, { baseUrl: 'https://ollama.example' }],
    ['Ollama that listens everywhere', { OLLAMA_HOST: '0.0.0.0', OLLAMA_MODEL: 'q' }, { baseUrl: 'http://127.0.0.1:11434' }],
  ])('%s', (_what, environment, expected) => {
    expect(choose(environment)).toMatchObject(expected);
  });

  test('a model that the environment names wins over another provider that has only a key', () => {
    expect(choose({ OPENAI_API_KEY: 'k', ANTHROPIC_API_KEY: 'k', ANTHROPIC_MODEL: 'claude-sonnet-4-5' }).id).toBe('anthropic/claude-sonnet-4-5');
  });

  test('a base URL without a scheme works, one that is none is said to be left out', () => {
    expect(choose({ OPENAI_BASE_URL: 'localhost:8000/v1', OPENAI_MODEL: 'm' }).baseUrl).toBe('http://localhost:8000/v1');
    expect(loadModels({ environment: { OPENAI_BASE_URL: 'http://', OLLAMA_HOST: 'a b' } }).notes).toEqual([expect.stringContaining('OPENAI_BASE_URL is left out'), expect.stringContaining('OLLAMA_HOST is left out')]);
  });

  test('nothing at all gives a sentence that says what to do', () => {
    expect(problem({})).toMatch(/^No model is set up\. Set OPENAI_API_KEY/);
  });
});

describe('finding a model', () => {
  const environment = { OPENAI_API_KEY: 'k', ANTHROPIC_API_KEY: 'k' };

  test('by its whole name, also one that the catalog does not know', () => {
    expect(choose(environment, {}, 'anthropic/claude-next')).toMatchObject({ id: 'anthropic/claude-next', facts: { window: 32_768, outputLimit: 4_096, known: false } });
  });

  test('by a bare name', () => {
    expect(choose(environment, {}, 'claude-sonnet-4-5')).toMatchObject({ id: 'anthropic/claude-sonnet-4-5', facts: { window: 200_000, known: true, price: { input: 3, output: 15 } } });
  });

  test('a slip of the pen is answered with what was meant', () => {
    expect(problem(environment, {}, 'claude-sonet-4-5')).toContain('Did you mean');
    expect(problem(environment, {}, 'anthropc/claude-sonnet-4-5')).toContain('Did you mean anthropic/claude-sonnet-4-5?');
  });

  test('a provider without a key says how to give it one', () => {
    expect(problem({ OPENAI_API_KEY: 'k' }, {}, 'anthropic/claude-sonnet-4-5')).toBe('anthropic is not set up: set ANTHROPIC_API_KEY or run "atelier config set providers.anthropic.apiKey".');
  });

  test('a name that two providers have asks which', () => {
    const models = { same: {} };
    const providers = { one: { kind: 'openai-compatible' as const, baseUrl: 'http://a/v1', models }, two: { kind: 'openai-compatible' as const, baseUrl: 'http://b/v1', models } };
    expect(problem({}, { config: { providers } }, 'same')).toContain('one/same or two/same');
  });

  test('a model name may hold slashes', () => {
    expect(choose({}, { config: { providers: { router: { kind: 'openai-compatible', baseUrl: 'http://r/v1' } } } }, 'router/anthropic/claude-sonnet-4-5')).toMatchObject({ model: 'anthropic/claude-sonnet-4-5', facts: { window: 200_000, price: undefined } });
  });
});

describe('configuration', () => {
  test('its model wins, the project\'s even more, and both say so', () => {
    const environment = { OPENAI_API_KEY: 'k', OPENAI_MODEL: 'gpt-5' };
    expect(choose(environment, { config: { model: 'openai/gpt-4.1' } })).toMatchObject({ id: 'openai/gpt-4.1', reason: 'it is the "model" of the configuration' });
    expect(choose(environment, { config: { model: 'openai/gpt-4.1' }, projectConfig: { model: 'openai/o3' } })).toMatchObject({ id: 'openai/o3', reason: 'it is the "model" of atelier.json' });
  });

  test('overrides, temperature and reasoning effort reach the call', () => {
    const model = choose({ OPENAI_API_KEY: 'k' }, { config: { temperature: 0.2, reasoningEffort: 'low', models: { 'openai/new': { window: 1000, outputLimit: 100, reasoningEffort: 'high' } } } }, 'openai/new');
    expect(model.facts).toMatchObject({ window: 1000, outputLimit: 100, known: false });
    expect(model.callOptions('thread-1')).toEqual({ temperature: 0.2, maxOutputTokens: 100, reasoning: 'high', providerOptions: { openai: { store: false, promptCacheKey: 'thread-1' } } });
  });

  test('a wrong one is refused with the field\'s name', () => {
    expect(() => loadModels({ environment: {}, config: { temperature: 9 } })).toThrow(/temperature/);
  });

  test('keys come from $NAME and from the kept keys, and are masked everywhere', () => {
    const config = { providers: { mine: { kind: 'openai-compatible' as const, baseUrl: 'http://m/v1', apiKey: '$MY_KEY' } } };
    const models = loadModels({ environment: { MY_KEY: 'secret-of-mine' }, config, keys: { anthropic: 'kept-secret-key' } });
    expect(models.redact('a secret-of-mine b kept-secret-key c')).toBe('a [secret] b [secret] c');
    expect(JSON.stringify(models.providers())).not.toMatch(/secret-of-mine|kept-secret/);
    expect(models.providers().find((provider) => provider.name === 'anthropic')?.keyHint).toContain('atelier config set');
  });

  test('a key of the environment is not sent to a host that only the configuration names', async () => {
    const server = await serve(['m']);
    const models = loadModels({ environment: { OPENAI_API_KEY: 'the-real-openai-key' }, config: { providers: { openai: { kind: 'openai-compatible', baseUrl: `${server.url}/v1` } } } });
    const choice = models.resolve('openai/m');
    if ('problem' in choice) throw new Error(choice.problem);
    await (await choice.languageModel()).doGenerate({ prompt: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }] });
    expect(JSON.stringify(server.requests)).not.toContain('the-real-openai-key');
  });

  test('a project may not bring hosts, keys or headers, and is told so', () => {
    const providers = {
      far: { kind: 'openai-compatible' as const, baseUrl: 'https://elsewhere.example/v1' },
      keyed: { kind: 'openai-compatible' as const, baseUrl: 'http://localhost:1/v1', apiKey: '$OPENAI_API_KEY' },
      openai: { kind: 'openai-compatible' as const, baseUrl: 'http://localhost:2/v1' },
      near: { kind: 'openai-compatible' as const, baseUrl: 'http://localhost:3/v1' },
    };
    const models = loadModels({ environment: { OPENAI_API_KEY: 'k' }, projectConfig: { providers } });
    expect(models.providers().map(({ name, baseUrl }) => `${name} ${baseUrl}`)).toEqual(['openai https://api.openai.com/v1', 'near http://localhost:3/v1']);
    expect(models.notes).toHaveLength(3);
  });
});

describe('finding what servers have', () => {
  test('a compatible server without a named model is asked, and its first model taken', async () => {
    const server = await serve(['first-model', 'text-embedding-3', 'second-model']);
    const models = loadModels({ environment: { OPENAI_BASE_URL: `${server.url}/v1` } });
    expect(models.resolve()).toMatchObject({ problem: expect.stringContaining('OPENAI_MODEL') as string });
    expect(await models.choose(undefined)).toMatchObject({ id: 'openai/first-model' });
    expect(models.list().map((entry) => entry.id)).toEqual(['openai/first-model', 'openai/second-model']);
  });

  test('Ollama is asked for its models; a silent or absent server is left out', async () => {
    const server = await serve(['qwen2.5-coder:7b']);
    const models = loadModels({ environment: { OLLAMA_HOST: server.url, OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' } });
    await models.discover();
    expect(models.list()).toMatchObject([{ id: 'ollama/qwen2.5-coder:7b', source: 'found', facts: { window: 32_768, known: true } }]);
    expect(models.list()[0]?.facts.fim?.prompt).toContain('<|fim_prefix|>');
  });
});
