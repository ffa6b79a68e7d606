import { defineConfig } from 'vitest/config';

import { LongFirst } from './test/support/long-first.ts';

// Rooms whose tests share one Temporal, one object store and one workflow bundle.
const onServers = [
  'test/{api,checker,replay,workflows}/**/*.test.ts',
  'test/security/history.test.ts',
  // What they do to the product is done by its API, and to no process.
  'test/faults/api-*.test.ts',
];

// Tests with processes or servers of their own, and those that change or measure the process that they run in.
const alone = [
  'test/{deploy,doctor,e2e,local,package,readers,temporal}/**/*.test.ts',
  'test/commands/session/servers.test.ts',
  'test/gallery/browser/**/*.test.ts',
  'test/manifest/{fuzz,hostile}.test.ts',
  'test/operations/**/*.test.ts',
  'test/security/{echo,echoing-servers,rights,secrets,stack,transport}.test.ts',
  'test/storage/{identities,s3}.test.ts',
  'test/{readme,worker-health}.test.ts',
];

// What they kill are processes of their own, and they leave nothing behind in that of the tests.
const faults = ['test/faults/**/*.test.ts'];

export default defineConfig({
  test: {
    // Threads crash the Temporal native module; forks do not.
    pool: 'forks',
    // As the program's entry does: the supported Node versions are the product's own matter.
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    // A third would slow the two down by more than it does: what the files share is one Temporal and the processor.
    maxWorkers: 2,
    // Of the tests of a file: most of their time is waiting.
    maxConcurrency: 8,
    sequence: { sequencer: LongFirst },
    testTimeout: 60_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'servers',
          include: onServers,
          globalSetup: ['test/support/global-setup.ts'],
          // The Temporal SDK takes seconds to load.
          isolate: false,
          // Workflows in the tests' own thread: to start one for each of hundreds of workers takes longer than many a run.
          env: { TEMPORAL_DEBUG: 'true' },
          // Most of it is waiting, as retries do; a busy machine may take several times as long.
          testTimeout: 180_000,
        },
      },
      {
        extends: true,
        test: { name: 'faults', include: faults, exclude: ['test/faults/api-*.test.ts'], isolate: false },
      },
      { extends: true, test: { name: 'alone', include: alone } },
      {
        extends: true,
        test: {
          name: 'pure',
          include: ['test/**/*.test.ts'],
          // The last by `npm run test:cluster` alone.
          exclude: [...onServers, ...faults, ...alone, 'test/cluster/**'],
          // To load the modules again for each file would take longer than to run it.
          isolate: false,
        },
      },
    ],
  },
});
