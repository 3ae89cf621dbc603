/**
 * Bundles the command line (and the server inside it) into `dist/`. One entry, split into chunks, so that a command
 * loads only what it uses: `--version` neither the database nor a provider, and only the interactive screen loads Ink.
 */
import { build, transform } from 'esbuild';
import type { Plugin } from 'esbuild';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const version = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version;
const dist = join(root, 'dist');
const fresh = join(root, `dist.${process.pid}`);
const startedAt = new Date();

/** `z` exports the messages of fifty languages, which nothing here reads: they are half of zod's code, loaded at every start. */
const englishOnly: Plugin = {
  name: 'english-only',
  setup(bundle) {
    bundle.onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, () => ({ contents: "export { default as en } from './en.js';" }));
  },
};

mkdirSync(fresh, { recursive: true });
process.on('exit', () => rmSync(fresh, { recursive: true, force: true })); // what a failure leaves; after a success it is `dist`
await build({
  absWorkingDir: root,
  entryPoints: { atelier: 'apps/cli/src/entry.ts' },
  outdir: fresh,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  minifySyntax: true,
  minifyWhitespace: true,
  jsx: 'automatic',
  legalComments: 'none',
  outExtension: { '.js': '.mjs' },
  chunkNames: 'chunks/[name]-[hash]',
  external: ['pg-native', 'bufferutil', 'utf-8-validate'],
  alias: {
    'react-devtools-core': join(root, 'scripts/empty-module.ts'),
    // Ink draws nothing but its last frame where the variable CI is set; a screen on a terminal is drawn everywhere.
    'is-in-ci': join(root, 'scripts/empty-module.ts'),
    'jsonc-parser': join(root, 'node_modules/jsonc-parser/lib/esm/main.js'),
  },
  plugins: [englishOnly],
  define: { 'process.env.NODE_ENV': '"production"', ATELIER_VERSION: JSON.stringify(version) },
  banner: { js: "import{createRequire as __c}from'node:module';const require=__c(import.meta.url);" },
  logLevel: 'warning',
});
// The server's pages have no build step; only the fold that they share with every screen loses its types.
cpSync(join(root, 'packages/server/src/pages/files'), join(fresh, 'pages'), { recursive: true });
const timeline = await transform(readFileSync(join(root, 'packages/thread/src/timeline.ts'), 'utf8'), { loader: 'ts', target: 'es2022' });
writeFileSync(join(fresh, 'pages/timeline.js'), timeline.code);
const stamp = join(fresh, '.stamp');
writeFileSync(stamp, '');
utimesSync(stamp, startedAt, startedAt); // a source saved while bundling counts as newer
keepRecentChunks(join(dist, 'chunks'), join(fresh, 'chunks'));
const old = `${dist}.old-${process.pid}`;
try {
  renameSync(dist, old);
} catch (error) {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}
renameSync(fresh, dist);
rmSync(old, { recursive: true, force: true });

/** A process that runs from the old bundle still loads chunks of it, by names that hold their hash: they stay for a day. */
function keepRecentChunks(from: string, to: string): void {
  const dayMs = 24 * 60 * 60 * 1000;
  for (const name of existsSync(from) ? readdirSync(from) : []) {
    const recent = startedAt.getTime() - statSync(join(from, name)).mtimeMs < dayMs;
    if (recent && !existsSync(join(to, name))) cpSync(join(from, name), join(to, name), { preserveTimestamps: true });
  }
}
