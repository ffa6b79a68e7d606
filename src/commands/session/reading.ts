import type { Config } from '../../config.ts';
import { connectStore } from '../../connect-store.ts';
import { PollenBatchError } from '../../errors.ts';
import { runKeys, type RunLocation } from '../../storage/keys.ts';
import type { S3Store } from '../../storage/s3.ts';
import type { TemporalClient } from '../../temporal/connect-client.ts';
import { temporalFault } from '../../temporal/failure.ts';
import { jobOfRun } from '../runs/run-reference.ts';
import { findServers, uiOf, type TemporalUi } from './servers.ts';
import type { Session } from './session.ts';

/** What commands have that only look: no API is asked, nothing is written, and Temporal may be away. */
export interface Reading extends Partial<TemporalUi> {
  readonly config: Config;
  readonly store: S3Store;
  /** Where runs live in the bucket: those of real APIs, and those of the emulator. */
  readonly locations: readonly Pick<RunLocation, 'prefix' | 'emulated'>[];
  /** Connects to Temporal when it is first asked for; gives the error where that is away. */
  readonly temporal: () => Promise<TemporalClient | PollenBatchError>;
  close(): Promise<void>;
}

/** The servers of a session, as commands take them that only look. */
export function readingOf<Store>({
  store,
  location,
  temporal,
}: Pick<Session, 'location' | 'temporal'> & { readonly store: Store }) {
  return { store, locations: [location], temporal: () => Promise.resolve(temporal) };
}

/** Calls that may be under way at once. */
const CONCURRENCY = 32;

/**
 * Opens what is configured for looking alone; what is not comes from the local stack that runs in the data folder.
 *
 * @throws PollenBatchError `config-invalid`
 */
export async function openReading(config: Config): Promise<Reading> {
  const found = await findServers(config);
  const { settings, stack } = found;
  const store = connectStore(settings.store, CONCURRENCY);
  let connecting: Promise<TemporalClient | PollenBatchError> | undefined;
  const { prefix } = settings.store;
  return {
    config: settings,
    store,
    locations: [
      { prefix, emulated: false },
      { prefix, emulated: true },
    ],
    ...uiOf(found),
    temporal: () => (connecting ??= connect(settings, stack?.temporal.address)),
    async close() {
      store.close();
      const temporal = await connecting?.catch(() => undefined);
      if (temporal !== undefined && !(temporal instanceof PollenBatchError)) await temporal.close();
    },
  };
}

async function connect(
  { temporal }: Config,
  address: string | undefined,
): Promise<TemporalClient | PollenBatchError> {
  // Its client takes half a second to load, which what is told by the bucket alone need not wait for.
  const { connectClient } = await import('../../temporal/connect-client.ts');
  try {
    return await connectClient(temporal ?? (address === undefined ? {} : { address }));
  } catch (error) {
    if (error instanceof PollenBatchError && error.code === 'temporal-unreachable') return error;
    throw error;
  }
}

/** Finds a run of any API in the bucket by its whole id. */
export async function findStored(
  { store, locations }: Pick<Reading, 'store' | 'locations'>,
  runId: string,
): Promise<RunLocation | undefined> {
  const job = jobOfRun(runId);
  if (job === undefined) return undefined;
  const runs = locations.map((location): RunLocation => ({ ...location, job, runId }));
  const heads = await Promise.all(runs.map((run) => store.head(runKeys(run).job)));
  return runs.find((_, index) => heads[index] !== undefined);
}

/** Milliseconds that Temporal has for an answer. */
const ANSWER_MS = 10_000;

/** What Temporal answers to a question; the error where it is away, or does not answer. */
export async function askTemporal<Answer>(
  { temporal }: Pick<Reading, 'temporal'>,
  ask: (temporal: TemporalClient) => Promise<Answer>,
): Promise<Answer | PollenBatchError> {
  const connected = await temporal();
  if (connected instanceof PollenBatchError) return connected;
  try {
    return await connected.client.connection.withDeadline(Date.now() + ANSWER_MS, () => ask(connected));
  } catch (error) {
    const fault = temporalFault(error);
    if (fault === undefined) throw error;
    return fault;
  }
}
