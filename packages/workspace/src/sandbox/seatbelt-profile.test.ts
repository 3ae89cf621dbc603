import { expect, test } from 'vitest';
import { seatbeltProfile } from './seatbelt-profile.ts';

const layout = {
  root: '/Users/me/pro"ject', hidden: ['/Users/me', '/Users/me/.atelier'], hiddenInRoot: [], unreadable: ['/etc/sudoers'], toolchains: ['/Users/me/.cargo/bin'],
  home: '/Users/me', privateHome: '/s/home', privateTemporary: '/s/tmp', privateShared: '/s/shm', emptyFolder: '/s/empty',
};
const options = { layout, git: { readOnly: ['/Users/me/pro"ject/.git'], redacted: [] }, secretFiles: ['/Users/me/pro"ject/.env'], secretDirectories: [] };

test('denies, then opens the workspace, then closes what is secret in it; the last rule decides', () => {
  const lines = seatbeltProfile({ ...options, proxyPort: undefined }).split('\n');
  const order = ['(deny file-read-data (subpath "/Users/me")', '(allow file-read* (subpath "/Users/me/.cargo/bin") (subpath "/Users/me/pro\\"ject")', '(allow file-write* (subpath "/Users/me/pro\\"ject")', '(deny file-write* (subpath "/Users/me/pro\\"ject/.git"))', '(deny file-read* file-write* (subpath "/etc/sudoers") (subpath "/Users/me/pro\\"ject/.env"))'];
  const places = order.map((start) => lines.findIndex((line) => line.startsWith(start)));
  expect(places).not.toContain(-1);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  expect(lines).toContain('(deny network*)');
  expect(lines.join()).not.toContain('network-outbound');
});

test('opens the proxy and nothing else of the network', () => {
  expect(seatbeltProfile({ ...options, proxyPort: 1_234 })).toContain('(allow network-outbound (remote ip "localhost:1234"))');
});
