import type { Config } from '../../config.ts';
import { startEmulator } from '../../emulator/index.ts';
import { readAddresses } from '../../local/address-file.ts';
import type { PlannedApi } from '../../plan/plan.ts';
import type { Api } from '../../pollinations/discover.ts';
import { connectStore } from '../../connect-store.ts';
import { findApi, plannedApi } from '../../services.ts';
import type { S3Store } from '../../storage/s3.ts';
import { usesEmulator } from '../session/local.ts';
import { hasTemporal } from '../session/servers.ts';
import { withStack } from '../session/servers.ts';

/** What planning alone needs: prices, and past runs where there are any to be found. */
export interface PlanningDesk {
  readonly config: Config;
  readonly api: Api;
  readonly plannedApi: PlannedApi;
  /** Where the runs of this API live. */
  readonly location: { readonly prefix: string; readonly emulated: boolean };
  /** Absent where no bucket is configured and no local stack runs. */
  readonly store?: S3Store;
  close(): void;
}

const READS = 32;

/**
 * Finds the API that a run would call, and the store that it would use, without a run's other servers: nothing is
 * started, and nothing written. What a local stack would emulate is asked of an emulator in this process.
 *
 * @throws PollenBatchError `api-unreachable` when no API answers
 */
export async function openPlanningDesk(config: Config): Promise<PlanningDesk> {
  const settings = withStack(config, await readAddresses(config.dataDir));
  const isEmulated = settings.store === undefined && !hasTemporal(settings) && usesEmulator(settings);
  const api = isEmulated ? await emulatedApi(settings) : await findApi(settings.api);
  const store = settings.store === undefined ? undefined : connectStore(settings.store, READS);
  return {
    config: settings,
    api,
    // As a local stack calls it.
    plannedApi: plannedApi(api, isEmulated ? { ...settings.api, cacheMode: 'exact' } : settings.api),
    location: { prefix: settings.store?.prefix ?? '', emulated: api.emulated },
    ...(store === undefined ? {} : { store }),
    close: () => store?.close(),
  };
}

async function emulatedApi(config: Config): Promise<Api> {
  const emulator = await startEmulator();
  try {
    const api = await findApi({ ...config.api, base: emulator.url });
    // It is gone when somebody reads this.
    return { ...api, base: '', summary: ['No key is set, so a run on this machine calls the emulator.'] };
  } finally {
    await emulator.close();
  }
}
