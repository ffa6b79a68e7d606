import { defineConfig } from 'vitest/config';

// Rooms whose tests share one Temporal, one object store and one workflow bundle.
const onServers = ['test/api/**/*.test.ts', 'test/workflows/**/*.test.ts', 'test/replay/**/*.test.ts'];

export default defineConfig({
  test: {
    // Threads crash the Temporal native module; forks do not.
    pool: 'forks',
    // As the program's entry does: the supported Node versions are the product's own matter.
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'servers',
          include: onServers,
          globalSetup: ['test/support/global-setup.ts'],
          // Most of it is waiting, as retries do; a busy machine may take several times as long.
          testTimeout: 180_000,
        },
      },
      { extends: true, test: { name: 'alone', include: ['test/**/*.test.ts'], exclude: onServers } },
    ],
  },
});
