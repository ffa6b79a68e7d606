import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

import { z } from 'zod';

import { PollenBatchError } from './errors.ts';
import { defaultLanes, type LaneSettings } from './lanes/lanes.ts';
import type { CacheMode } from './pollen/settle.ts';
import type { DialectName } from './pollinations/dialects/dialect.ts';
import { createSecret, type Secret } from './pollinations/secret.ts';

/** How the API is reached. */
export interface ApiSettings {
  /** Base URL; without one the API's own hosts are asked. */
  readonly base?: string;
  readonly dialect: DialectName | 'auto';
  readonly key?: Secret;
  /** Send no key, and plan only models that cost nothing. */
  readonly anonymous: boolean;
  /** What a cache hit says about the charge; by the dialect when not given. */
  readonly cacheMode?: CacheMode;
  /** File of prices that go over the API's own. */
  readonly priceFile?: string;
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
}

export interface Config {
  readonly api: ApiSettings;
  /** Absent when no bucket is configured: then a local stack's is used. */
  readonly store?: StoreSettings;
  /** Whether a Temporal server is configured, by environment or temporal.toml. */
  readonly temporalConfigured: boolean;
  readonly lanes: readonly LaneSettings[];
  /** Folder of the local stack's data. */
  readonly dataDir: string;
  /** Folder of fetched programs. */
  readonly cacheDir: string;
  /** Directories to search for programs. */
  readonly path: string;
  readonly temporalBinary?: string;
  readonly weedBinary?: string;
  readonly logLevel: string;
}

const laneSchema = z.strictObject({
  models: z.array(z.string()).min(1).optional(),
  rps: z.number().positive().optional(),
  concurrency: z.int().min(1).max(1_000).default(64),
});

const rateRule = 'must be a number of calls a second above 0, or none';
const concurrencyRule = 'must be a whole number from 1 to 1000';
const url = z.url({ protocol: /^https?$/, error: 'must be an http or https URL' });
const flag = z.stringbool({ error: 'must be true or false' });
const oneOf = <const Value extends string>(values: readonly Value[]) =>
  z.enum(values, { error: `must be one of ${values.join(', ')}` });

/** Every variable that the product reads; the README's table has the same. */
export const environmentSchema = z.object({
  POLLINATIONS_API_KEY: z.string().optional(),
  POLLINATIONS_API_KEY_FILE: z.string().optional(),
  POLLINATIONS_ANONYMOUS: flag.optional(),
  POLLINATIONS_BASE_URL: url.optional(),
  POLLINATIONS_DIALECT: oneOf(['auto', 'enter', 'enter-v1', 'gen']).optional(),
  POLLINATIONS_CACHE: oneOf(['exact', 'paid-hit', 'none']).optional(),
  POLLINATIONS_PRICES: z.string().optional(),
  S3_ENDPOINT: url.optional(),
  S3_BUCKET: z.string().optional(),
  S3_PREFIX: z.string().optional(),
  S3_REGION: z.string().optional(),
  S3_FORCE_PATH_STYLE: flag.optional(),
  S3_PUBLIC_ENDPOINT: url.optional(),
  TEMPORAL_ADDRESS: z.string().optional(),
  TEMPORAL_PROFILE: z.string().optional(),
  TEMPORAL_CONFIG_FILE: z.string().optional(),
  POLLEN_BATCH_LANES: z.string().optional(),
  POLLEN_BATCH_RPS: z
    .union([z.literal('none'), z.coerce.number().positive({ error: rateRule })], {
      error: rateRule,
    })
    .optional(),
  POLLEN_BATCH_CONCURRENCY: z.coerce
    .number({ error: concurrencyRule })
    .int({ error: concurrencyRule })
    .min(1, { error: concurrencyRule })
    .max(1_000, { error: concurrencyRule })
    .optional(),
  POLLEN_BATCH_DATA: z.string().optional(),
  POLLEN_BATCH_CACHE: z.string().optional(),
  POLLEN_BATCH_TEMPORAL: z.string().optional(),
  POLLEN_BATCH_WEED: z.string().optional(),
  POLLEN_BATCH_LOG_LEVEL: oneOf(['trace', 'debug', 'info', 'warn', 'error']).optional(),
  XDG_CACHE_HOME: z.string().optional(),
  PATH: z.string().optional(),
});

type Environment = z.infer<typeof environmentSchema>;

/** Reads `.env` of the working directory; what the environment has already goes over it. */
export function loadEnvironmentFile(): void {
  if (existsSync('.env')) process.loadEnvFile('.env');
}

/**
 * Reads the configuration from the environment. Empty variables count as absent.
 *
 * @throws PollenBatchError `config-invalid` naming every wrong variable
 */
export function readConfig(source: NodeJS.ProcessEnv = process.env): Config {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''));
  const parsed = environmentSchema.safeParse(given);
  if (!parsed.success) {
    throw new PollenBatchError('config-invalid', 'the environment has wrong settings', {
      details: parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`),
      remedy: 'Correct the variables named above; the README lists what each one takes.',
    });
  }
  const environment = parsed.data;
  const store = storeSettings(environment);
  return {
    api: apiSettings(environment),
    ...(store === undefined ? {} : { store }),
    temporalConfigured:
      environment.TEMPORAL_ADDRESS !== undefined ||
      environment.TEMPORAL_PROFILE !== undefined ||
      environment.TEMPORAL_CONFIG_FILE !== undefined,
    lanes: laneSettings(environment),
    dataDir: resolve(environment.POLLEN_BATCH_DATA ?? '.pollen-batch'),
    cacheDir: resolve(
      environment.POLLEN_BATCH_CACHE ??
        join(environment.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'pollen-batch'),
    ),
    path: environment.PATH ?? '',
    ...optional('temporalBinary', environment.POLLEN_BATCH_TEMPORAL),
    ...optional('weedBinary', environment.POLLEN_BATCH_WEED),
    logLevel: environment.POLLEN_BATCH_LOG_LEVEL ?? 'info',
  };
}

function apiSettings(environment: Environment): ApiSettings {
  const anonymous = environment.POLLINATIONS_ANONYMOUS ?? false;
  const key = anonymous ? undefined : readKey(environment);
  return {
    ...optional('base', environment.POLLINATIONS_BASE_URL?.replace(/\/+$/, '')),
    dialect: environment.POLLINATIONS_DIALECT ?? 'auto',
    ...optional('key', key === undefined ? undefined : createSecret(key)),
    anonymous,
    ...optional('cacheMode', environment.POLLINATIONS_CACHE),
    ...optional('priceFile', environment.POLLINATIONS_PRICES),
  };
}

function readKey(environment: Environment): string | undefined {
  const file = environment.POLLINATIONS_API_KEY_FILE;
  if (environment.POLLINATIONS_API_KEY !== undefined) return environment.POLLINATIONS_API_KEY.trim();
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new PollenBatchError('config-invalid', `the key file ${file} cannot be read`, {
      remedy: 'Point POLLINATIONS_API_KEY_FILE to a readable file that holds the key alone.',
      cause: error,
    });
  }
}

function storeSettings(environment: Environment): StoreSettings | undefined {
  if (environment.S3_BUCKET === undefined) return undefined;
  return {
    bucket: environment.S3_BUCKET,
    prefix: (environment.S3_PREFIX ?? 'runs').replace(/^\/+|\/+$/g, ''),
    ...optional('region', environment.S3_REGION),
    ...optional('endpoint', environment.S3_ENDPOINT),
    ...optional('forcePathStyle', environment.S3_FORCE_PATH_STYLE),
    ...optional('publicUrl', environment.S3_PUBLIC_ENDPOINT?.replace(/\/+$/, '')),
  };
}

function laneSettings(environment: Environment): readonly LaneSettings[] {
  if (environment.POLLEN_BATCH_LANES !== undefined) return parseLanes(environment.POLLEN_BATCH_LANES);
  return defaultLanes.map((lane) => {
    const rps = environment.POLLEN_BATCH_RPS ?? lane.rps;
    return {
      name: lane.name,
      ...optional('rps', rps === 'none' ? undefined : rps),
      concurrency: environment.POLLEN_BATCH_CONCURRENCY ?? lane.concurrency,
    };
  });
}

function parseLanes(text: string): readonly LaneSettings[] {
  const name = z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,31}$/, 'lane names are short, lower case, of letters, digits and hyphens');
  const schema = z
    .record(name, laneSchema)
    .refine((lanes) => Object.values(lanes).filter((lane) => lane.models === undefined).length === 1, {
      message: 'exactly one lane has no "models": it takes all other models',
    });
  let problem: string;
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    if (parsed.success) {
      return Object.entries(parsed.data).map(([lane, { models, rps, concurrency }]) => ({
        name: lane,
        concurrency,
        ...optional('models', models),
        ...optional('rps', rps),
      }));
    }
    problem = parsed.error.issues
      .map((issue) => {
        const cause = issue.code === 'invalid_key' ? issue.issues[0]?.message : undefined;
        return `${issue.path.join('.')}: ${cause ?? issue.message}`;
      })
      .join('; ');
  } catch {
    problem = 'it is not JSON';
  }
  throw new PollenBatchError('config-invalid', `POLLEN_BATCH_LANES is wrong: ${problem}`, {
    remedy:
      'Write it as {"all": {"rps": 4, "concurrency": 64}, "slow": {"models": ["kontext"], "rps": 0.5}}.',
  });
}

function optional<Key extends string, Value>(
  key: Key,
  value: Value | undefined,
): { readonly [Name in Key]?: Value } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [Name in Key]?: Value };
}
