import { Client, Connection } from '@temporalio/client';

import type { Session } from '../../src/commands/session/session.ts';
import { submit } from '../../src/commands/submit/submit.ts';
import { startEmulator, type Emulator, type EmulatorOptions } from '../../src/emulator/index.ts';
import type { Child } from '../../src/local/child.ts';
import type { CacheMode } from '../../src/pollen/settle.ts';
import { findApi, plannedApi } from '../../src/services.ts';
import type { RunLocation } from '../../src/storage/keys.ts';
import { runWorkflowId } from '../../src/workflows/ids.ts';
import { startHoldingProxy, type Hold, type HoldingProxy, type PassingRequest } from './holding-proxy.ts';
import { readOf } from './job.ts';
import { createNamespace } from './namespace.ts';
import type { ProcessStack } from './process-stack.ts';
import { sampleJob, wishOf, type SampleJob } from './sample-job.ts';

/** An API with one way of caching, and the workers that call it: in a namespace of their own, on servers that are shared. */
export interface ModeWorld extends AsyncDisposable {
  readonly emulator: Emulator;
  /** Stands before the emulator. */
  readonly api: HoldingProxy;
  /** Clients to the servers, in the world's namespace. */
  readonly session: Session;
  /** Starts a worker process and waits until it takes work. */
  startWorker(environment?: Readonly<Record<string, string>>): Promise<Child>;
  /** Submits a job, or the text of its file. */
  submit(job: SampleJob | string): Promise<RunLocation>;
  /** Waits for the end of a run's workflow. */
  ended(run: RunLocation): Promise<void>;
}

export interface ModeWorldOptions {
  readonly mode: CacheMode;
  readonly key: string;
  /** Where the workers find the store. */
  readonly store: string;
  readonly emulator?: Omit<EmulatorOptions, 'keys' | 'cacheMode'>;
  /** @default nothing is held */
  readonly holdOf?: (request: PassingRequest) => Hold | undefined;
}

/** Opens a world on a stack. */
export async function openModeWorld(
  stack: ProcessStack,
  { mode, key, store, emulator: options, holdOf = () => undefined }: ModeWorldOptions,
): Promise<ModeWorld> {
  const emulator = await startEmulator({ ...options, keys: [{ name: 'mode', key }], cacheMode: mode });
  const api = await startHoldingProxy(emulator.url, holdOf);
  const connection = await Connection.connect({ address: stack.session.temporal.address });
  const namespace = await createNamespace(connection, false);
  const client = new Client({ connection, namespace });
  const settings = { ...stack.session.config.api, base: api.url, cacheMode: mode };
  const found = await findApi(settings);
  const session: Session = {
    ...stack.session,
    api: found,
    plannedApi: plannedApi(found, settings),
    temporal: { ...stack.session.temporal, client, namespace },
  };
  const environment = {
    TEMPORAL_NAMESPACE: namespace,
    POLLINATIONS_BASE_URL: api.url,
    POLLINATIONS_CACHE: mode,
    S3_ENDPOINT: store,
  };
  return {
    emulator,
    api,
    session,
    startWorker: (own = {}) => stack.startWorker({ environment: { ...environment, ...own } }),
    async submit(job) {
      const text = typeof job === 'string' ? job : sampleJob(job);
      if (typeof job !== 'string') stack.wishes(job.name, wishOf(job));
      const submitted = await submit(session, readOf(text), { isNew: false, allowUnpriced: false });
      return submitted.run;
    },
    async ended({ runId }) {
      await client.workflow.getHandle(runWorkflowId(runId)).result();
    },
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      stack.witness(emulator.journal());
      await emulator.close();
      await connection.close();
    },
  };
}
