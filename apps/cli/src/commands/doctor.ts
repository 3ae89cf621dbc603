import { connect } from '../connect.ts';
import type { Surroundings } from '../surroundings.ts';
import { cleanText, displayWidth } from '../terminal/display-width.ts';

/** `atelier doctor`: what was looked at, how it is, and what to do. Ends with 1 when something is broken. */
export async function doctor(surroundings: Surroundings, options: { json?: boolean }): Promise<void> {
  await using connection = await connect(surroundings);
  const { findings } = await connection.client.call('runDoctor', { query: { root: surroundings.cwd } });
  const { stdout, style } = surroundings;
  surroundings.exitCode = findings.some((finding) => finding.status === 'problem') ? 1 : 0;
  if (options.json === true) {
    stdout.write(`${JSON.stringify({ findings }, null, 2)}\n`);
    return;
  }
  const marks = { ok: style.green('✓'), warning: style.yellow('!'), problem: style.red('✗') };
  const width = Math.max(...findings.map(({ name }) => displayWidth(name)));
  for (const { name, status, found, advice } of findings) {
    stdout.write(`${marks[status]} ${style.bold(name)}${' '.repeat(width - displayWidth(name))}  ${cleanText(found)}\n`);
    if (advice !== undefined && status !== 'ok') stdout.write(`  ${' '.repeat(width)}  ${style.dim(cleanText(advice))}\n`);
  }
}
