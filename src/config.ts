import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

import { PollenBatchError } from './errors.ts';
import { defaultLanes, type LaneSettings } from './lanes/lanes.ts';
import type { CacheMode } from './pollen/settle.ts';
import type { DialectName } from './pollinations/dialects/dialect.ts';
import { createSecret, scrubPatterns, type Secret } from './pollinations/secret.ts';
import { createNoticeSecrets, type NoticeSecret } from './notices/secret.ts';
import type { NoticeSettings } from './notices/settings.ts';
import { proxySettings, type ProxySettings } from './proxy/proxy.ts';
import type { ConfigFile } from './settings/config-file.ts';
import { learnSecrets } from './settings/known-secrets.ts';
import { lanesExample, parseLanes } from './settings/lanes.ts';
import { secretValues } from './settings/secret-settings.ts';
import { readSettings, type SettingProblem, type SettingValues } from './settings/settings.ts';
import type { TemporalSettings } from './temporal/settings.ts';

/** How the API is reached. */
export interface ApiSettings {
  /** Base URL; without one the API's own hosts are asked. */
  readonly base?: string;
  readonly dialect: DialectName | 'auto';
  readonly key?: Secret;
  /** File that the key came from. */
  readonly keyFile?: string;
  /** Send no key, and plan only models that cost nothing. */
  readonly anonymous: boolean;
  /** What a cache hit says about the charge; by the dialect when not given. */
  readonly cacheMode?: CacheMode;
  /** File of prices that go over the API's own. */
  readonly priceFile?: string;
  /** Proxies on the way. @default none */
  readonly proxy?: ProxySettings;
}

export interface StoreSettings {
  readonly bucket: string;
  /** Folder in the bucket, without slashes at its ends. */
  readonly prefix: string;
  /** @default the AWS chain's */
  readonly region?: string;
  readonly endpoint?: string;
  readonly forcePathStyle?: boolean;
  /** URL below which a browser finds the bucket's objects, without a slash at its end. */
  readonly publicUrl?: string;
  /** Without them the AWS chain decides: environment, profile, instance role. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Who deletes, where that is another identity. @default who reads and writes */
  readonly eraser?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Proxies on the way. @default none */
  readonly proxy?: ProxySettings;
}

export interface Config {
  readonly api: ApiSettings;
  /** Absent when no bucket is configured: then a local stack's is used. */
  readonly store?: StoreSettings;
  /** Whether a program or the environment names a Temporal server; temporal.toml alone does not make it true. */
  readonly temporalConfigured: boolean;
  /** Given by a program; goes over environment and temporal.toml. */
  readonly temporal?: TemporalSettings;
  /** Where browsers find the UI of that server, without a slash at its end. */
  readonly uiUrl?: string;
  readonly lanes: readonly LaneSettings[];
  /** Folder of the local stack's data. */
  readonly dataDir: string;
  /** Folder of fetched programs. */
  readonly cacheDir: string;
  /** Directories to search for programs. */
  readonly path: string;
  readonly temporalBinary?: string;
  readonly weedBinary?: string;
  /** What may be told to others of runs. */
  readonly notices: NoticeSettings;
  /** Decimal Pollen; what may cost more is only started when it is confirmed. @default no limit */
  readonly confirmAbove?: string;
  readonly logLevel: string;
  /** Whether the worker's log has requests in it, prompts and all. */
  readonly logPrompts: boolean;
  /** Where a worker serves its metrics: an IP address and a port. @default nowhere */
  readonly metrics?: string;
  /** File that a worker touches while it polls. */
  readonly healthFile?: string;
  /** The configuration file, where there is one. */
  readonly file?: string;
}

const DEFAULT_FILE = 'pollen-batch.yaml';

type Source = Readonly<Record<string, string | undefined>>;

/** Reads `.env` of the working directory; what the environment has already goes over it. */
export function loadEnvironmentFile(): void {
  if (existsSync('.env')) process.loadEnvFile('.env');
}

/** Reads the configuration file that the environment names, or `pollen-batch.yaml` of the working directory. */
export async function loadConfigFile(source: Source = process.env): Promise<ConfigFile | undefined> {
  const named = source['POLLEN_BATCH_CONFIG'];
  const path = named || (existsSync(DEFAULT_FILE) ? DEFAULT_FILE : undefined);
  if (path === undefined) return undefined;
  // It loads a reader of YAML, which whoever has no file need not wait for.
  const { readConfigFile } = await import('./settings/config-file.ts');
  return readConfigFile(path);
}

/** What Temporal's own reader of settings is given: as everywhere, empty variables are none. */
export function temporalEnvironment(source: Source = process.env): Readonly<Record<string, string>> {
  const given = Object.entries(source).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(
    given.filter(([name, value]) => value !== '' || name.startsWith('TEMPORAL_GRPC_META_')),
  );
}

/**
 * Reads the configuration: the environment goes over the file. Empty variables, and an empty key file, count as absent.
 *
 * @throws PollenBatchError `config-invalid` naming every wrong setting
 */
export function readConfig(source: Source = process.env, file?: ConfigFile): Config {
  const { config, problems } = examineConfig(source, file);
  const [first, ...more] = problems;
  if (first === undefined) return config;
  if (more.length === 0)
    throw new PollenBatchError('config-invalid', first.message, { remedy: first.remedy });
  throw new PollenBatchError('config-invalid', `${problems.length} settings are wrong`, {
    details: problems.map(({ message }) => message),
    remedy: 'Correct them; the README lists what each setting takes.',
  });
}

/** Reads the configuration as {@link readConfig} does, with wrong settings left out and listed. */
export function examineConfig(
  source: Source,
  file?: ConfigFile,
): { readonly config: Config; readonly problems: readonly SettingProblem[] } {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''));
  learnSecrets(secretValues(given));
  const { values, problems } = readSettings({ ...file?.values, ...given });
  const key = readKey(values);
  const secrets = readNoticeSecrets(values);
  const lanes = laneSettings(values, given['POLLEN_BATCH_LANES'] !== undefined);
  const config: Config = {
    api: apiSettings(values, 'key' in key ? key.key : undefined),
    ...optional('store', storeSettings(values)),
    temporalConfigured:
      values.TEMPORAL_ADDRESS !== undefined ||
      values.TEMPORAL_PROFILE !== undefined ||
      values.TEMPORAL_CONFIG_FILE !== undefined,
    ...optional('uiUrl', values.TEMPORAL_UI_URL?.replace(/\/+$/, '')),
    lanes: 'lanes' in lanes ? lanes.lanes : defaultLanes,
    dataDir: resolve(values.POLLEN_BATCH_DATA ?? '.pollen-batch'),
    cacheDir: resolve(
      values.POLLEN_BATCH_CACHE ?? join(values.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'pollen-batch'),
    ),
    path: values.PATH ?? '',
    ...optional('temporalBinary', values.POLLEN_BATCH_TEMPORAL),
    ...optional('weedBinary', values.POLLEN_BATCH_WEED),
    notices: {
      secrets: 'secrets' in secrets ? secrets.secrets : [],
      hosts: values.POLLEN_BATCH_NOTIFY_HOSTS ?? [],
      allowPrivate: values.POLLEN_BATCH_NOTIFY_PRIVATE ?? false,
    },
    ...optional('confirmAbove', values.POLLEN_BATCH_CONFIRM_ABOVE),
    logLevel: values.POLLEN_BATCH_LOG_LEVEL ?? 'info',
    logPrompts: values.POLLEN_BATCH_LOG_PROMPTS ?? false,
    ...optional('metrics', values.POLLEN_BATCH_METRICS),
    ...optional('healthFile', values.POLLEN_BATCH_HEALTH_FILE),
    ...optional('file', file?.path),
  };
  const found = [key, secrets, lanes, readEraser(values)].flatMap((part) =>
    'problem' in part && part.problem !== undefined ? [part.problem] : [],
  );
  return { config, problems: [...(file?.problems ?? []), ...problems, ...found] };
}

function apiSettings(values: SettingValues, key: Secret | undefined): ApiSettings {
  const fromFile = key !== undefined && values.POLLINATIONS_API_KEY === undefined;
  return {
    ...optional('base', values.POLLINATIONS_BASE_URL?.replace(/\/+$/, '')),
    dialect: values.POLLINATIONS_DIALECT ?? 'auto',
    ...optional('key', key),
    ...optional('keyFile', fromFile ? values.POLLINATIONS_API_KEY_FILE : undefined),
    anonymous: values.POLLINATIONS_ANONYMOUS ?? false,
    ...optional('cacheMode', values.POLLINATIONS_CACHE),
    ...optional('priceFile', values.POLLINATIONS_PRICES),
    ...optional('proxy', proxy(values)),
  };
}

function readKey(values: SettingValues): { readonly key?: Secret } | { readonly problem: SettingProblem } {
  const file = values.POLLINATIONS_API_KEY_FILE;
  if (values.POLLINATIONS_ANONYMOUS === true) return {};
  const direct = values.POLLINATIONS_API_KEY;
  if (direct === undefined && file === undefined) return {};
  try {
    const text = (direct ?? readSecret(file ?? '')).trim();
    // A deployment has an empty file before it gets a key.
    return text === '' && direct === undefined ? {} : { key: createSecret(text) };
  } catch (error) {
    const name = direct === undefined ? 'POLLINATIONS_API_KEY_FILE' : 'POLLINATIONS_API_KEY';
    if (error instanceof PollenBatchError) {
      return { problem: { name, message: error.message, remedy: error.remedy ?? '' } };
    }
    return {
      problem: {
        name,
        // Somebody may have set the key itself where its file is meant.
        message: `the key file ${scrubPatterns(file ?? '')} cannot be read`,
        remedy: 'Point POLLINATIONS_API_KEY_FILE to a readable file that holds the key alone.',
      },
    };
  }
}

function readSecret(file: string): string {
  const text = readFileSync(file, 'utf8');
  learnSecrets([text]);
  return text;
}

function readNoticeSecrets(
  values: SettingValues,
): { readonly secrets: readonly NoticeSecret[] } | { readonly problem: SettingProblem } {
  const direct = values.POLLEN_BATCH_NOTIFY_SECRET;
  const file = values.POLLEN_BATCH_NOTIFY_SECRET_FILE;
  if (direct === undefined && file === undefined) return { secrets: [] };
  const name = direct === undefined ? 'POLLEN_BATCH_NOTIFY_SECRET_FILE' : 'POLLEN_BATCH_NOTIFY_SECRET';
  try {
    return { secrets: createNoticeSecrets(direct ?? readSecret(file ?? '')) };
  } catch (error) {
    const isOurs = error instanceof PollenBatchError;
    const message = isOurs ? error.message : 'the file of the secrets of notices cannot be read';
    const remedy = isOurs ? error.remedy : 'Point it to a readable file that holds the secret alone.';
    return { problem: { name, message: `${name}: ${message}`, remedy: remedy ?? '' } };
  }
}

function storeSettings(values: SettingValues): StoreSettings | undefined {
  if (values.S3_BUCKET === undefined) return undefined;
  return {
    bucket: values.S3_BUCKET,
    prefix: (values.S3_PREFIX ?? 'runs').replace(/^\/+|\/+$/g, ''),
    ...optional('region', values.S3_REGION),
    ...optional('endpoint', values.S3_ENDPOINT),
    ...optional('forcePathStyle', values.S3_FORCE_PATH_STYLE),
    ...optional('publicUrl', values.S3_PUBLIC_ENDPOINT?.replace(/\/+$/, '')),
    ...optional('eraser', readEraser(values).eraser),
    ...optional('proxy', proxy(values)),
  };
}

// Half of it would let the other identity delete, without anybody knowing.
function readEraser(values: SettingValues): {
  readonly eraser?: NonNullable<StoreSettings['eraser']>;
  readonly problem?: SettingProblem;
} {
  const { S3_DELETE_ACCESS_KEY_ID: accessKeyId, S3_DELETE_SECRET_ACCESS_KEY: secretAccessKey } = values;
  if (accessKeyId !== undefined && secretAccessKey !== undefined)
    return { eraser: { accessKeyId, secretAccessKey } };
  if (accessKeyId === undefined && secretAccessKey === undefined) return {};
  const name = accessKeyId === undefined ? 'S3_DELETE_ACCESS_KEY_ID' : 'S3_DELETE_SECRET_ACCESS_KEY';
  return {
    problem: {
      name,
      message: `${name}: is missing beside the other half of the identity that deletes`,
      remedy: 'Set both, or neither.',
    },
  };
}

function proxy({ HTTPS_PROXY: https, HTTP_PROXY: http, NO_PROXY: except }: SettingValues) {
  return proxySettings({ https, http, except });
}

/** Rate and concurrency of the environment go over the file's lane for all models, and give way to lanes beside them. */
function laneSettings(
  values: SettingValues,
  isFromEnvironment: boolean,
): { readonly lanes: readonly LaneSettings[] } | { readonly problem: SettingProblem } {
  const text = values.POLLEN_BATCH_LANES;
  const written = text === undefined ? { lanes: defaultLanes } : parseLanes(text);
  if ('problem' in written) {
    const message = `POLLEN_BATCH_LANES is wrong: ${written.problem}`;
    return {
      problem: { name: 'POLLEN_BATCH_LANES', message, remedy: `Write it as ${lanesExample}.` },
    };
  }
  if (isFromEnvironment) return written;
  return {
    lanes: written.lanes.map((lane) => {
      if (lane.models !== undefined) return lane;
      const rps = values.POLLEN_BATCH_RPS ?? lane.rps;
      return {
        name: lane.name,
        ...optional('rps', rps === 'none' ? undefined : rps),
        concurrency: values.POLLEN_BATCH_CONCURRENCY ?? lane.concurrency,
        ...optional('adaptive', lane.adaptive),
      };
    }),
  };
}

function optional<Key extends string, Value>(
  key: Key,
  value: Value | undefined,
): { readonly [Name in Key]?: Value } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [Name in Key]?: Value };
}
