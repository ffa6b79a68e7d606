import type { TestProject } from 'vitest/node';

import { startSharedServers, type SharedServers } from './shared-servers.ts';

declare module 'vitest' {
  interface ProvidedContext {
    servers: SharedServers;
  }
}

/**
 * Starts the servers of a test run, which tests are told of by `inject('servers')`, and ends them with it. A run whose
 * servers have written a key down ends as failed.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { servers, stop } = await startSharedServers();
  project.provide('servers', servers);
  return async () => {
    try {
      await stop();
    } catch (error) {
      // Vitest prints what a teardown throws, and ends well all the same.
      process.exitCode = 1;
      throw error;
    }
  };
}
