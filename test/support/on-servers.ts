import { Connection } from '@temporalio/client';
import { test as base, inject } from 'vitest';

import { openHarness, type Harness, type HarnessOptions } from './harness.ts';
import { quietRuntime } from './quiet-runtime.ts';

/** `test` of the suites on real servers: `open` gives the product in a world of its own, which ends with the test. */
export const test = base.extend<{
  connection: Connection;
  open: (options?: HarnessOptions) => Promise<Harness>;
}>({
  connection: [
    // oxlint-disable-next-line no-empty-pattern
    async ({}, use) => {
      quietRuntime();
      const connection = await Connection.connect({ address: inject('servers').temporal });
      await use(connection);
      await connection.close();
    },
    { scope: 'file' },
  ],
  open: async ({ connection, task }, use) => {
    const closes: (() => Promise<void>)[] = [];
    await use((options = {}) =>
      openHarness(inject('servers'), connection, { name: task.name, ...options }, closes),
    );
    for (const close of closes.reverse()) await close();
  },
});
