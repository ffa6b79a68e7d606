import { Client, Connection } from '@temporalio/client';
import type { ClientConnectConfig } from '@temporalio/envconfig';

import { temporalEnvironment } from '../config.ts';
import type { PollenBatchError } from '../errors.ts';
import { explainTemporal, temporalUnreachable } from './failure.ts';
import { knock, type KnockTls } from './knock.ts';
import { checkAddress, readTemporalSettings, type TemporalSettings } from './settings.ts';

export type { TemporalSettings } from './settings.ts';

export interface TemporalClient {
  readonly client: Client;
  readonly address: string;
  readonly namespace: string;
  close(): Promise<void>;
}

/** Address, namespace and access, as both kinds of client take them. */
export interface TemporalTarget {
  readonly options: ClientConnectConfig['connectionOptions'] & { readonly address: string };
  readonly address: string;
  readonly namespace: string;
}

/** The gRPC library would go through the proxy of `https_proxy`, to this machine as well; the worker's never does. */
export const directly = { channelArgs: { 'grpc.enable_http_proxy': 0 } };

/**
 * Connects a client to Temporal.
 *
 * @throws PollenBatchError `temporal-unreachable` naming address, cause and remedy; `config-invalid` for wrong settings
 */
export async function connectClient(settings: TemporalSettings = {}): Promise<TemporalClient> {
  const target = resolveTemporal(settings);
  const { options, address, namespace } = target;
  const answer = await knock({ address, tls: knockTls(target) });
  // Its library tries on until the time is over, also where a knock has met a refusal.
  const connectTimeout = answer.kind === 'open' ? '5 seconds' : '500 milliseconds';
  try {
    const connection = await Connection.connect({ ...options, ...directly, connectTimeout });
    return {
      client: new Client({ connection, namespace }),
      address,
      namespace,
      close: () => connection.close(),
    };
  } catch (error) {
    throw temporalUnreachable(explainTemporal(address, answer, error), error);
  }
}

/**
 * Reads address, namespace and access from the settings, the environment and temporal.toml.
 *
 * @throws PollenBatchError `config-invalid` naming what is wrong
 */
export function resolveTemporal(settings: TemporalSettings): TemporalTarget {
  // A local stack knows nothing of the profiles and keys that a person has for other servers.
  if (settings.address !== undefined) {
    const { address, namespace = 'default', apiKey } = settings;
    checkAddress(address);
    return { options: { address, ...(apiKey === undefined ? {} : { apiKey }) }, address, namespace };
  }
  const { options, namespace } = readTemporalSettings(temporalEnvironment());
  const address = options.address ?? '127.0.0.1:7233';
  checkAddress(address);
  return { options: { ...options, address }, address, namespace: namespace ?? 'default' };
}

/** TLS of a target, for a knock at its door; absent without TLS. */
export function knockTls({ options: { tls, apiKey } }: TemporalTarget): KnockTls | undefined {
  // An API key alone switches TLS on, so that it does not travel in the open.
  if (tls === true || (tls == null && apiKey !== undefined)) return {};
  if (tls == null || tls === false) return undefined;
  const { serverRootCACertificate: authority, serverNameOverride: serverName, clientCertPair: pair } = tls;
  return {
    ...(authority == null ? {} : { authority }),
    ...(serverName == null ? {} : { serverName }),
    ...(pair == null ? {} : { client: { certificate: pair.crt, key: pair.key } }),
  };
}

/** Finds out why a server could not be connected to. */
export async function whyUnreachable(target: TemporalTarget, error: unknown): Promise<PollenBatchError> {
  const { address } = target;
  const answer = await knock({ address, tls: knockTls(target) });
  return temporalUnreachable(explainTemporal(address, answer, error), error);
}
