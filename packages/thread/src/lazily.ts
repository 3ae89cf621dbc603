/**
 * An object whose values are made when they are first read, each once. For schemas: making one costs some 0.1 ms at start,
 * and a start needs few of them.
 */
export function lazily<Makers extends Record<string, () => unknown>>(makers: Makers): { readonly [Name in keyof Makers]: ReturnType<Makers[Name]> } {
  const lazy = {};
  for (const [name, make] of Object.entries(makers)) {
    let made: { value: unknown } | undefined;
    Object.defineProperty(lazy, name, { enumerable: true, get: () => (made ??= { value: make() }).value });
  }
  return lazy as { readonly [Name in keyof Makers]: ReturnType<Makers[Name]> }; // one property for each maker
}
