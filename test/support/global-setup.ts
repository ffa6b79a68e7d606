import type { TestProject } from 'vitest/node';

import { startSharedServers, type SharedServers } from './shared-servers.ts';

declare module 'vitest' {
  interface ProvidedContext {
    servers: SharedServers;
  }
}

/** Starts the servers of a test run, which tests are told of by `inject('servers')`, and ends them with it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { servers, stop } = await startSharedServers();
  project.provide('servers', servers);
  return stop;
}
