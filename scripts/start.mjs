// `npm start` is `atelier serve`, and `npm start -- --demo` is `atelier demo`. Other arguments are passed on.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const launcher = join(dirname(fileURLToPath(import.meta.url)), '..', 'apps', 'cli', 'bin', 'atelier');
const given = process.argv.slice(2);
const argv = given.includes('--demo') ? ['demo', ...given.filter((argument) => argument !== '--demo')] : ['serve', ...given];
const child = spawn('sh', [launcher, ...argv], { stdio: 'inherit' });

// Ctrl+C reaches the child by itself (same terminal); a signal sent to this process alone is passed on. Either way the child ends in its own time.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => child.kill('SIGTERM'));
// npm passes a signal to the shell that it runs scripts in, which dies without passing it on: whose parent is gone was told to end.
const parent = process.ppid;
setInterval(() => { if (process.ppid !== parent) child.kill('SIGTERM'); }, 250).unref();
child.on('error', (error) => {
  process.stderr.write(`Atelier could not be started: ${error.message}. It needs a POSIX shell (sh); on Windows use WSL.\n`);
  process.exit(1);
});
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
