import { defineConfig } from 'vitest/config';

const e2e = ['tests/e2e/**/*.test.ts'];

/** Two projects: `unit` runs in seconds beside the code; `e2e` starts real servers, terminals and browsers. */
export default defineConfig({
  test: {
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      { extends: true, test: { name: 'unit', include: ['packages/*/src/**/*.test.ts', 'apps/*/src/**/*.test.{ts,tsx}', 'tests/*.test.ts'] } },
      { extends: true, test: { name: 'e2e', include: e2e, testTimeout: 120_000, fileParallelism: false } },
    ],
  },
});
