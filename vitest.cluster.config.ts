import { defineConfig } from 'vitest/config';

/** A run on a production Temporal with PostgreSQL: minutes for its first build, so no part of `npm test`. */
export default defineConfig({
  test: {
    include: ['test/cluster/**/*.test.ts', 'test/security/transport.test.ts'],
    globalSetup: ['test/cluster/programs.ts'],
    pool: 'forks',
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    testTimeout: 120_000,
    hookTimeout: 600_000,
  },
});
