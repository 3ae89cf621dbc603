import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collect } from '../contract/refusal.ts';
import { openLocalWorkspace } from '../local-workspace.ts';
import { openTestWorkspace } from '../open-test-workspace.ts';

const paths = ['a.txt', 'a.log', 'dist/a.txt', 'dist/keep/a.log', 'sub/a.txt', 'sub/a.log', 'sub/dist/b.txt', 'sub/deep/a.txt', 'sub/deep/dist/c.log', 'sub/deep/x y.txt', '#odd.txt', '!odd.txt', 'sub/[x].txt'];
const pattern = fc.constantFrom('*.log', '!*.log', 'dist', 'dist/', '/dist', '!dist', '!dist/', 'deep/*.txt', 'deep/', '/sub/deep', '**/deep/**', 'sub/**/c.log', '!sub/', 'a.*', '*', '!*/', '!*.txt', '\\#odd.txt', '\\!odd.txt', '# comment', '', 'x y.txt', 'a.txt   ', '[x].txt', '\\[x\\].txt', 'sub/*', '!sub/deep/');
const file = fc.array(pattern, { maxLength: 4 }).map((lines) => lines.join('\n'));

function git(root: string, ...args: string[]): string {
  return execFileSync('git', ['-c', 'core.quotePath=false', ...args], { cwd: root, encoding: 'utf8', env: { ...process.env, HOME: dirname(root), XDG_CONFIG_HOME: join(dirname(root), 'config') } });
}

describe('ignore rules', () => {
  it('say what Git says, nested files and exclude files included', async () => {
    const workspace = await openTestWorkspace(Object.fromEntries(paths.map((path) => [path, ''])));
    const { root, files } = workspace;
    git(root, 'init', '-q');
    mkdirSync(join(dirname(root), '.config/git'), { recursive: true });
    mkdirSync(join(dirname(root), 'config/git'), { recursive: true });
    await fc.assert(
      fc.asyncProperty(file, file, file, file, file, async (top, nested, deeper, exclude, global) => {
        writeFileSync(join(root, '.gitignore'), top);
        writeFileSync(join(root, 'sub/.gitignore'), nested);
        writeFileSync(join(root, 'sub/deep/.gitignore'), deeper);
        writeFileSync(join(root, '.git/info/exclude'), exclude);
        for (const folder of ['.config', 'config']) writeFileSync(join(dirname(root), folder, 'git/ignore'), global);
        const expected = git(root, 'ls-files', '--others', '--exclude-standard', '-z').split('\0').filter((path) => path !== '').toSorted();
        expect((await collect(files.walk())).toSorted()).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it('of folders above the root hold, and those of a configured excludes file', async () => {
    const { root, around } = await openTestWorkspace({ '.gitignore': '*.tmp\n/app/out\n', 'app/a.txt': '', 'app/a.tmp': '', 'app/out/b.txt': '', 'app/mine.txt': '' });
    git(root, 'init', '-q');
    writeFileSync(join(around, '.gitconfig'), '[user]\n\tname = x\n[core]\n\texcludesFile = ~/excludes\n');
    writeFileSync(join(around, 'excludes'), 'mine.txt\n');
    const options = { scratchDirectory: join(around, 's'), checkpointDirectory: join(around, 'c'), homeDirectory: around, now: () => 0, newId: () => 'x' };
    const app = await openLocalWorkspace({ ...options, root: join(root, 'app'), environment: { PATH: process.env['PATH'], HOME: around } });
    expect(await collect(app.files.walk())).toEqual(['a.txt']);
    expect((await app.search.glob('**')).paths).toEqual(['a.txt']);
    await app.close();
  });

  it('of .atelierignore hold in Git repositories too', async () => {
    const { root, search } = await openTestWorkspace({ '.atelierignore': 'fixtures/\n', 'fixtures/a.txt': 'needle', 'sub/.atelierignore': 'x.txt\n', 'sub/x.txt': 'needle', 'b.txt': 'needle' });
    git(root, 'init', '-q');
    git(root, 'add', '-A');
    expect((await search.grep({ pattern: 'needle' })).matches.map(({ path }) => path)).toEqual(['b.txt']);
  });
});
