import type { CacheMode } from './cache.ts';
import { type FaultRates, isFaultName } from './faults.ts';
import { isFields } from './fields.ts';
import type { Latency } from './latency.ts';
import type { Limits } from './limits.ts';
import { parseAmount } from './money.ts';

/** What can be changed while the emulator runs. */
export interface Settings {
  /** How long a generation takes; cached answers come at once. Default: no time. */
  readonly latency: Latency;
  /** How often each fault happens. Default: never. */
  readonly faults: FaultRates;
  /** Default: publishable keys earn 1 Pollen an hour; nothing else is limited. */
  readonly limits: Limits;
  /** Default `exact`. */
  readonly cacheMode: CacheMode;
  /** How late the fault `524` comes, in milliseconds. Default 2,000. */
  readonly gatewayTimeoutMs: number;
}

/** A change of settings: what is absent stays as it is. */
export interface SettingsChange extends Partial<Settings> {
  /** Sets what is in the wallet now, as decimal Pollen. */
  readonly wallet?: string;
  /** Makes a key, given itself or by name, unknown from now on. */
  readonly revokeKey?: string;
}

export const defaultSettings: Settings = {
  latency: { kind: 'fixed', ms: 0 },
  faults: {},
  limits: { publishablePerHour: '1' },
  cacheMode: 'exact',
  gatewayTimeoutMs: 2000,
};

type Check = (value: unknown) => string | undefined;

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const notNegative = (value: unknown): boolean => isNumber(value) && value >= 0;
const positive = (value: unknown): boolean => isNumber(value) && value > 0;

function isAmount(value: unknown): boolean {
  try {
    return typeof value === 'string' && typeof parseAmount(value) === 'bigint';
  } catch {
    return false;
  }
}

function latencyProblem(value: unknown): string | undefined {
  if (isFields(value) && value['kind'] === 'fixed' && notNegative(value['ms'])) return undefined;
  if (isFields(value) && value['kind'] === 'lognormal') {
    if (positive(value['medianMs']) && notNegative(value['sigma'])) return undefined;
  }
  return 'latency is {kind: "fixed", ms} or {kind: "lognormal", medianMs, sigma}, with numbers from 0';
}

function faultsProblem(value: unknown): string | undefined {
  if (!isFields(value)) return 'faults maps names of faults to rates';
  const unknown = Object.keys(value).find((name) => !isFaultName(name));
  if (unknown !== undefined) return `there is no fault named "${unknown}"`;
  if (!Object.values(value).every(notNegative)) return 'rates of faults are numbers from 0 to 1';
  const sum = Object.values(value)
    .filter(isNumber)
    .reduce((total, rate) => total + rate, 0);
  return sum > 1 + 1e-9 ? 'rates of faults add up to more than 1' : undefined;
}

function keyLimitProblem(key: unknown): string | undefined {
  if (key === undefined) return undefined;
  const fits =
    isFields(key) &&
    positive(key['rps']) &&
    isNumber(key['burst']) &&
    key['burst'] >= 1 &&
    [undefined, 429, 401].some((status) => status === key['status']) &&
    [undefined, true, false].some((flag) => flag === key['retryAfter']);
  return fits ? undefined : 'limits.key is {rps, burst, status?: 429 or 401, retryAfter?: boolean}';
}

function limitsProblem(value: unknown): string | undefined {
  if (!isFields(value)) return 'limits is an object';
  const { edge, publishablePerHour, inFlight } = value;
  if (edge !== undefined && !(isFields(edge) && positive(edge['requests']) && positive(edge['windowMs']))) {
    return 'limits.edge is {requests, windowMs}, with numbers above 0';
  }
  if (publishablePerHour !== undefined) {
    if (!isAmount(publishablePerHour) || Number(publishablePerHour) <= 0) {
      return 'limits.publishablePerHour is decimal text above 0';
    }
  }
  if (inFlight !== undefined && !positive(inFlight)) return 'limits.inFlight is a number above 0';
  return keyLimitProblem(value['key']);
}

const checks: Readonly<Record<string, Check>> = {
  latency: latencyProblem,
  faults: faultsProblem,
  limits: limitsProblem,
  cacheMode: (value) =>
    ['exact', 'paid-hit', 'none'].some((mode) => mode === value)
      ? undefined
      : 'cacheMode is exact, paid-hit or none',
  gatewayTimeoutMs: (value) => (notNegative(value) ? undefined : 'gatewayTimeoutMs is a number from 0'),
  wallet: (value) => (isAmount(value) ? undefined : 'wallet is decimal text with at most 8 decimals'),
  revokeKey: (value) => (typeof value === 'string' ? undefined : 'revokeKey is a key or the name of one'),
};

/**
 * Takes a change of settings from outside.
 * @throws RangeError that says what does not fit.
 */
export function checkSettings(value: unknown): SettingsChange {
  if (!isFields(value)) throw new RangeError('settings are an object');
  for (const [name, setting] of Object.entries(value)) {
    const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
    const problem = check === undefined ? `there is no setting named "${name}"` : check(setting);
    if (problem !== undefined) throw new RangeError(problem);
  }
  return value;
}
