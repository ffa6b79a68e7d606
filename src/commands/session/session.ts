import type { Config } from '../../config.ts';
import { readAddresses, type StackAddresses } from '../../local/address-file.ts';
import type { PlannedApi } from '../../plan/plan.ts';
import type { Api } from '../../pollinations/discover.ts';
import { findApi, openStore, plannedApi } from '../../services.ts';
import type { S3Store } from '../../storage/s3.ts';
import { connectClient, type TemporalClient } from '../../temporal/connect-client.ts';
import { findServers, noServers, uiOf, usesServers, type TemporalUi } from './servers.ts';

/** The servers that commands talk to. */
export interface Session extends Partial<TemporalUi> {
  readonly config: Config;
  readonly store: S3Store;
  readonly temporal: TemporalClient;
  readonly api: Api;
  readonly plannedApi: PlannedApi;
  /** Where runs of this API live in the bucket. */
  readonly location: { readonly prefix: string; readonly emulated: boolean };
  /** Whether the servers are those of a local stack. */
  readonly isLocal: boolean;
  close(): Promise<void>;
}

/**
 * Opens what is configured; what is not comes from the local stack that runs in the data folder.
 *
 * @throws PollenBatchError naming what does not answer, and the remedy
 */
export async function openSession(config: Config): Promise<Session> {
  const found = await findServers(config);
  const { settings, stack } = found;
  const api = await findApi(settings.api);
  const temporal = await connect(settings, stack);
  try {
    const store = await openStore(settings.store, api);
    return {
      config: settings,
      store,
      temporal,
      api,
      plannedApi: plannedApi(api, settings.api),
      location: { prefix: settings.store.prefix, emulated: api.emulated },
      isLocal: stack !== undefined,
      ...uiOf(found),
      async close() {
        store.close();
        await temporal.close();
      },
    };
  } catch (error) {
    await temporal.close();
    throw error;
  }
}

/**
 * Opens Temporal alone, for what needs neither the API nor the store.
 *
 * @throws PollenBatchError naming what does not answer, and the remedy
 */
export async function openTemporal(config: Config): Promise<TemporalClient> {
  const addresses = await readAddresses(config.dataDir);
  const isOwn = usesServers(config);
  if (!isOwn && addresses === undefined) throw noServers();
  return connect(config, isOwn ? undefined : addresses);
}

function connect(config: Config, stack: StackAddresses | undefined): Promise<TemporalClient> {
  return connectClient(config.temporal ?? (stack === undefined ? {} : { address: stack.temporal.address }));
}
