import { configDefaults, defineConfig } from 'vitest/config';

const e2e = ['tests/e2e/**/*.test.ts'];
/** Fork bombs and full memories take from every other process of the machine while they last. */
const alone = ['packages/workspace/src/processes/create-processes.test.ts'];

/**
 * Three projects: `unit` runs in seconds beside the code, `alone` has the tests that nothing may run beside, `e2e` starts
 * real servers, terminals and browsers.
 */
export default defineConfig({
  test: {
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      { extends: true, test: { name: 'unit', include: ['packages/*/src/**/*.test.ts', 'apps/*/src/**/*.test.{ts,tsx}', 'tests/*.test.ts'], exclude: [...configDefaults.exclude, ...alone] } },
      { extends: true, test: { name: 'alone', include: alone, fileParallelism: false } },
      { extends: true, test: { name: 'e2e', include: e2e, testTimeout: 120_000, fileParallelism: false } },
    ],
  },
});
