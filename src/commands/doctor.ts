import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Config } from '../config.ts';
import { apiChecks } from '../doctor/api-checks.ts';
import { parts, type Check } from '../doctor/check.ts';
import { clockCheck, type ClockReading } from '../doctor/clock-check.ts';
import { keyChecks } from '../doctor/key-checks.ts';
import { machineChecks } from '../doctor/machine-checks.ts';
import { keyFacts, probeApi, type ApiProbe } from '../doctor/probe-api.ts';
import { probeFolder, probePrograms } from '../doctor/probe-machine.ts';
import { probeStore, probeStoreClock } from '../doctor/probe-store.ts';
import { probeTemporal } from '../doctor/probe-temporal.ts';
import { probeSettings } from '../doctor/probe-settings.ts';
import { LOOK } from '../doctor/queue-checks.ts';
import { settingChecks } from '../doctor/settings-checks.ts';
import { storeChecks, type StoreFacts } from '../doctor/store-checks.ts';
import { temporalChecks, type TemporalFacts } from '../doctor/temporal-checks.ts';
import { within } from '../doctor/within.ts';
import { PollenBatchError } from '../errors.ts';
import { readAddresses, type StackAddresses } from '../local/address-file.ts';
import type { SettingProblem } from '../settings/settings.ts';
import { resolveTemporal } from '../temporal/connect-client.ts';
import { usesEmulator } from './session/local.ts';
import { hasTemporal, usesServers } from './session/servers.ts';
import { withStack } from './session/servers.ts';

/** A configuration, with the settings that had to be left out of it. */
export interface Examined {
  readonly config: Config;
  readonly problems: readonly SettingProblem[];
}

/** Longest time for what is asked of Temporal, in milliseconds; the other probes keep to times of their own. */
const TEMPORAL_MS = 13_000;

/**
 * Looks at everything a run needs, each part at once and each in its time. Nothing is changed but a scratch object in the
 * bucket and scratch folders on the disk, nothing costs Pollen, and the key is never shown.
 *
 * @returns one check a line, in the order in which they are shown
 */
export async function doctor({ config, problems: found }: Examined): Promise<readonly Check[]> {
  const problems = [...found, ...probeSettings(config)];
  const addresses = await readAddresses(config.dataDir);
  const settings = withStack(config, addresses);
  const conflict = conflictOf(config);
  const about = (pattern: RegExp): string | undefined =>
    problems.some(({ name }) => pattern.test(name)) ? 'its settings are wrong' : undefined;
  const isTemporal = hasTemporal(config);
  const place = isTemporal ? 'servers' : addresses === undefined ? 'nothing' : 'stack';

  const isEmulator = place !== 'servers' && usesEmulator(settings);
  const without = isEmulator || isStackApi(settings, addresses) ? 'emulator' : place;
  const [key, api, temporal, store, storeClock, machine] = await Promise.all([
    keyFacts(settings.api, about(/^POLLINATIONS_API_KEY/) !== undefined, without),
    askApi(settings, isEmulator, about(/^POLLINATIONS_(?!API_KEY)|^HTTPS?_PROXY|^file$/)),
    askTemporal(settings, isTemporal ? undefined : (addresses?.temporal ?? 'none'), about(/^TEMPORAL_/)),
    askStore(settings, about(/^S3_|^HTTPS?_PROXY|^file$/)),
    settings.store === undefined ? undefined : probeStoreClock(settings.store),
    askMachine(settings, place === 'servers'),
  ]);
  const file = config.file;
  const checks = [
    ...settingChecks({ file, hasEnvironmentFile: existsSync('.env'), problems, conflict, place }),
    ...keyChecks({ ...key, balance: api.balance }),
    ...apiChecks(api.api),
    ...temporalChecks(temporal, settings.lanes),
    ...storeChecks(store),
    ...machineChecks({ ...machine, targets: targetsOf(settings, api) }),
    clockCheck([api.clock, storeClock].filter((reading): reading is ClockReading => reading !== undefined)),
  ];
  return checks.sort((left, right) => parts.indexOf(left.part) - parts.indexOf(right.part));
}

function conflictOf(config: Config): PollenBatchError | undefined {
  try {
    usesServers(config);
    return undefined;
  } catch (error) {
    if (error instanceof PollenBatchError) return error;
    throw error;
  }
}

function isStackApi({ api }: Config, addresses: StackAddresses | undefined): boolean {
  return api.key === undefined && api.base !== undefined && api.base === addresses?.emulator;
}

async function askApi(settings: Config, isEmulator: boolean, wrong: string | undefined): Promise<ApiProbe> {
  const why =
    wrong ??
    (isEmulator
      ? 'without a key and a base URL, a local stack calls its emulator: nothing is generated or billed'
      : undefined);
  if (why !== undefined) return { api: { kind: 'not-asked', why }, balance: { kind: 'not-asked', why } };
  try {
    return await probeApi(settings.api);
  } catch (error) {
    if (!(error instanceof PollenBatchError)) throw error;
    return { api: { kind: 'missing', error }, balance: { kind: 'not-asked', why: 'no API was found' } };
  }
}

async function askTemporal(
  settings: Config,
  stack: StackAddresses['temporal'] | 'none' | undefined,
  wrong: string | undefined,
): Promise<TemporalFacts> {
  if (wrong !== undefined) return { kind: 'not-asked', why: wrong };
  if (stack === 'none') {
    return { kind: 'not-asked', why: 'none is configured, and no local stack runs' };
  }
  try {
    const target = resolveTemporal(stack === undefined ? {} : { address: stack.address });
    return await within<TemporalFacts>(
      probeTemporal(target, settings.lanes, stack !== undefined),
      TEMPORAL_MS,
      () => ({
        kind: 'unreachable',
        failure: {
          found: `${target.address} does not answer within ${TEMPORAL_MS / 1_000} s`,
          remedy: LOOK,
        },
      }),
    );
  } catch (error) {
    if (!(error instanceof PollenBatchError)) throw error;
    return { kind: 'unreachable', failure: { found: error.message, remedy: error.remedy ?? '' } };
  }
}

async function askStore({ store }: Config, wrong: string | undefined): Promise<StoreFacts> {
  if (wrong !== undefined) return { kind: 'not-asked', why: wrong };
  if (store === undefined) {
    return { kind: 'not-asked', why: 'no bucket is configured, and no local stack runs' };
  }
  return probeStore(store, { prefix: store.prefix, emulated: false });
}

async function askMachine(settings: Config, hasServers: boolean) {
  const { dataDir, cacheDir, path, temporalBinary, weedBinary, api } = settings;
  const search = (explicit: string | undefined) => ({
    path,
    cacheDir,
    ...(explicit === undefined ? {} : { explicit }),
  });
  const [folders, programs] = await Promise.all([
    Promise.all([
      ...(hasServers ? [] : [probeFolder('data folder', dataDir)]),
      probeFolder('cache folder', cacheDir),
      probeFolder('temporary folder', tmpdir()),
    ]),
    hasServers
      ? []
      : probePrograms({
          temporal: search(temporalBinary),
          weed: search(weedBinary),
          objects: join(dataDir, 'objects'),
        }),
  ]);
  return { node: process.version, folders, programs, proxy: api.proxy };
}

function targetsOf({ store }: Config, { api }: ApiProbe) {
  const base = api.kind === 'found' ? [{ title: 'the API', url: api.api.base }] : [];
  if (store === undefined) return base;
  return [...base, { title: 'the store', url: store.endpoint ?? 'https://s3.amazonaws.com' }];
}
