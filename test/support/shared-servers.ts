import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { pino } from 'pino';

import type { StoreCredentials } from '../../src/local/store-programs.ts';
import { createS3Store } from '../../src/storage/s3.ts';
import { workflowBundle } from '../../src/workflow-bundle.ts';
import { startTestStore, startTestTemporal, temporaryFolder, testBinaries } from './local-servers.ts';
import { notedSecrets } from './noted-secrets.ts';
import { createScan, scanFolder } from './secret-scan.ts';

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
  /** Where tests note their secrets, which are searched in all that the servers have written when they end. */
  readonly secretsFile: string;
}

const bucket = 'tests';

/** Starts Temporal and an object store with a bucket, and builds the workflow code. */
export async function startSharedServers(): Promise<{
  readonly servers: SharedServers;
  readonly stop: () => Promise<void>;
}> {
  const [temporal, store, { codePath }, notes] = await Promise.all([
    startTestTemporal(),
    startTestStore(),
    workflowBundle(testBinaries('temporal').cacheDir, pino({ level: 'warn' }, pino.destination(2))),
    temporaryFolder(),
  ]);
  const { endpoint, region, credentials } = store;
  const client = createS3Store({ bucket, endpoint, region, credentials, maxConcurrency: 1 });
  await client.createBucket();
  client.close();
  const secretsFile = join(notes.path, 'secrets.jsonl');
  await writeFile(secretsFile, '');
  return {
    servers: {
      temporal: temporal.address,
      store: { endpoint, region, bucket, credentials },
      codePath,
      secretsFile,
    },
    stop: async () => {
      const found: string[] = [];
      const scan = createScan(notedSecrets(secretsFile));
      const look = async (folder: string): Promise<void> => {
        found.push(...(await scanFolder(folder, scan)));
      };
      await Promise.all([temporal.stop(look), store.stop(look), notes.remove()]);
      if (found.length > 0) throw new SecretsFound(found);
    },
  };
}

/** Keys were found in what servers have written: what ends a run of tests as failed. */
class SecretsFound extends Error {
  override readonly name = 'SecretsFound';
  constructor(places: readonly string[]) {
    super(['secrets of tests were found in what was written:', ...places].join('\n  '));
  }
}
