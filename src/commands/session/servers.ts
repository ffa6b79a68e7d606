import { temporalEnvironment, type Config, type StoreSettings } from '../../config.ts';
import { PollenBatchError } from '../../errors.ts';
import { readAddresses, type StackAddresses } from '../../local/address-file.ts';
import { namesTemporal, namespaceOf } from '../../temporal/settings.ts';

/**
 * Whether a Temporal server is configured. The address that a person's temporal.toml has for every tool counts only
 * beside a bucket: alone it must not take the place of the local stack.
 */
export function hasTemporal({ store, temporalConfigured }: Config): boolean {
  return temporalConfigured || (store !== undefined && namesTemporal(temporalEnvironment()));
}

/**
 * Whether servers are configured, rather than a local stack wanted.
 *
 * @throws PollenBatchError `config-invalid` when only one of the two is: the worker of a local stack would look for runs
 * in another place than the command that submits them
 */
export function usesServers(config: Config): boolean {
  const isTemporal = hasTemporal(config);
  if ((config.store !== undefined) === isTemporal) return isTemporal;
  const [given, missing] = isTemporal
    ? ['A Temporal server is configured (TEMPORAL_*)', 'no bucket']
    : ['A bucket is configured (S3_BUCKET)', 'no Temporal server'];
  throw new PollenBatchError('config-invalid', `${given}, and ${missing}`, {
    remedy:
      'Set both TEMPORAL_ADDRESS and S3_BUCKET to use servers of your own, or neither for a local stack.',
  });
}

/** Settings in which nothing is left open, and the local stack where it fills them in. */
export interface FoundServers {
  readonly settings: Config & { readonly store: StoreSettings };
  readonly stack?: StackAddresses;
}

/**
 * Finds out which servers a command is to use: those that are configured, else those of the local stack that runs.
 *
 * @throws PollenBatchError `config-invalid` where there are none
 */
export async function findServers(config: Config): Promise<FoundServers> {
  const addresses = await readAddresses(config.dataDir);
  const { store, ...settings } = withStack(config, addresses);
  const isOwn = usesServers(config);
  if ((!isOwn && addresses === undefined) || store === undefined) throw noServers();
  return {
    settings: { ...settings, store },
    ...(isOwn || addresses === undefined ? {} : { stack: addresses }),
  };
}

/** The Temporal UI, and the namespace that it is to show. */
export interface TemporalUi {
  readonly uiUrl: string;
  readonly uiNamespace: string;
}

/** The UI of the local stack, else the one that is configured; nothing where its address or the namespace is not known. */
export function uiOf({ settings, stack }: Pick<FoundServers, 'settings' | 'stack'>): Partial<TemporalUi> {
  if (stack !== undefined) return { uiUrl: stack.temporal.uiUrl, uiNamespace: 'default' };
  const { uiUrl, temporal = {} } = settings;
  const uiNamespace = uiUrl === undefined ? undefined : namespaceOf(temporal, temporalEnvironment());
  return uiUrl === undefined || uiNamespace === undefined ? {} : { uiUrl, uiNamespace };
}

/** The error where nothing is configured and nothing runs. */
export function noServers(): PollenBatchError {
  return new PollenBatchError(
    'config-invalid',
    'no Temporal server and bucket are configured, and no local stack runs',
    {
      remedy:
        'Start one with `pollen-batch dev` in another terminal, use `pollen-batch run FILE`, or set TEMPORAL_ADDRESS and S3_BUCKET.',
    },
  );
}

/** The configuration with the addresses of a local stack where it names no servers; with both it stays as it is. */
export function withStack(config: Config, addresses: StackAddresses | undefined): Config {
  if (addresses === undefined || (config.store !== undefined && hasTemporal(config))) return config;
  const { store, emulator } = addresses;
  return {
    ...config,
    store: config.store ?? {
      bucket: store.bucket,
      prefix: 'runs',
      endpoint: store.endpoint,
      region: store.region,
      credentials: store.credentials,
      ...(store.publicUrl === undefined ? {} : { publicUrl: store.publicUrl }),
    },
    api:
      emulator === undefined || config.api.base !== undefined
        ? config.api
        : { ...config.api, base: emulator, cacheMode: 'exact' },
  };
}
