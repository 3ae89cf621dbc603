import { expect, test } from 'vitest';
import { bubblewrapBase, bubblewrapTail } from './bubblewrap-argv.ts';

const layout = {
  root: '/home/me/project', hidden: ['/home', '/run', '/var/tmp'], hiddenInRoot: [], unreadable: ['/etc/shadow'], toolchains: ['/home/me/.cargo/bin'],
  home: '/home/me', privateHome: '/s/home', privateTemporary: '/s/tmp', privateShared: '/s/shm', emptyFolder: '/s/empty',
};
const mounts = { git: { readOnly: ['/home/me/project/.git'], redacted: [] }, secretFiles: ['/home/me/project/.env'], secretDirectories: ['/home/me/project/.ssh'], proxySocketPath: undefined, directory: '/home/me/project' };

test('homes are emptied before the private home, tools and the workspace are put in, and .git and secrets are covered last', () => {
  const argv = [...bubblewrapBase(layout, { asOwner: false }), ...bubblewrapTail(layout, mounts)].join(' ');
  const order = ['--unshare-all', '--ro-bind / /', '--tmpfs /home', '--bind /s/home /home/me', '--ro-bind /home/me/.cargo/bin', '--bind /home/me/project /home/me/project', '--ro-bind /home/me/project/.git', '--ro-bind /s/empty /home/me/project/.ssh', '--ro-bind /dev/null /home/me/project/.env', '--remount-ro /home', '--chdir /home/me/project'];
  const places = order.map((part) => argv.indexOf(part));
  expect(places).not.toContain(-1);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  expect(argv).toContain('--cap-drop ALL');
  expect(argv).not.toContain('--cap-add');
});

test('root in the tree of another user keeps its rights over files and no others', () => {
  const argv = bubblewrapBase(layout, { asOwner: true });
  expect(argv.filter((_, index) => argv[index - 1] === '--cap-add')).toEqual(['CAP_DAC_OVERRIDE', 'CAP_FOWNER', 'CAP_CHOWN']);
  expect(argv).toEqual(expect.arrayContaining(['--unshare-net', '--unshare-pid', '--unshare-ipc', '--unshare-uts']));
});
