import { startRefusingTemporal } from '../support/refusing-temporal.ts';
import { startTlsFront } from '../support/tls-front.ts';
import { refuse } from '../storage/fake-s3.ts';
import type { Fault } from './fault.ts';
import { objectStore } from './world.ts';

const MINUTE = 60_000;

/** Faults of Temporal and of the store. */
export const faultsOfServers: readonly Fault[] = [
  {
    fault: 'no Temporal',
    plant: () => ({ TEMPORAL_ADDRESS: '127.0.0.1:2' }),
    part: 'Temporal',
    check: 'server',
    state: 'failed',
    cause: 'nothing answers at 127.0.0.1:2 (ECONNREFUSED)',
    remedy: 'TEMPORAL_ADDRESS',
  },
  {
    fault: 'TLS where there is none',
    plant: () => ({ TEMPORAL_TLS: 'true' }),
    part: 'Temporal',
    check: 'server',
    state: 'failed',
    cause: 'speaks no TLS, and TLS is configured',
    remedy: 'TEMPORAL_TLS=false',
  },
  {
    fault: 'no TLS where it is wanted',
    plant: async (world) => ({
      TEMPORAL_ADDRESS: (await world.keep(startTlsFront(world.temporal.address, world.certificates, false)))
        .address,
    }),
    part: 'Temporal',
    check: 'server',
    state: 'failed',
    cause: 'wants TLS, and none is configured',
    remedy: 'TEMPORAL_TLS=true',
  },
  {
    fault: 'a Temporal API key that is refused',
    plant: async (world) => ({
      TEMPORAL_ADDRESS: (await world.keep(startRefusingTemporal())).address,
      TEMPORAL_API_KEY: 'canary0123',
      TEMPORAL_TLS: 'false',
    }),
    part: 'Temporal',
    check: 'server',
    state: 'failed',
    cause: 'without a valid API key',
    remedy: 'TEMPORAL_API_KEY',
  },
  ...[
    [16, 'without a valid API key (who are you)', 'TEMPORAL_API_KEY'] as const,
    [7, 'does not permit it (who are you)', 'TEMPORAL_NAMESPACE'] as const,
    [4, 'default cannot be looked at (who are you)', 'load and the log'] as const,
  ].map(([status, cause, remedy]): Fault => ({
    fault: `a namespace closed by status ${status}`,
    plant: async (world) => ({
      TEMPORAL_ADDRESS: (await world.keep(startRefusingTemporal({ status, tellsOfItself: true }))).address,
    }),
    part: 'Temporal',
    check: 'namespace',
    state: 'failed',
    cause,
    remedy,
  })),
  {
    fault: 'a wrong namespace',
    plant: () => ({ TEMPORAL_NAMESPACE: 'elsewhere' }),
    part: 'Temporal',
    check: 'namespace',
    state: 'failed',
    cause: 'there is no namespace elsewhere',
    remedy: 'temporal operator namespace create --namespace elsewhere',
  },
  {
    fault: 'a namespace that soon forgets',
    plant: (world) => world.inNamespace({}),
    part: 'Temporal',
    check: 'namespace',
    state: 'warning',
    cause: 'keeps ended runs for 1 day: one that ends on a Friday',
    remedy: /temporal operator namespace update --namespace n\w+ --retention 30d$/,
  },
  {
    fault: 'missing search attributes',
    plant: (world) => world.inNamespace({ PollenJob: 2, PollenState: 2, PollenLabels: 7 }),
    part: 'Temporal',
    check: 'search attributes',
    state: 'warning',
    cause: 'lacks PollenModels, PollenCost',
    remedy:
      /temporal operator search-attribute create --namespace n\w+ --name PollenModels --type KeywordList --name PollenCost --type Double$/,
  },
  {
    fault: 'a search attribute of another type',
    plant: (world) => world.inNamespace({ PollenCost: 2 }),
    part: 'Temporal',
    check: 'search attributes',
    state: 'failed',
    cause: 'PollenCost in n',
    remedy: /search-attribute remove .*--name PollenCost\), then run: .*--name PollenCost --type Double/,
  },
  {
    fault: 'no worker on a lane',
    plant: () => ({ POLLEN_BATCH_LANES: '{"all":{},"slow":{"models":["kontext"]}}' }),
    part: 'Temporal',
    check: 'lane slow, workers',
    state: 'failed',
    cause: 'no worker on queue pollen-batch-lane-slow',
    remedy: 'Start `pollen-batch worker`',
  },
  {
    fault: 'queues of several partitions',
    plant: () => ({}),
    part: 'Temporal',
    check: 'lane all, partitions',
    state: 'warning',
    cause: /^4: /,
    remedy: 'matching.numTaskqueueReadPartitions',
  },
  {
    fault: 'a server that does not end the polls of workers that leave',
    plant: () => ({}),
    part: 'Temporal',
    check: 'workers that leave',
    state: 'warning',
    cause: 'may take a call along',
    remedy: /frontend\.enableCancelWorkerPollsOnShutdown .* deploy\/temporal-dynamic-config\.yaml .* 1\.32/,
  },
  {
    fault: 'a rate that a worker with other settings has set',
    plant: async (world) => {
      const variables = await world.inNamespace({});
      await world.setRate(variables['TEMPORAL_NAMESPACE'] ?? '', 2);
      return variables;
    },
    part: 'Temporal',
    check: 'lane all, rate',
    state: 'warning',
    cause:
      '2/s in force, by the queue (nothing to do; up to 1.98/s once calls come); the settings here say 4/s',
    remedy: 'same lanes',
  },
  {
    fault: 'a queue that stands still',
    plant: async (world) => {
      const variables = await world.inNamespace({});
      await world.setRate(variables['TEMPORAL_NAMESPACE'] ?? '', 0);
      return variables;
    },
    part: 'Temporal',
    check: 'lane all, rate',
    state: 'warning',
    cause: 'the queue stands still',
    remedy: 'temporal task-queue config set --task-queue pollen-batch-lane-all',
  },
  {
    fault: 'no store',
    plant: () => ({ S3_ENDPOINT: 'http://127.0.0.1:2' }),
    part: 'Store',
    check: 'server',
    state: 'failed',
    cause: 'ECONNREFUSED',
    remedy: 'S3_ENDPOINT',
  },
  {
    fault: 'no bucket',
    plant: () => ({ S3_BUCKET: 'wasps' }),
    part: 'Store',
    check: 'bucket',
    state: 'failed',
    cause: 'there is no bucket wasps',
    remedy: 'aws s3 mb s3://wasps',
  },
  {
    fault: 'wrong credentials of the store',
    plant: () => ({ AWS_SECRET_ACCESS_KEY: 'wrong' }),
    part: 'Store',
    check: 'server',
    state: 'failed',
    cause: 'The credentials are not those of the object store',
    remedy: 'AWS_SECRET_ACCESS_KEY',
  },
  {
    fault: 'no right to write',
    plant: (world) => world.fakeStore(objectStore({ refused: /^PUT/ })),
    part: 'Store',
    check: 'put',
    state: 'failed',
    cause: 'The credentials may not write',
    remedy: 's3:PutObject',
  },
  {
    fault: 'no right to read',
    plant: (world) => world.fakeStore(objectStore({ refused: /^GET .*_probe/ })),
    part: 'Store',
    check: 'get',
    state: 'failed',
    cause: 'may not get',
    remedy: 's3:GetObject',
  },
  {
    fault: 'no right to list',
    plant: (world) => world.fakeStore(objectStore({ refused: /list-type/ })),
    part: 'Store',
    check: 'list',
    state: 'failed',
    cause: 'may not list',
    remedy: 's3:ListBucket',
  },
  {
    fault: 'a store that ignores conditions',
    plant: (world) => world.fakeStore(objectStore({ conditions: false })),
    part: 'Store',
    check: 'conditional put',
    state: 'failed',
    cause: 'ignores conditional puts',
    remedy: 'If-None-Match',
  },
  {
    fault: 'a clock that is too far off for the store',
    plant: (world) =>
      world.fakeStore((_request, response) => {
        response.setHeader('date', new Date(Date.now() - 20 * MINUTE).toUTCString());
        refuse(response, 403, 'RequestTimeTooSkewed');
      }),
    part: 'Store',
    check: 'server',
    state: 'failed',
    cause: 'The clock of this machine differs too much',
    remedy: 'Set the clock',
  },
];
