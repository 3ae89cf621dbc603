import type { Surroundings } from '../surroundings.ts';

/** `atelier`: the interactive screen. It is painted first; the server is opened behind it. */
export async function openScreen(surroundings: Surroundings, options: { message?: string | undefined; model?: string; mode?: string }): Promise<void> {
  const { mountScreen } = await import('../screen/mount-screen.tsx');
  await mountScreen(surroundings, options);
}
