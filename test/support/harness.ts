import { randomUUID } from 'node:crypto';

import { Client, type Connection, type WorkflowHandle } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';

import { createCallActivities, createControlActivities } from '../../src/activities/index.ts';
import { createPlanReader } from '../../src/activities/plan-reader.ts';
import type { ReadJob } from '../../src/commands/job/job-reading.ts';
import type { Session } from '../../src/commands/session/session.ts';
import { submit, type SubmitOptions, type Submitted } from '../../src/commands/submit/submit.ts';
import { readConfig } from '../../src/config.ts';
import {
  startEmulator,
  type Emulator,
  type EmulatorOptions,
  type JournalEntry,
} from '../../src/emulator/index.ts';
import type { KeySpec } from '../../src/emulator/keys.ts';
import type { LaneSettings } from '../../src/lanes/lanes.ts';
import { createThumbnails } from '../../src/gallery/thumbnail.ts';
import { createGovernors } from '../../src/lanes/governor/governors.ts';
import { createWorkers } from '../../src/lanes/workers.ts';
import type { PriceSnapshot } from '../../src/pollen/prices.ts';
import type { CacheMode } from '../../src/pollen/settle.ts';
import { createPost, type PostOptions } from '../../src/notices/post.ts';
import { createApiClient, type AttemptInput } from '../../src/pollinations/client.ts';
import { createScrub } from '../../src/pollinations/secret.ts';
import { createSend } from '../../src/pollinations/send.ts';
import { createBalance, findApi, openStore, plannedApi } from '../../src/services.ts';
import { rootPrefix, type RunLocation } from '../../src/storage/keys.ts';
import { createRecords } from '../../src/records/record-store.ts';
import type { RunOutcome } from '../../src/records/outcome.ts';
import type { S3Store } from '../../src/storage/s3.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { hasSearchAttributes } from '../../src/temporal/connect-worker.ts';
import { askSchedule, type ScheduleTimes } from '../../src/temporal/schedule-times.ts';
import type { runJob } from '../../src/workflows/index.ts';
import { runWorkflowId } from '../../src/workflows/ids.ts';
import { readOf } from './job.ts';
import { whole } from '../checker/check-stack.ts';
import type { Finding } from '../checker/finding.ts';
import { checkHarness } from './check-harness.ts';
import { createNamespace } from './namespace.ts';
import { noteSecret } from './noted-secrets.ts';
import { recordWrites } from './recording-store.ts';
import { samplePageCode } from './samples.ts';
import { runFiles, type RunFiles } from './run-files.ts';
import type { SharedServers } from './shared-servers.ts';

export interface HarnessOptions {
  /** Whose key it is that turns up where none may be. */
  readonly name?: string;
  readonly emulator?: Omit<EmulatorOptions, 'keys'>;
  /** What the workers' key may do. @default all calls, and no look at its balance */
  readonly keyOf?: Omit<KeySpec, 'name' | 'key'>;
  /** @default one lane of 16 calls in flight, without a rate */
  readonly lanes?: readonly LaneSettings[];
  /** Whether the namespace has the Pollen search attributes. @default true */
  readonly searchable?: boolean;
  /** What the workers take the prices to be. @default those of the emulator */
  readonly prices?: () => Promise<PriceSnapshot>;
  /** The API that the workers say they call. @default the emulator */
  readonly apiId?: string;
  /** Is asked before each write of the workers: what it throws is what the store answers. */
  readonly beforeWrite?: (key: string) => void;
  /** Is waited for before the workers look at calls that a page takes back. */
  readonly beforeLook?: () => Promise<void>;
  /** How the workers tell others of runs. @default nobody may be told */
  readonly notices?: PostOptions;
  /** What the workers take the server to say of a schedule, over what it says. */
  readonly scheduleOf?: () => Partial<ScheduleTimes>;
  /** Whether the workers make small pictures and galleries. @default false */
  readonly gallery?: boolean;
  /** What stands between workers and emulator: starts it, and tells its address. @default nothing */
  readonly front?: (emulator: string) => Promise<string>;
  /** Whether its runs that have ended are held against what the emulator has noted when it closes. @default false */
  readonly checked?: boolean;
  /** What `front` has answered in the emulator's place. @default nothing that was taken for a result */
  readonly witnessed?: () => readonly JournalEntry[];
  /** Which findings a test brings about on purpose. @default none */
  readonly expected?: (finding: Finding) => boolean;
  /** Milliseconds that an attempt may take at most. @default as the product has it */
  readonly deadlineMs?: number;
  /** Workers to start with. @default 1 */
  readonly workers?: number;
}

/** The product around one emulator, in a namespace and a folder of the bucket of its own. */
export interface Harness {
  readonly emulator: Emulator;
  readonly client: Client;
  readonly session: Session;
  /** The API key of the workers, which must turn up nowhere. */
  readonly key: string;
  /** Keys written by the workers, in order. */
  readonly writes: () => readonly string[];
  /** Starts one more worker, with all its queues, and gives a way to drain it. */
  readonly startWorker: () => Promise<() => Promise<void>>;
  /** Submits a job file's text as the command does. */
  readonly submit: (
    yaml: string,
    options?: Partial<SubmitOptions> & { readonly reading?: Partial<ReadJob> },
  ) => Promise<Submitted>;
  readonly handle: (run: RunLocation) => WorkflowHandle<typeof runJob>;
  /** Waits until the run has ended. */
  readonly finish: (run: RunLocation) => Promise<RunOutcome>;
  readonly files: (run: RunLocation) => RunFiles;
}

const noNotices = { secrets: [], hosts: [], allowPrivate: false };

/** Opens the product on running servers; what is to be closed in the end, last first, is added to `closes`. */
export async function openHarness(
  servers: SharedServers,
  connection: Connection,
  options: HarnessOptions,
  closes: (() => Promise<void>)[],
): Promise<Harness> {
  const { lanes = [{ name: 'all', concurrency: 16 }], workers = 1 } = options;
  const key = `sk_canary${randomUUID().replaceAll('-', '')}`;
  noteSecret(servers.secretsFile, { secret: key, name: `the key of ${options.name ?? 'a test'}` });
  const emulator = await startEmulator({
    ...options.emulator,
    keys: [{ name: 'canary', key, ...options.keyOf }],
  });
  const checks: (() => Promise<void>)[] = [];
  closes.push(async () => {
    try {
      for (const check of checks) await check();
    } finally {
      await emulator.close();
    }
  });
  const namespace = await createNamespace(connection, options.searchable ?? true);
  const session = await openTestSession(servers, connection, namespace, {
    key,
    url: (await options.front?.(emulator.url)) ?? emulator.url,
    lanes,
    cacheMode: options.emulator?.cacheMode ?? 'exact',
  });
  closes.push(() => session.close());
  if (options.checked === true) {
    const prefix = rootPrefix(session.location);
    checks.push(() =>
      checkHarness(
        servers.store,
        prefix,
        [...whole(emulator.journal()), ...(options.witnessed?.() ?? [])],
        options.expected,
      ),
    );
  }
  const store = recordWrites(session.store, options.beforeWrite);
  const { client } = session.temporal;

  async function startWorker(): Promise<() => Promise<void>> {
    // One connection takes one worker of a queue.
    const workerConnection = await NativeConnection.connect({ address: session.temporal.address });
    const governors = createGovernors({
      connection: workerConnection,
      namespace,
      lanes,
      logger: createLogger('fatal'),
    });
    const client = createApiClient({
      base: session.api.base,
      ...(session.config.api.key === undefined ? {} : { key: session.config.api.key }),
    });
    const dependencies = {
      store,
      openObject: session.store.openObject,
      records: createRecords(store),
      plans: createPlanReader(store),
      client: {
        attempt: (input: AttemptInput) =>
          client.attempt({
            ...input,
            deadlineMs: Math.min(input.deadlineMs, options.deadlineMs ?? Infinity),
          }),
      },
      ...(session.config.api.key === undefined ? {} : { key: session.config.api.key }),
      scrub: createScrub([key]),
      balance: createBalance(session.api, session.config.api, createSend()),
      apiId: options.apiId ?? session.api.id,
      prices: options.prices ?? (() => Promise.resolve(session.api.prices)),
      lanes,
      governors,
      askSchedule: async (scheduleId: string) => ({
        ...(await askSchedule(workerConnection, namespace, scheduleId)),
        ...options.scheduleOf?.(),
      }),
      post: createPost(options.notices ?? { settings: noNotices }),
      ...(options.gallery === true
        ? { thumbnail: createThumbnails(), pageCode: () => Promise.resolve(samplePageCode) }
        : {}),
      searchAttributes: await hasSearchAttributes(workerConnection, namespace),
      now: () => new Date(),
      // Retries come as early as they may.
      random: () => 0,
    };
    const control = createControlActivities(dependencies);
    const running = await createWorkers({
      connection: workerConnection,
      namespace,
      lanes,
      bundle: { codePath: servers.codePath },
      control: {
        ...control,
        async findLosses(calls) {
          await options.beforeLook?.();
          return control.findLosses(calls);
        },
      },
      calls: createCallActivities(dependencies),
      governors,
    });
    const drain = new AbortController();
    const drained = running.run(drain.signal);
    let stopped: Promise<void> | undefined;
    const stop = (): Promise<void> => {
      drain.abort();
      return (stopped ??= drained.then(() => workerConnection.close()));
    };
    closes.push(stop);
    return stop;
  }

  const handle = (run: RunLocation): WorkflowHandle<typeof runJob> =>
    client.workflow.getHandle<typeof runJob>(runWorkflowId(run.runId));
  for (let started = 0; started < workers; started += 1) await startWorker();
  return {
    emulator,
    client,
    session,
    key,
    writes: store.writes,
    startWorker,
    submit: (yaml, { reading, ...changes } = {}) =>
      submit(
        session,
        { ...readOf(yaml), ...reading },
        { isNew: false, fresh: false, allowUnpriced: false, ...changes },
      ),
    handle,
    finish: (run) => handle(run).result(),
    files: (run) => runFiles(session.store, run),
  };
}

async function openTestSession(
  { store: server, temporal: address }: SharedServers,
  connection: Connection,
  namespace: string,
  given: {
    readonly key: string;
    readonly url: string;
    readonly lanes: readonly LaneSettings[];
    readonly cacheMode: CacheMode;
  },
): Promise<Session> {
  const config = {
    ...readConfig({
      POLLINATIONS_API_KEY: given.key,
      POLLINATIONS_BASE_URL: given.url,
      POLLINATIONS_CACHE: given.cacheMode,
    }),
    lanes: given.lanes,
    store: { ...server, prefix: `tests/${randomUUID()}` },
  };
  const api = await findApi(config.api);
  const store: S3Store = await openStore(config.store, api, 64);
  return {
    config,
    store,
    temporal: {
      client: new Client({ connection, namespace }),
      address,
      namespace,
      close: async () => {},
    },
    api,
    plannedApi: plannedApi(api, config.api),
    location: { prefix: config.store.prefix, emulated: api.emulated },
    isLocal: false,
    close: async () => store.close(),
  };
}
