import type { Figure } from './figure.ts';

export async function logFigures(): Promise<Figure[]> {
  const [{ appendFigures }, { openThreadFigures }] = await Promise.all([import('./appends.ts'), import('./open-thread.ts')]);
  return [...await appendFigures(), ...await openThreadFigures()];
}
