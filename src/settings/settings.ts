import * as z from 'zod';

import { withScheme } from '../proxy/proxy.ts';
import { lanesSchema } from './lanes.ts';
import { listen, listenInFile } from './listen.ts';

/** One setting: how the text of its variable is read, and where it stands in the configuration file. */
interface Setting {
  readonly schema: z.ZodType;
  /** Its key in the file, as `group.name`; absent for secrets, and for what other tools read as well. */
  readonly key?: string;
  /** What the file may hold. @default the schema of the variable */
  readonly inFile?: z.ZodType;
  /** A path: in the file it counts from the file's folder. */
  readonly isPath?: true;
}

const rateRule = 'must be a number of calls a second above 0, or none';
const concurrencyRule = 'must be a whole number from 1 to 1000';
const proxyRule = 'must be the http or https URL of a proxy, as http://proxy.example:3128';
const proxyUserRule = 'must write a % in its user and password as %25';

const text = z.string();
const path = { schema: text, isPath: true } as const;
const flag = z.stringbool({ error: 'must be true or false' });
const url = z
  .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
  .refine((value) => !/^[^/]*\/\/[^/?#]*@/.test(value), 'must have no user and password in it')
  // It is shown as it was written.
  .refine((value) => !/[\p{Cc}\p{Cf}\s]/u.test(value), 'must have no spaces and control characters in it');
const proxy = z
  .string()
  .transform(withScheme)
  .refine((value) => URL.canParse(value) && /^https?:\/\/[^/]/.test(value), { error: proxyRule, abort: true })
  .refine((value) => hasPlainUser(new URL(value)), proxyUserRule);
const pollen = z
  .string()
  .regex(/^\d{1,12}(\.\d{1,8})?$/, 'must be an amount of Pollen, such as "2.5", with quotes in a file');
const hosts = z
  .string()
  .transform((value) => value.split(/[\s,]+/).filter((name) => name !== ''))
  .refine((names) => names.every(isHostPattern), 'must be names of hosts, as hooks.example, *.hooks.example')
  .transform((names) => names.map(asUrlsHaveIt));
const oneOf = <const Value extends string>(values: readonly Value[]) =>
  z.enum(values, { error: `must be one of ${values.join(', ')}` });

/** Every variable that the product reads, in the order of the README's table. */
export const settings = {
  POLLINATIONS_API_KEY: { schema: text },
  POLLINATIONS_API_KEY_FILE: { ...path, key: 'api.keyFile' },
  POLLINATIONS_ANONYMOUS: { schema: flag, key: 'api.anonymous', inFile: z.boolean() },
  POLLINATIONS_BASE_URL: { schema: url, key: 'api.base' },
  POLLINATIONS_DIALECT: { schema: oneOf(['auto', 'enter', 'enter-v1', 'gen']), key: 'api.dialect' },
  POLLINATIONS_CACHE: { schema: oneOf(['exact', 'paid-hit', 'none']), key: 'api.cache' },
  POLLINATIONS_PRICES: { ...path, key: 'api.prices' },
  S3_BUCKET: { schema: text, key: 'store.bucket' },
  S3_ENDPOINT: { schema: url, key: 'store.endpoint' },
  S3_PREFIX: { schema: text, key: 'store.prefix' },
  S3_REGION: { schema: text, key: 'store.region' },
  S3_FORCE_PATH_STYLE: { schema: flag, key: 'store.pathStyle', inFile: z.boolean() },
  S3_PUBLIC_ENDPOINT: { schema: url, key: 'store.publicEndpoint' },
  S3_DELETE_ACCESS_KEY_ID: { schema: text },
  S3_DELETE_SECRET_ACCESS_KEY: { schema: text },
  TEMPORAL_ADDRESS: { schema: text },
  TEMPORAL_PROFILE: { schema: text },
  TEMPORAL_CONFIG_FILE: { schema: text },
  TEMPORAL_UI_URL: { schema: url, key: 'temporal.uiUrl' },
  POLLEN_BATCH_RPS: {
    schema: z.union([z.literal('none'), z.coerce.number().positive({ error: rateRule })], {
      error: rateRule,
    }),
  },
  POLLEN_BATCH_CONCURRENCY: {
    schema: z.coerce
      .number({ error: concurrencyRule })
      .int({ error: concurrencyRule })
      .min(1, { error: concurrencyRule })
      .max(1_000, { error: concurrencyRule }),
  },
  POLLEN_BATCH_LANES: { schema: text, key: 'lanes', inFile: lanesSchema },
  POLLEN_BATCH_NOTIFY_SECRET: { schema: text },
  POLLEN_BATCH_NOTIFY_SECRET_FILE: { ...path, key: 'notify.secretFile' },
  POLLEN_BATCH_NOTIFY_HOSTS: { schema: hosts, key: 'notify.hosts' },
  POLLEN_BATCH_NOTIFY_PRIVATE: { schema: flag, key: 'notify.private', inFile: z.boolean() },
  POLLEN_BATCH_CONFIRM_ABOVE: { schema: pollen, key: 'plan.confirmAbove', inFile: pollen },
  POLLEN_BATCH_DATA: { ...path, key: 'folders.data' },
  POLLEN_BATCH_CACHE: { ...path, key: 'folders.cache' },
  POLLEN_BATCH_TEMPORAL: { ...path, key: 'programs.temporal' },
  POLLEN_BATCH_WEED: { ...path, key: 'programs.weed' },
  POLLEN_BATCH_LOG_LEVEL: { schema: oneOf(['trace', 'debug', 'info', 'warn', 'error']), key: 'logLevel' },
  POLLEN_BATCH_LOG_PROMPTS: { schema: flag, key: 'logPrompts', inFile: z.boolean() },
  POLLEN_BATCH_METRICS: { schema: listen, key: 'metrics.listen', inFile: listenInFile },
  POLLEN_BATCH_HEALTH_FILE: { schema: text },
  POLLEN_BATCH_CONFIG: { schema: text },
  HTTPS_PROXY: { schema: proxy },
  HTTP_PROXY: { schema: proxy },
  NO_PROXY: { schema: text },
  XDG_CACHE_HOME: { schema: text },
  PATH: { schema: text },
} as const satisfies Readonly<Record<string, Setting>>;

export type SettingName = keyof typeof settings;

/** The settings that were given, each as its schema reads it. */
export type SettingValues = {
  readonly [Name in SettingName]?: z.output<(typeof settings)[Name]['schema']>;
};

/** A setting that cannot be used. */
export interface SettingProblem {
  /** `TEMPORAL_*`: the settings that Temporal's own tools share, and the files they point to. */
  readonly name: SettingName | 'TEMPORAL_*' | 'file';
  /** Names the setting, and never what it holds. */
  readonly message: string;
  readonly remedy: string;
}

/** The settings as a list. */
export const settingList: readonly (Setting & { readonly name: SettingName })[] = Object.entries(
  settings,
).map(([name, setting]) => ({ name: name as SettingName, ...setting }));

function isHostPattern(name: string): boolean {
  return (
    /^(?:\*\.)?[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*$/u.test(name) &&
    URL.canParse(`https://${name.replace(/^\*\./, '')}`)
  );
}

// In small letters, and ASCII whatever the letters.
function asUrlsHaveIt(name: string): string {
  const { hostname } = new URL(`https://${name.replace(/^\*\./, '')}`);
  return name.startsWith('*.') ? `*.${hostname}` : hostname;
}

function hasPlainUser({ username, password }: URL): boolean {
  try {
    decodeURIComponent(`${username}:${password}`);
    return true;
  } catch {
    return false;
  }
}

/** Reads variables, each on its own: a wrong one counts as absent, and is named. Empty ones are absent. */
export function readSettings(source: Readonly<Record<string, string | undefined>>): {
  readonly values: SettingValues;
  readonly problems: readonly SettingProblem[];
} {
  const values: Record<string, unknown> = {};
  const problems: SettingProblem[] = [];
  for (const { name, schema } of settingList) {
    const given = givenAs(source, name);
    if (given === undefined) continue;
    const parsed = schema.safeParse(given);
    if (parsed.success) values[name] = parsed.data;
    else {
      problems.push({
        name,
        message: `${name}: ${parsed.error.issues[0]?.message ?? 'is wrong'}`,
        remedy: 'Correct it; the README lists what each setting takes.',
      });
    }
  }
  return { values, problems };
}

function givenAs(
  source: Readonly<Record<string, string | undefined>>,
  name: SettingName,
): string | undefined {
  // The small form of these is as old as they are, and most tools let it win.
  const small = name.endsWith('_PROXY') ? source[name.toLowerCase()] : undefined;
  return small || source[name] || undefined;
}
