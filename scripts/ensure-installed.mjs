// Runs before `npm start` and `npm test`: installs when the lock file is not the one that was installed last.
// Plain JavaScript without imports of packages, because nothing is installed yet and Node may be 20.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isInstalled, markInstalled } from './install-stamp.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const say = (text) => process.stderr.write(`${text}\n`);

const major = Number(process.versions.node.split('.')[0]);
if (major < 20) {
  say(`Atelier needs Node 20 or newer to install itself, and this is Node ${process.versions.node} (${process.execPath}).`);
  say('Install a newer Node (https://nodejs.org, or your package manager) and run the same command again.');
  process.exit(1);
}

if (isInstalled(root)) process.exit(0);

say(existsSync(join(root, 'node_modules'))
  ? 'What is installed is not what package-lock.json asks for: installing it now.'
  : 'Installing what Atelier needs. This happens once and takes about half a minute.');
const startedAt = Date.now();
const { code, output } = await install();
if (code !== 0) {
  say(output.trimEnd());
  say('');
  say(advice(output, code));
  process.exit(1);
}
markInstalled(root);
say(`Installed in ${elapsed()}.`);
if (major < 24 && !existsSync(join(root, 'node_modules', '.bin', 'node'))) {
  say(`Atelier itself runs on Node 24 or newer. For ${process.platform}-${process.arch} it brings none along, and this is Node ${process.versions.node}:`);
  say('install Node 24 (https://nodejs.org) and run the same command again.');
  process.exit(1);
}

function install() {
  return new Promise((resolve) => {
    // npm names its own script when it runs this file; without it (typed by hand) the one on PATH is used.
    const npm = process.env.npm_execpath;
    const [command, ...before] = npm?.endsWith('.js') ? [process.execPath, npm] : [process.platform === 'win32' ? 'npm.cmd' : 'npm'];
    const child = spawn(command, [...before, 'ci', '--loglevel=error', '--no-audit', '--no-fund', '--include=dev'], {
      cwd: root, stdio: ['ignore', 'pipe', 'pipe'], shell: process.platform === 'win32' && before.length === 0,
    });
    let output = '';
    child.stdout.on('data', (piece) => { output += piece; });
    child.stderr.on('data', (piece) => { output += piece; });
    const stop = showProgress();
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => { child.kill(signal); stop(); process.exit(130); });
    child.on('error', (error) => { stop(); resolve({ code: 1, output: `${output}${error.message}\n` }); });
    child.on('close', (code) => { stop(); resolve({ code: code ?? 1, output }); });
  });
}

/** One moving line on a terminal; elsewhere a line every ten seconds. Returns what ends it. */
function showProgress() {
  const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
  let frame = 0;
  const live = process.stderr.isTTY === true;
  const timer = setInterval(() => {
    if (!live) return say(`  still installing (${elapsed()})`);
    process.stderr.write(`\r\x1b[2K${frames[frame++ % frames.length]} npm ci  ${elapsed()}`);
    return undefined;
  }, live ? 120 : 10_000);
  return () => {
    clearInterval(timer);
    if (live) process.stderr.write('\r\x1b[2K');
  };
}

function elapsed() {
  return `${Math.max(1, Math.round((Date.now() - startedAt) / 1000))} s`;
}

function advice(output, code) {
  if (/ENOTFOUND|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN|ECONNRESET/.test(output)) return 'npm could not reach its registry. Check the network or the proxy (npm config get registry, HTTPS_PROXY) and run the same command again.';
  if (/ENOSPC/.test(output)) return 'The disk is full: about 450 MB are needed. Make room and run the same command again.';
  if (/EACCES|EPERM/.test(output)) return `npm may not write to ${join(root, 'node_modules')}. Give your user that folder (it may belong to root after a sudo npm) and run the same command again.`;
  if (/Missing: .* from lock file|can only install packages when/.test(output)) return 'package.json and package-lock.json do not agree. Run npm install, look at what it changed in package-lock.json, and commit both.';
  return `npm ci ended with code ${code}; its output is above. What often helps: rm -rf node_modules, then the same command again.`;
}
