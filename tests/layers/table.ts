/** Who may import whom, as `ARCHITECTURE.md` says. A package that is not listed here may not exist. */
export interface Room {
  /** Packages of ours that its sources may import. */
  ours: string[];
  /** Packages of ours from which only types may come. */
  types?: string[];
  /** Packages of ours that it may load by `import()` only. */
  lazily?: string[];
  /** Packages of ours that its tests may import besides. */
  tests?: string[];
  /** The only external packages that it may import; undefined: whatever its package.json declares. */
  external?: string[];
  /** Runs in a browser too: no `node:` import outside tests. */
  pure?: boolean;
}

export const rooms: Record<string, Room> = {
  thread: { ours: [], external: ['zod'], pure: true },
  protocol: { ours: ['thread'], external: ['zod'], pure: true },
  policy: { ours: ['thread'], pure: true },
  client: { ours: ['protocol', 'thread'], pure: true, tests: ['server', 'models', 'workspace'] },
  plugin: { ours: ['thread'], types: ['workspace'] },
  workspace: { ours: [] },
  models: { ours: [] },
  agent: { ours: ['thread', 'policy', 'plugin', 'workspace', 'models'] },
  server: { ours: ['thread', 'protocol', 'policy', 'plugin', 'workspace', 'models', 'agent'], tests: ['client'] },
  cli: { ours: ['client', 'protocol', 'thread'], lazily: ['server'], tests: ['server', 'models', 'workspace'] },
};

export const MAX_LINES = 400;

/** Files that may be longer than `MAX_LINES`, each with its reason. Keep it short. */
export const longFiles: Record<string, string> = {};
