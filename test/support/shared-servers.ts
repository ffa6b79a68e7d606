import { pino } from 'pino';

import type { StoreCredentials } from '../../src/local/store-programs.ts';
import { createS3Store } from '../../src/storage/s3.ts';
import { workflowBundle } from '../../src/workflow-bundle.ts';
import { startTestStore, startTestTemporal, testBinaries } from './local-servers.ts';

/** Servers that many tests share, each test in a namespace and a folder of its own. */
export interface SharedServers {
  readonly temporal: string;
  readonly store: {
    readonly endpoint: string;
    readonly region: string;
    readonly bucket: string;
    readonly credentials: StoreCredentials;
  };
  /** The workflow code, built once. */
  readonly codePath: string;
}

const bucket = 'tests';

/** Starts Temporal and an object store with a bucket, and builds the workflow code. */
export async function startSharedServers(): Promise<{
  readonly servers: SharedServers;
  readonly stop: () => Promise<void>;
}> {
  const [temporal, store, { codePath }] = await Promise.all([
    startTestTemporal(),
    startTestStore(),
    workflowBundle(testBinaries('temporal').cacheDir, pino({ level: 'warn' }, pino.destination(2))),
  ]);
  const { endpoint, region, credentials } = store;
  const client = createS3Store({ bucket, endpoint, region, credentials, maxConcurrency: 1 });
  await client.createBucket();
  client.close();
  return {
    servers: { temporal: temporal.address, store: { endpoint, region, bucket, credentials }, codePath },
    stop: async () => {
      await Promise.all([temporal.stop(), store.stop()]);
    },
  };
}
