import { existsSync } from 'node:fs';
import { createSecureContext } from 'node:tls';

import {
  loadClientConfigProfile,
  toClientOptions,
  type ClientConfigProfile,
  type ClientConnectConfig,
} from '@temporalio/envconfig';

import { PollenBatchError } from '../errors.ts';
import { learnSecrets } from '../settings/known-secrets.ts';

/** Where Temporal is. */
export interface TemporalSettings {
  /** Host and port. @default what the environment and temporal.toml say, with namespace and access */
  readonly address?: string;
  /** Beside an address. @default `default` */
  readonly namespace?: string;
  /** Beside an address; with one the connection is encrypted. */
  readonly apiKey?: string;
}

type Environment = Readonly<Record<string, string>>;
type Options = ClientConnectConfig['connectionOptions'];
type Tls = NonNullable<ClientConfigProfile['tls']>;

const certificateSettings = [
  ['serverCACert', 'TEMPORAL_TLS_SERVER_CA_CERT_PATH (server_ca_cert_path)'],
  ['clientCert', 'TEMPORAL_TLS_CLIENT_CERT_PATH (client_cert_path)'],
  ['clientKey', 'TEMPORAL_TLS_CLIENT_KEY_PATH (client_key_path)'],
] as const satisfies readonly (readonly [keyof Tls, string])[];

/**
 * Reads address, namespace and access from the environment and the profile of temporal.toml, as all Temporal tools do.
 *
 * @throws PollenBatchError `config-invalid` naming the profile, file or variable that is wrong
 */
export function readTemporalSettings(environment: Environment): {
  readonly options: Options;
  readonly namespace: string | undefined;
} {
  checkEnvironment(environment);
  const profile = readProfile(environment);
  checkCertificates(profile.tls ?? {});
  const { connectionOptions, namespace } = toClientOptions(profile);
  learnSecrets(secretsOf(connectionOptions));
  return { options: connectionOptions, namespace };
}

/** Those of temporal.toml too, and of the files that it names. */
function secretsOf({ apiKey, metadata = {}, tls }: Options): readonly (string | undefined)[] {
  const key = typeof tls === 'object' ? tls?.clientCertPair?.key : undefined;
  const headers = Object.values(metadata).map(String);
  return [typeof apiKey === 'string' ? apiKey : undefined, ...headers, key?.toString()];
}

/**
 * Whether environment and temporal.toml name an address. A file that cannot be used counts as one that does, so that
 * whoever connects is told of it.
 */
export function namesTemporal(environment: Environment): boolean {
  try {
    return readProfile(environment).address !== undefined;
  } catch {
    return true;
  }
}

/** The namespace that a client will ask for; `undefined` where temporal.toml cannot be used, as whoever connects is told. */
export function namespaceOf(settings: TemporalSettings, environment: Environment): string | undefined {
  const { address, namespace = 'default' } = settings;
  if (address !== undefined) return namespace;
  try {
    return readProfile(environment).namespace ?? 'default';
  } catch {
    return undefined;
  }
}

/**
 * Checks an address of Temporal.
 *
 * @throws PollenBatchError `config-invalid` when it is not a host, with a port or without
 */
export function checkAddress(address: string): void {
  const isHost = /^(?:\[[\da-f:.]+\]|[^\s:/?#@[\]]+)(?::\d+)?$/i.test(address);
  if (isHost && URL.canParse(`tcp://${address}`)) return;
  throw wrong(
    'the address of Temporal is not host:port',
    'Set TEMPORAL_ADDRESS (address in temporal.toml) to one as temporal.example:7233 or [::1]:7233, without a scheme.',
  );
}

function checkEnvironment(environment: Environment): void {
  const file = environment['TEMPORAL_CONFIG_FILE'];
  // The library takes a missing file for an empty one.
  if (file !== undefined && !existsSync(file)) {
    throw wrong(`the file ${file} (TEMPORAL_CONFIG_FILE) is not there`, 'Correct its path, or unset it.');
  }
  const tls = environment['TEMPORAL_TLS'];
  // The library takes every other word for no, and would go unencrypted.
  if (tls !== undefined && !['1', 'true', '0', 'false'].includes(tls)) {
    throw wrong('TEMPORAL_TLS is neither true nor false', 'Set it to true or false.');
  }
}

function readProfile(environment: Environment): ClientConfigProfile {
  try {
    return loadClientConfigProfile({ overrideEnvVars: { ...environment } });
  } catch (error) {
    const name = environment['TEMPORAL_PROFILE'];
    const file = environment['TEMPORAL_CONFIG_FILE'] ?? 'temporal.toml';
    // A parser's message shows the lines around, and may show a key.
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    if (/^Profile .* not found/.test(reason)) {
      throw wrong(
        `there is no profile ${name} in ${file}`,
        'Set TEMPORAL_PROFILE to one of its profiles ([profile.NAME]), or unset it.',
      );
    }
    throw wrong(`${file} cannot be used: ${reason}${placeOf(error)}`, 'Correct the file.');
  }
}

function checkCertificates(tls: Tls): void {
  const { clientCert, clientKey } = tls;
  if ((clientCert === undefined) !== (clientKey === undefined)) {
    const [given, missing] = clientCert === undefined ? ['key', 'certificate'] : ['certificate', 'key'];
    throw wrong(
      `a TLS client ${given} is set for Temporal, and no ${missing}`,
      'Set both TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH, or neither.',
    );
  }
  try {
    const { connectionOptions } = toClientOptions({ tls });
    if (typeof connectionOptions.tls !== 'object' || connectionOptions.tls === null) return;
    const { serverRootCACertificate: ca, clientCertPair: pair } = connectionOptions.tls;
    createSecureContext({
      ...(ca == null ? {} : { ca: Buffer.from(ca) }),
      ...(pair == null ? {} : { cert: Buffer.from(pair.crt), key: Buffer.from(pair.key) }),
    });
  } catch (error) {
    const { path, message } = error as NodeJS.ErrnoException;
    const named = certificateSettings.find(([name]) => path !== undefined && pathOf(tls[name]) === path);
    if (named !== undefined) {
      throw wrong(`the file ${path} of ${named[1]} cannot be read`, 'Correct the path, or its rights.');
    }
    throw wrong(
      `the TLS certificates for Temporal cannot be used: ${message}`,
      `Check ${certificateSettings.map(([, name]) => name).join(', ')}: PEM files, and the key that of the certificate.`,
    );
  }
}

function pathOf(source: Tls['clientCert']): string | undefined {
  return source !== undefined && 'path' in source ? source.path : undefined;
}

function placeOf(error: unknown): string {
  const line = (error as { readonly line?: unknown } | null)?.line;
  return typeof line === 'number' ? ` (line ${line})` : '';
}

function wrong(message: string, remedy: string): PollenBatchError {
  return new PollenBatchError('config-invalid', message, { remedy });
}
