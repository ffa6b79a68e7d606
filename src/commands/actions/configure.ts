import { examineConfig, loadConfigFile, loadEnvironmentFile, readConfig, type Config } from '../../config.ts';
import type { RunLocation } from '../../storage/keys.ts';
import type { S3Store } from '../../storage/s3.ts';
import type { Reading } from '../session/reading.ts';
import type { Session } from '../session/session.ts';

/** Objects that may be deleted at once. */
const ERASED = 32;

/** Reads the configuration: flags go over the environment, `.env` and the configuration file, in this order. */
export async function configure(flags: { readonly anonymous?: boolean } = {}): Promise<Config> {
  loadEnvironmentFile();
  return readConfig(
    flags.anonymous === true ? { ...process.env, POLLINATIONS_ANONYMOUS: 'true' } : process.env,
    await loadConfigFile(),
  );
}

/** Reads the configuration as far as it can be read, with a list of what is wrong with it. */
export async function examine(): Promise<ReturnType<typeof examineConfig>> {
  loadEnvironmentFile();
  return examineConfig(process.env, await loadConfigFile());
}

/** Opens the servers for the time of one command. */
export async function withSession<Result>(
  config: Config | Promise<Config>,
  use: (session: Session) => Promise<Result>,
): Promise<Result> {
  // Its clients take long to load, which what only reads the configuration need not wait for.
  const [settings, { openSession }] = await Promise.all([config, import('../session/session.ts')]);
  const session = await openSession(settings);
  try {
    return await use(session);
  } catch (error) {
    throw await explained(error, session.store);
  } finally {
    await session.close();
  }
}

/** Opens the servers for the time of one command on a run, which is given by id, beginning of an id or `@latest`. */
export function withRun<Result>(
  config: Config | Promise<Config>,
  text: string,
  use: (session: Session, run: RunLocation) => Promise<Result>,
): Promise<Result> {
  return withSession(config, async (session) => {
    const { resolveRun } = await import('../runs/resolve-run.ts');
    return use(session, await resolveRun(session, text));
  });
}

/** Opens what a command needs that only reads what a run has left in the bucket, be the run of whatever API. */
export function withStored<Result>(
  config: Promise<Config>,
  text: string,
  use: (reading: Reading, run: RunLocation) => Promise<Result>,
): Promise<Result> {
  return withReading(config, async (reading) => {
    const { resolveStored } = await import('../runs/resolve-run.ts');
    return use(reading, await resolveStored(reading, text));
  });
}

/** Opens the store for deleting, by the identity that may. */
export async function withErasing<Result>(
  { store, config }: Pick<Reading, 'store' | 'config'>,
  use: (store: S3Store) => Promise<Result>,
): Promise<Result> {
  const { withDeletion } = await import('../../connect-store.ts');
  const erasing =
    config.store === undefined ? { store, close() {} } : withDeletion(store, config.store, ERASED);
  try {
    return await use(erasing.store);
  } finally {
    erasing.close();
  }
}

/** Opens the servers for the time of a command that only looks, so that it needs no API, and Temporal may be away. */
export async function withReading<Result>(
  config: Config | Promise<Config>,
  use: (reading: Reading) => Promise<Result>,
): Promise<Result> {
  const [settings, { openReading }] = await Promise.all([config, import('../session/reading.ts')]);
  const reading = await openReading(settings);
  try {
    return await use(reading);
  } catch (error) {
    throw await explained(error, reading.store);
  } finally {
    await reading.close();
  }
}

// A store that answered at the start may be away, full or closed to us a moment later.
async function explained(thrown: unknown, store: S3Store): Promise<unknown> {
  const [{ explainStore }, { StoreError }] = await Promise.all([
    import('../../storage/probe.ts'),
    import('../../storage/store-error.ts'),
  ]);
  return thrown instanceof StoreError ? explainStore(thrown, store) : thrown;
}
