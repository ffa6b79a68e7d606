import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig, type ClientConnectConfig } from '@temporalio/envconfig';

import { PollenBatchError } from './errors.ts';

/** Where Temporal is. */
export interface TemporalSettings {
  /** Host and port. @default what the environment and temporal.toml say, with namespace and access */
  readonly address?: string;
  /** Beside an address. @default `default` */
  readonly namespace?: string;
  /** Beside an address; with one the connection is encrypted. */
  readonly apiKey?: string;
}

export interface TemporalClient {
  readonly client: Client;
  readonly address: string;
  readonly namespace: string;
  close(): Promise<void>;
}

/**
 * Connects a client to Temporal.
 *
 * @throws PollenBatchError `temporal-unreachable` naming address and remedy
 */
export async function connectClient(settings: TemporalSettings = {}): Promise<TemporalClient> {
  const { options, address, namespace } = resolveTemporal(settings);
  try {
    const connection = await Connection.connect({ ...options, connectTimeout: '5 seconds' });
    return {
      client: new Client({ connection, namespace }),
      address,
      namespace,
      close: () => connection.close(),
    };
  } catch (error) {
    throw temporalUnreachable(address, error);
  }
}

/** Reads address, namespace and access from the settings, the environment and temporal.toml. */
export function resolveTemporal(settings: TemporalSettings): {
  // Named here, as what is inferred is not to be found from outside the package.
  readonly options: ClientConnectConfig['connectionOptions'] & { readonly address: string };
  readonly address: string;
  readonly namespace: string;
} {
  // A local stack knows nothing of the profiles and keys that a person has for other servers.
  if (settings.address !== undefined) {
    const { address, namespace = 'default', apiKey } = settings;
    return { options: { address, ...(apiKey === undefined ? {} : { apiKey }) }, address, namespace };
  }
  const { connectionOptions, namespace } = loadClientConnectConfig();
  const address = connectionOptions.address ?? '127.0.0.1:7233';
  return { options: { ...connectionOptions, address }, address, namespace: namespace ?? 'default' };
}

/** The error of a server that does not answer. */
export function temporalUnreachable(address: string, cause: unknown): PollenBatchError {
  return new PollenBatchError('temporal-unreachable', `Temporal does not answer at ${address}`, {
    remedy:
      'Start a local stack with `pollen-batch dev`, or point TEMPORAL_ADDRESS (or temporal.toml) to a running server.',
    cause,
  });
}
