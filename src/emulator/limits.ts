import { type Answer, envelope, json, unauthorized } from './answers.ts';
import type { Caller } from './keys.ts';

/** A token bucket for each key (each address where there is no key). */
interface KeyLimit {
  /** Calls a second that it refills by. */
  readonly rps: number;
  /** Calls that it holds. */
  readonly burst: number;
  /** `401` answers like a bad key, as the oldest era did, and never with Retry-After. Default 429. */
  readonly status?: 429 | 401;
  /** Send Retry-After with the 429. Default true. */
  readonly retryAfter?: boolean;
}

/** The limits in force; each is off when absent. */
export interface Limits {
  readonly key?: KeyLimit;
  /** Requests of any sort per address and window; answers 429 without Retry-After. */
  readonly edge?: { readonly requests: number; readonly windowMs: number };
  /** A publishable key earns this much Pollen an hour, and waits for what its last call cost. */
  readonly publishablePerHour?: string;
  /** Generations of one key that may run at once; answers 429 with Retry-After: 1. */
  readonly inFlight?: number;
}

interface Bucket {
  tokens: number;
  filledAt: number;
}

interface Window {
  startedAt: number;
  count: number;
}

const hourMs = 3_600_000;

/** The state of every limiter. Each check returns the refusal, or nothing when the request may go on. */
export interface Limiters {
  edge(address: string, limits: Limits): Answer | undefined;
  key(caller: Caller, address: string, limits: Limits): Answer | undefined;
  /** To be called after a publishable key's call was charged; amounts in units of 1e-8 Pollen. */
  spent(caller: Caller, address: string, amount: bigint, perHour: bigint | undefined): void;
}

const ownerOf = (caller: Caller, address: string): string =>
  'key' in caller ? caller.key.name : `address ${address}`;

/** Limiters over a clock in milliseconds. */
export function createLimiters(now: () => number): Limiters {
  const buckets = new Map<string, Bucket>();
  const windows = new Map<string, Window>();
  const publishableUntil = new Map<string, number>();

  const missingTokensMs = (owner: string, { rps, burst }: KeyLimit): number => {
    const time = now();
    const bucket = buckets.get(owner) ?? { tokens: burst, filledAt: time };
    buckets.set(owner, bucket);
    bucket.tokens = Math.min(burst, bucket.tokens + ((time - bucket.filledAt) / 1000) * rps);
    bucket.filledAt = time;
    if (bucket.tokens < 1) return ((1 - bucket.tokens) / rps) * 1000;
    bucket.tokens -= 1;
    return 0;
  };

  const publishable = (caller: Caller, address: string): Answer | undefined => {
    if (caller.kind !== 'publishable') return undefined;
    const waitMs = (publishableUntil.get(`${caller.key.name} ${address}`) ?? 0) - now();
    if (waitMs <= 0) return undefined;
    const retryAfterSeconds = waitMs / 1000;
    return json(
      429,
      {
        error: 'Rate limit exceeded',
        message: `Publishable keys refill by the hour. Retry in ${retryAfterSeconds.toFixed(1)} seconds.`,
        retryAfterSeconds,
      },
      { 'retry-after': String(Math.ceil(retryAfterSeconds)) },
    );
  };

  return {
    edge(address, { edge }) {
      if (edge === undefined) return undefined;
      const time = now();
      let window = windows.get(address);
      if (window === undefined || time - window.startedAt >= edge.windowMs) {
        window = { startedAt: time, count: 0 };
        windows.set(address, window);
      }
      window.count += 1;
      return window.count > edge.requests
        ? envelope(429, 'Rate limit exceeded for this address.')
        : undefined;
    },
    key(caller, address, limits) {
      const refusal = limits.publishablePerHour === undefined ? undefined : publishable(caller, address);
      if (refusal !== undefined || limits.key === undefined) return refusal;
      const waitMs = missingTokensMs(ownerOf(caller, address), limits.key);
      if (waitMs === 0) return undefined;
      if (limits.key.status === 401) return unauthorized();
      const headers: Record<string, string> =
        limits.key.retryAfter === false ? {} : { 'retry-after': String(Math.ceil(waitMs / 1000)) };
      return envelope(429, 'Too many requests for this API key.', { headers });
    },
    spent(caller, address, amount, perHour) {
      if (caller.kind !== 'publishable' || perHour === undefined || amount <= 0n) return;
      const waitMs = (Number(amount) / Number(perHour)) * hourMs;
      publishableUntil.set(`${caller.key.name} ${address}`, now() + waitMs);
    },
  };
}

/** The refusal of a call that would be one too many at once. */
export function tooManyInFlight(): Answer {
  const message = 'Another generation of this account is still running.';
  return json(429, { error: 'concurrency_limit_exceeded', message }, { 'retry-after': '1' });
}
