import { expect, test } from 'vitest';
import { openTestFolder } from './open-test-folder.ts';
import { runCommand } from './run-command.ts';
import { stopCommand } from './stop-command.ts';

test('ends a background process', async () => {
  await using folder = await openTestFolder();
  await folder.call(runCommand, { command: 'exec sleep 30', background: true });
  expect(await stopCommand.prepare({ id: 'p1' }, folder.scope())).toMatchObject({ effects: [{ kind: 'stop', processId: 'p1' }], summary: 'Stop p1: exec sleep 30' });
  expect(await folder.call(stopCommand, { id: 'p1' })).toEqual({ status: 'ok', output: 'p1 is stopped (ended by SIGKILL). Its output can still be read with read_output.' });
  expect(folder.workspace.processes.list()[0]?.ending).toEqual({ kind: 'signalled', signal: 'SIGKILL' });
});

test('names the running processes when the id is unknown', async () => {
  await using folder = await openTestFolder();
  await folder.call(runCommand, { command: 'exec sleep 30', background: true });
  expect((await folder.call(stopCommand, { id: 'p7' })).output).toBe('There is no background process p7. Running: p1 (exec sleep 30).');
});
