import { createHash } from 'node:crypto';

/** `exact` marks unpaid answers HIT; `paid-hit` marks the paid one HIT too; `none` caches and joins nothing. */
export type CacheMode = 'exact' | 'paid-hit' | 'none';

// Equal requests become equal text: the keys of every object are sorted.
function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}

/** sha256 as hex. */
export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

// The key and these two switches are no part of what is asked for.
const ignoredParameters = new Set(['key', 'no-cache', 'nofeed']);

function canonicalBody(body: string): string {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return body;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return canonicalJson(value);
  const members = Object.entries(value).filter(([key]) => !ignoredParameters.has(key));
  return canonicalJson(Object.fromEntries(members));
}

/** The identity of a request: requests of one digest are the same request to the cache. */
export function digestOf(method: string, path: string, query: URLSearchParams, body: string): string {
  const pairs = [...query]
    .filter(([name]) => !ignoredParameters.has(name))
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .sort();
  const target = pairs.length === 0 ? path : `${path}?${pairs.join('&')}`;
  return sha256(`${method}\n${target}\n${body === '' ? '' : canonicalBody(body)}`);
}

/** Which requests were generated, and which are being generated now. */
export interface Cache<T> {
  /** When the answer was cached, in epoch milliseconds; nothing when it was not. */
  cachedAt(digest: string): number | undefined;
  add(digest: string, time: number): void;
  running(digest: string): Promise<T> | undefined;
  /** Lets others join a generation until it ends, well or badly. */
  run(digest: string, generation: () => Promise<T>): Promise<T>;
}

/** An empty cache. It keeps digests alone: answers are made anew from the request, always the same bytes. */
export function createCache<T>(): Cache<T> {
  const cached = new Map<string, number>();
  const inFlight = new Map<string, Promise<T>>();
  return {
    cachedAt: (digest) => cached.get(digest),
    add(digest, time) {
      cached.set(digest, time);
    },
    running: (digest) => inFlight.get(digest),
    async run(digest, generation) {
      const promise = generation();
      inFlight.set(digest, promise);
      try {
        return await promise;
      } finally {
        inFlight.delete(digest);
      }
    },
  };
}
