/**
 * A program (for `node -e`) that runs inside the sandbox: it makes the proxy's Unix socket reachable as 127.0.0.1:port,
 * then runs the command and ends as the command ended. A text and not a file, because a bundled server has no file to show
 * to the sandbox. Arguments: socket path, port, then the command.
 */
export const forwardScript = `
const net = require('node:net');
const [socket, port, file, ...argv] = process.argv.slice(1);
const server = net.createServer((client) => {
  const upstream = net.connect(socket);
  const end = () => { client.destroy(); upstream.destroy(); };
  client.on('error', end); upstream.on('error', end);
  client.pipe(upstream).pipe(client);
});
process.on('SIGTERM', () => {});
server.listen(Number(port), '127.0.0.1', () => {
  const child = require('node:child_process').spawn(file, argv, { stdio: 'inherit' });
  child.on('error', (error) => { console.error(error.message); process.exit(127); });
  child.on('exit', (code, signal) => process.exit(signal ? 128 + require('node:os').constants.signals[signal] : code));
});
`;
