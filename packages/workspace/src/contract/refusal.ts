import { WorkspaceError } from '../port.ts';

/** The code and sentence of the refusal that `work` must end in; throws where it succeeds or fails otherwise. */
export async function refusalOf(work: Promise<unknown>): Promise<{ code: string; message: string }> {
  try {
    await work;
  } catch (error) {
    if (error instanceof WorkspaceError) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error('It was expected to be refused, and succeeded.');
}

/** The code of the refusal. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  return (await refusalOf(work)).code;
}

/** The codes of several refusals, each once. */
export async function codesOf(...work: Promise<unknown>[]): Promise<string[]> {
  return [...new Set(await Promise.all(work.map(codeOf)))];
}

/** Everything that an async iterable yields. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
