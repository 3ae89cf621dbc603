import { ModelsConfig, ProjectModelsConfig } from '@atelier/models';
import { Mode } from '@atelier/thread';
import { z } from 'zod';

const checkNames = z.enum(['test', 'types', 'lint']);

const verify = z.strictObject({
  rounds: z.number().int().min(0).max(20).default(3).describe('How often checks may fail before a run ends as not passing; 0 turns verifying off.'),
  checks: z.array(checkNames).default(['types', 'test']).describe('Which of the project\'s checks run after edits, in this order.'),
});

const sandbox = z.strictObject({
  allowedHosts: z.array(z.string()).default([]).describe('Hosts that commands may reach without asking, for example "registry.npmjs.org" or "*.example.com:443".'),
});

const server = z.strictObject({
  host: z.string().default('127.0.0.1').describe('Address to listen on. Anything but loopback is reachable by others.'),
  port: z.number().int().min(0).max(65_535).default(4747),
  hosts: z.array(z.string()).default([]).describe('Further host names under which the server may be called.'),
});

/** A person's own configuration: `config.json` in the data folder. */
export const Config = ModelsConfig.extend({
  mode: Mode.describe('Mode of new threads: plan, ask (default) or auto.').optional(),
  maxSteps: z.number().int().min(1).max(10_000).describe('Most steps of a run.').optional(),
  verify: verify.optional(),
  sandbox: sandbox.optional(),
  server: server.optional(),
});
export type Config = z.infer<typeof Config>;

const command = z.union([z.string().min(1), z.literal(false)]);

/**
 * A project's `atelier.json`, at the root of its checkout. It comes with the code that is worked on, so it may say what
 * the project is and can tighten, but never bring keys, servers elsewhere, a looser mode or hosts to reach.
 */
export const ProjectConfig = ProjectModelsConfig.extend({
  checks: z.strictObject({ test: command.optional(), types: command.optional(), lint: command.optional() }).describe('Commands that say whether the work is right; false turns one off.').optional(),
  verify: verify.partial().optional(),
  mode: z.enum(['plan', 'ask']).describe('The loosest mode that new threads here begin with.').optional(),
  maxSteps: z.number().int().min(1).max(10_000).optional(),
});
export type ProjectConfig = z.infer<typeof ProjectConfig>;
