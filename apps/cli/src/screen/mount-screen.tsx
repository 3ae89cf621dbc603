import { render } from 'ink';
import type { Mode } from '@atelier/thread';
import type { Surroundings } from '../surroundings.ts';
import { openInputHistory } from './input-history.ts';
import { Screen } from './screen.tsx';
import { createThreadScreen } from './thread-screen.ts';

/** Paints the screen, opens the server behind it, and resolves when the person leaves. */
export async function mountScreen(surroundings: Surroundings, options: { message?: string | undefined; model?: string; mode?: string }): Promise<void> {
  const thread = createThreadScreen(surroundings, { model: options.model, mode: options.mode as Mode | undefined }); // commander accepts its three names only
  const history = openInputHistory(surroundings.home);
  const app = render(<Screen surroundings={surroundings} thread={thread} history={history} />, { exitOnCtrlC: false, patchConsole: false, stdout: surroundings.stdout, stdin: surroundings.stdin });
  const opening = app.waitUntilRenderFlush().then(() => thread.open()).then(() => (options.message === undefined ? undefined : thread.send(options.message)));
  await app.waitUntilExit();
  await opening;
  const { threadId, running } = thread.view();
  await thread.close();
  if (threadId !== undefined) surroundings.stdout.write(surroundings.style.dim(`${running ? 'The run goes on when its thread is opened: ' : 'To go on: '}atelier thread resume ${threadId}\n`));
}
