import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { toolchainPaths } from './toolchain-paths.ts';

test('well-known tools and what PATH names are shown, never a folder with credentials as a whole', () => {
  const home = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'atelier-home-')));
  for (const folder of ['.nvm/versions/node/v24/bin', '.cargo/bin', '.fly/bin', '.ssh', '.aws', 'tools/zig/bin', 'scripts', '.m2/repository', '.local/share/keyrings', '.config']) mkdirSync(path.join(home, folder), { recursive: true });
  const searchPath = ['.nvm/versions/node/v24/bin', '.cargo/bin', '.fly/bin', 'tools/zig/bin', 'scripts', 'absent/bin', ''].map((entry) => path.join(home, entry)).join(':');
  const shown = toolchainPaths({ home, searchPath: `${searchPath}:/usr/bin:relative`, executable: '/usr/bin/node' });
  expect(shown.map((one) => path.relative(home, one))).toEqual(['.cargo/bin', '.fly/bin', '.m2/repository', '.nvm', 'scripts', 'tools/zig']);
  rmSync(home, { recursive: true });
});
