import { PassThrough } from 'node:stream';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { runProgram } from './main.ts';
import { nearWord } from './near-word.ts';
import { createProgram } from './program.ts';
import { exitCodeOf } from './run/exit-code.ts';
import { hasColor } from './surroundings.ts';
import type { Surroundings } from './surroundings.ts';
import { createStyle } from './terminal/style.ts';

describe('the command line', () => {
  const wrong: [string[], RegExp][] = [
    [['rnu', 'x'], /unknown command “rnu”\. Did you mean run\?[\s\S]*usage: /],
    [['thread', 'lsit'], /unknown command “lsit”\. Did you mean list\?/],
    [['run', '--jsno', 'x'], /unknown option '--jsno'[\s\S]*Did you mean --json\?[\s\S]*usage: atelier run/],
    [['run', '--mode', 'fast', 'x'], /Allowed choices are plan, ask, auto/],
    [['run', '--max-steps', '0', 'x'], /whole number from 1/],
    [['run', '--yes', '--mode', 'plan', 'x'], /--yes means --mode auto/],
    [['--mode', 'plan', 'run', '--yes', 'x'], /--yes means --mode auto/],
    [['run'], /say what to do/],
    [['thread', 'show'], /missing required argument 'id'/],
    [['serve', '--port', '99999'], /port number/],
    [['-C', '/no/such/folder', 'models'], /there is no folder/],
    [['models', 'lost'], /not known here/],
    [['config', 'set', 'modle', 'x'], /no configuration key “modle”\. Did you mean model\?/],
    [['config', 'get', 'nothing.like.this'], /no configuration key/],
    [['config', 'set', 'server.port', '99999'], /does not fit server\.port .*Nothing was changed/],
    [[], /needs a terminal/],
  ];
  for (const [argv, message] of wrong) {
    it(`refuses \`atelier ${argv.join(' ')}\` with a sentence, the usage and exit code 2`, async () => {
      const { surroundings, stderr } = fakeTerminal();
      expect(await runProgram(argv, surroundings)).toBe(2);
      expect(stderr()).toMatch(message);
    });
  }

  it('explains every command with an example', () => {
    const { surroundings } = fakeTerminal();
    const missing = allCommands(createProgram(surroundings)).filter((command) => {
      let text = '';
      command.configureOutput({ writeOut: (piece) => { text += piece; } });
      command.outputHelp();
      return !/Examples?:\n {2}\S/.test(text);
    });
    expect(missing.map((command) => command.name())).toEqual([]);
  });

  it('takes `help <command>` for `<command> --help`', async () => {
    const { surroundings, stdout } = fakeTerminal();
    expect(await runProgram(['help', 'thread', 'fork'], surroundings)).toBe(0);
    expect(stdout()).toContain('--at <seq>');
  });

  it('ends with 0 after help', async () => {
    const { surroundings, stdout } = fakeTerminal();
    expect(await runProgram(['run', '--help'], surroundings)).toBe(0);
    expect(stdout()).toContain('--max-steps');
  });
});

describe('exit codes, colours and near words', () => {
  it('gives each outcome its code', () => {
    expect([exitCodeOf('done', 'passed'), exitCodeOf('done', 'nothing'), exitCodeOf('failed', 'nothing'), exitCodeOf('out-of-steps', 'nothing'), exitCodeOf('not-passing', 'failed'), exitCodeOf('cancelled', 'nothing')]).toEqual([0, 0, 1, 1, 4, 130]);
  });

  it('honours NO_COLOR, FORCE_COLOR and a terminal that is none', () => {
    expect([hasColor({}, true), hasColor({ NO_COLOR: '1' }, true), hasColor({}, false), hasColor({ FORCE_COLOR: '1' }, false), hasColor({ TERM: 'dumb' }, true)]).toEqual([true, false, false, true, false]);
  });

  it('finds what was likely meant', () => {
    expect([nearWord('modle', ['mode', 'model']), nearWord('lsit', ['list', 'show']), nearWord('xyz', ['list'])]).toEqual(['model', 'list', undefined]);
  });
});

function allCommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(allCommands)];
}

function fakeTerminal(): { surroundings: Surroundings; stdout(): string; stderr(): string } {
  const read = (stream: PassThrough): () => string => {
    let text = '';
    stream.on('data', (piece: Buffer) => { text += piece.toString(); });
    return () => text;
  };
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  stdin.end();
  const surroundings: Surroundings = {
    environment: {}, cwd: '/', home: '/nowhere', root: '/', version: '1.2.3', style: createStyle(false), interactive: false, now: () => 0, newId: () => 'id', exitCode: 0,
    stdin: stdin as unknown as NodeJS.ReadStream, stdout: stdout as unknown as NodeJS.WriteStream, stderr: stderr as unknown as NodeJS.WriteStream, // streams without a terminal
  };
  return { surroundings, stdout: read(stdout), stderr: read(stderr) };
}
