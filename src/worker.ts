import { createCallActivities, createControlActivities } from './activities/index.ts';
import type { ActivityDependencies } from './activities/dependencies.ts';
import { createPlanReader } from './activities/plan-reader.ts';
import type { Config } from './config.ts';
import { PollenBatchError } from './errors.ts';
import { aheadOf } from './lanes/lanes.ts';
import { pageCode } from './gallery/page-code.ts';
import { createThumbnails } from './gallery/thumbnail.ts';
import { createGovernors } from './lanes/governor/governors.ts';
import { createWorkers } from './lanes/workers.ts';
import { createPost } from './notices/post.ts';
import { createApiClient } from './pollinations/client.ts';
import { createCurrentPrices } from './pollinations/current-prices.ts';
import { createSend } from './pollinations/send.ts';
import { createBalance, findApi, openStore } from './services.ts';
import { createRecords } from './records/record-store.ts';
import { learnSecrets, scrubKnown } from './settings/known-secrets.ts';
import { createLogger } from './telemetry/logger.ts';
import { installRuntime } from './telemetry/runtime.ts';
import type { Telemetry } from './telemetry/telemetry.ts';
import { watchRecords } from './telemetry/watch-records.ts';
import { watchSend } from './telemetry/watch-send.ts';
import { connectWorker, hasSearchAttributes } from './temporal/connect-worker.ts';
import { askSchedule } from './temporal/schedule-times.ts';
import { keepHealthFile } from './worker-health.ts';
import { workflowBundle } from './workflow-bundle.ts';

/**
 * Runs a worker until the signal: configuration in, dependencies, workers, and a drain at the end.
 *
 * @throws PollenBatchError naming the server or setting that is missing, and the remedy
 */
export async function runWorker(config: Config, signal: AbortSignal): Promise<void> {
  learnSecrets([config.api.key?.reveal()]);
  const logger = createLogger(config.logLevel, scrubKnown);
  const meters = installRuntime(logger, config.metrics);
  const telemetry = { meters, logger, logsPrompts: config.logPrompts };
  const prepared = await Promise.race([prepare(config, telemetry), aborted(signal)]);
  if (prepared === undefined) return;
  const { workers, connection, store } = prepared;
  if (config.healthFile !== undefined) {
    void keepHealthFile({ file: config.healthFile, arePolling: () => workers.arePolling(), signal, logger });
  }
  await workers.run(signal);
  await connection.close();
  store.close();
}

async function prepare(config: Config, telemetry: Telemetry) {
  const { meters, logger } = telemetry;
  if (config.store === undefined) {
    throw new PollenBatchError('config-invalid', 'no bucket is configured', {
      remedy: 'Set S3_BUCKET (and S3_ENDPOINT for a store that is not AWS).',
    });
  }
  const { secrets, hosts } = config.notices;
  if (hosts.length > 0 && secrets.length === 0) {
    logger.warn(
      'hosts may be told of runs, but no POLLEN_BATCH_NOTIFY_SECRET is set to sign with: nobody is told',
    );
  }
  // One for all, since each has its own connections.
  const send = createSend(config.api.proxy);
  const api = await findApi(config.api, send);
  for (const sentence of api.found) logger.info(sentence);
  if (config.api.key === undefined) logger.warn('no key is configured: only models that cost nothing answer');
  const concurrency = config.lanes.reduce(
    (sum, lane) => sum + lane.concurrency + aheadOf(lane.concurrency),
    0,
  );
  const store = await openStore(config.store, api, concurrency);
  const { connection, namespace, address, doubts } = await connectWorker();
  if (doubts.length > 0) logger.warn(doubts.join('. '));
  const searchAttributes = await hasSearchAttributes(connection, namespace);
  if (!searchAttributes) {
    logger.warn(
      `namespace ${namespace} lacks the Pollen search attributes: runs cannot be found by job or state`,
    );
  }
  const governors = createGovernors({ connection, namespace, lanes: config.lanes, logger, meters });
  const dependencies: ActivityDependencies = {
    store,
    openObject: store.openObject,
    records: watchRecords(createRecords(store), telemetry),
    plans: createPlanReader(store),
    client: createApiClient({
      base: api.base,
      send: config.metrics === undefined ? send : watchSend(send, meters),
      ...(config.api.key === undefined ? {} : { key: config.api.key }),
    }),
    ...(config.api.key === undefined ? {} : { key: config.api.key }),
    scrub: scrubKnown,
    balance: createBalance(api, config.api, send),
    apiId: api.id,
    prices: createCurrentPrices(api.prices, async () => (await findApi(config.api, send)).prices),
    lanes: config.lanes,
    governors,
    askSchedule: (scheduleId) => askSchedule(connection, namespace, scheduleId),
    post: createPost({
      settings: config.notices,
      ...(config.api.proxy === undefined ? {} : { proxy: config.api.proxy }),
    }),
    pageCode: () => pageCode(config.cacheDir),
    thumbnail: createThumbnails(),
    ...(config.store.publicUrl === undefined ? {} : { publicUrl: config.store.publicUrl }),
    searchAttributes,
    telemetry,
    now: () => new Date(),
    random: Math.random,
  };
  const workers = await createWorkers({
    connection,
    namespace,
    lanes: config.lanes,
    bundle: await workflowBundle(config.cacheDir, logger),
    control: createControlActivities(dependencies),
    calls: createCallActivities(dependencies),
    governors,
  });
  meters.worker(1, { api: api.id, emulated: String(api.emulated) });
  if (config.logPrompts) logger.warn('requests are logged at debug, prompts and all');
  const served = config.metrics === undefined ? {} : { metrics: `http://${config.metrics}/metrics` };
  logger.info({ address, namespace, bucket: config.store.bucket, api: api.id, ...served }, 'worker ready');
  return { workers, connection, store };
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(undefined), { once: true }));
}
