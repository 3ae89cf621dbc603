import { execFile } from 'node:child_process';
import { cp, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { connect } from '../connect.ts';
import { watchRun } from '../run/watch-run.ts';
import type { Surroundings } from '../surroundings.ts';
import { CommandError } from '../usage-error.ts';

const prompt = 'The tests fail. Find out why, and make them pass.';

/**
 * `atelier demo`: the whole job in a scratch copy of the sample repository, with the scripted model and real tools. The
 * data goes to a folder of its own unless ATELIER_HOME names one, so that nothing of the person's is touched.
 */
export async function demo(surroundings: Surroundings, options: { json?: boolean }): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'atelier-demo-'));
  const folder = join(scratch, 'sample');
  const ownHome = (surroundings.environment['ATELIER_HOME'] ?? '') === '';
  const home = ownHome ? join(scratch, 'home') : surroundings.home;
  await copySample(join(surroundings.root, 'demo', 'sample'), folder);
  const { stdout, style } = surroundings;
  if (options.json !== true) {
    stdout.write(`${style.bold('Atelier demo')}: an agent repairs a small project with failing tests.\n${style.dim('The words come from a ')}${style.yellow('scripted model')}${style.dim('; the tools, edits, tests and the log are real.')}\n${style.dim(`Folder: ${folder}`)}\n\n${style.cyan('›')} ${style.bold(prompt)}\n`);
  }
  const own: Surroundings = { ...surroundings, home, cwd: folder };
  await using connection = await connect(own, { own: true, environment: { ATELIER_HOME: home, ATELIER_SCRIPT: join(surroundings.root, 'demo', 'script.json') } });
  const threadId = surroundings.newId();
  await connection.client.call('createThread', { body: { commandId: surroundings.newId(), threadId, root: folder, title: 'Demo: repair the failing tests', mode: 'auto', model: 'scripted/demo' } });
  const messageId = surroundings.newId();
  await connection.client.call('sendCommand', { path: { threadId }, body: { commandId: surroundings.newId(), command: { type: 'send-message', messageId, parts: [{ type: 'text', text: prompt }], delivery: 'queue' } } });
  await watchRun({ surroundings: own, connection, threadId, after: 0, messageId, json: options.json === true, deltas: false, scripted: true });
  surroundings.exitCode = own.exitCode;
  if (options.json !== true) {
    const prefix = ownHome ? `ATELIER_HOME=${home} ` : '';
    stdout.write(`\n${style.dim('Look at what was done:')}\n  git -C ${folder} diff\n  ${prefix}atelier thread show ${threadId}\n${style.dim('With your own model, in your own repository:')}\n  atelier run "make the failing test pass"\n`);
  }
}

/** A scratch copy under version control, so that what the agent changes can be seen by `git diff`. */
async function copySample(from: string, to: string): Promise<void> {
  try {
    await cp(from, to, { recursive: true });
    const git = (...argv: string[]): Promise<unknown> => promisify(execFile)('git', ['-c', 'user.name=Atelier demo', '-c', 'user.email=demo@localhost', '-c', 'commit.gpgsign=false', '-c', 'core.hooksPath=/dev/null', ...argv], { cwd: to });
    await git('init', '-q', '-b', 'main');
    await git('add', '-A');
    await git('commit', '-qm', 'The sample, with its failing tests');
  } catch (error) {
    throw new CommandError(`The demo could not be set up in ${to} (${error instanceof Error ? error.message.split('\n')[0] : String(error)}). It needs Git and a writable temporary folder.`);
  }
}
