import { execFileSync } from 'node:child_process';
import { access, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startScriptedServer } from '@atelier/models/testing';
import type { ScriptedAnswer, ScriptedRequest } from '@atelier/models/testing';
import { median } from './figure.ts';
import type { Figure } from './figure.ts';
import { measureProcess } from './measure-process.ts';
import { answerOnly, makeSmallRepository, stepGaps } from './run-figures.ts';

interface Peer {
  name: string;
  /** Its package in the registry, and its command. */
  package: string;
  command: string;
  /** Prepares its home so that it talks to the scripted server; gives arguments and environment of one run. */
  prepare(home: string, url: string): Promise<{ args: string[]; env: Record<string, string> }>;
  /** One read, by its own tool. */
  read(path: string, repository: string): { name: string; input: unknown };
}

const peers: Peer[] = [
  {
    name: 'pi',
    package: '@mariozechner/pi-coding-agent',
    command: 'pi',
    async prepare(home, url) {
      await mkdir(join(home, '.pi/agent'), { recursive: true });
      const model = { id: 'scripted', name: 'scripted', reasoning: false, input: ['text'], cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 }, contextWindow: 128_000, maxTokens: 4096 };
      await writeFile(join(home, '.pi/agent/models.json'), JSON.stringify({ providers: { bench: { baseUrl: `${url}/v1`, api: 'openai-completions', apiKey: 'none', models: [model] } } }));
      return { args: ['--offline', '--provider', 'bench', '--model', 'scripted', '--print', 'do it'], env: {} };
    },
    read: (path) => ({ name: 'read', input: { path } }),
  },
  {
    name: 'codex',
    package: '@openai/codex',
    command: 'codex',
    async prepare(home, url) {
      await mkdir(join(home, '.codex'), { recursive: true });
      const provider = `[model_providers.bench]\nname = "bench"\nbase_url = "${url}/v1"\nwire_api = "responses"\nenv_key = "BENCH_KEY"\n`;
      await writeFile(join(home, '.codex/config.toml'), `model = "scripted"\nmodel_provider = "bench"\n\n${provider}`);
      return { args: ['exec', '--skip-git-repo-check', '--sandbox', 'danger-full-access', 'do it'], env: { BENCH_KEY: 'none' } };
    },
    read: (path) => ({ name: 'exec_command', input: { cmd: `cat ${path}` } }),
  },
  {
    name: 'gemini',
    package: '@google/gemini-cli',
    command: 'gemini',
    async prepare(home, url) {
      await mkdir(join(home, '.gemini'), { recursive: true });
      await writeFile(join(home, '.gemini/settings.json'), JSON.stringify({ security: { auth: { selectedType: 'gemini-api-key' } }, privacy: { usageStatisticsEnabled: false }, telemetry: { enabled: false } }));
      return { args: ['--yolo', '--model', 'gemini-2.5-pro', '--prompt', 'do it'], env: { GEMINI_API_KEY: 'none', GOOGLE_GEMINI_BASE_URL: url, GEMINI_CLI_TRUST_WORKSPACE: 'true' } };
    },
    read: (path, repository) => ({ name: 'read_file', input: { file_path: join(repository, path) } }),
  },
];

/** Other agents, installed from the registry into a folder outside the project, run beside ours on the same script. */
export async function peerFigures({ rounds }: { rounds: number }): Promise<Figure[]> {
  const cache = process.env['ATELIER_BENCH_PEERS'] ?? join(tmpdir(), 'atelier-bench-peers');
  const repository = await makeSmallRepository();
  const figures: Figure[] = [];
  for (const peer of peers) {
    const home = await mkdtemp(join(tmpdir(), 'atelier-bench-peer-'));
    try {
      const command = await install(peer, cache);
      figures.push(...await measurePeer(peer, command, { home, repository, rounds }));
    } catch (error) {
      console.log(`    ${peer.name} could not be measured: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`);
    } finally {
      await rm(home, { recursive: true, force: true });
    }
  }
  await rm(repository, { recursive: true, force: true });
  return figures;
}

async function install(peer: Peer, cache: string): Promise<string> {
  const folder = join(cache, peer.name);
  const command = join(folder, 'node_modules/.bin', peer.command);
  const there = await access(command).then(() => true, () => false);
  if (there) return command;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), '{ "private": true }\n');
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', peer.package], { cwd: folder, stdio: 'ignore', timeout: 300_000 });
  return command;
}

async function measurePeer(peer: Peer, command: string, options: { home: string; repository: string; rounds: number }): Promise<Figure[]> {
  const { home, repository, rounds } = options;
  const run = async (answer: (request: ScriptedRequest) => ScriptedAnswer, sampleMemory: boolean) => {
    const server = await startScriptedServer(answer);
    try {
      const { args, env } = await peer.prepare(home, server.url);
      const measured = await measureProcess(['timeout', '60', command, ...args], { cwd: repository, env: { PATH: process.env['PATH'], HOME: home, TERM: 'dumb', CI: 'true', ...env }, sampleMemory });
      return { ...measured, requests: [...server.requests] };
    } finally {
      await server.close();
    }
  };
  const reads = (request: ScriptedRequest): ScriptedAnswer => (request.step >= 40 ? { text: 'Read all.' } : { toolCalls: [peer.read(`src/file-${request.step}.js`, repository)] });

  await run(answerOnly, false);
  const first: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const measured = await run(answerOnly, false);
    if (measured.requests.length === 0) throw new Error(`it sent no request: ${measured.output.slice(-300).replaceAll('\n', ' ')}`);
    first.push((measured.requests[0]?.receivedAt ?? Number.NaN) - measured.startedAt);
  }
  const forty = await run(reads, true);
  const plain = await run(reads, false);
  const figures: Figure[] = [{ name: `${peer.name}: process start to first model request`, value: median(first), unit: 'ms' }];
  if (plain.requests.length < 41) return figures;
  return [
    ...figures,
    { name: `${peer.name}: own time per step at 40 steps`, value: median(stepGaps(plain.requests.slice(-41))), unit: 'ms' },
    { name: `${peer.name}: whole run of forty reads`, value: plain.wallMs, unit: 'ms' },
    { name: `${peer.name}: memory of the process tree (PSS)`, value: forty.peakPssMB, unit: 'MB' },
    { name: `${peer.name}: processor time of the forty reads`, value: plain.cpuMs, unit: 'ms' },
    { name: `${peer.name}: first request's size`, value: (plain.requests[0]?.raw.length ?? Number.NaN) / 1024, unit: 'KB' },
  ];
}
