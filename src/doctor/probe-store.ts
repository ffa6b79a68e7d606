import type { StoreSettings } from '../config.ts';
import { createSend } from '../pollinations/send.ts';
import { connectStore } from '../connect-store.ts';
import { probeKey, type RunLocation } from '../storage/keys.ts';
import { isListed, PROBE, PROBE_TYPE, refusesSecondPut } from '../storage/probe.ts';
import { StoreError } from '../storage/store-error.ts';
import type { ClockReading } from './clock-check.ts';
import { readClock } from './probe-api.ts';
import type { StepFacts, StoreFacts } from './store-checks.ts';

const STEPS_MS = 8_000;
const CLOCK_MS = 3_000;

/**
 * Tries at the store what a worker does, on the scratch object that workers try it on. It makes no bucket.
 */
export async function probeStore(
  settings: StoreSettings,
  location: Pick<RunLocation, 'prefix' | 'emulated'>,
): Promise<StoreFacts> {
  const store = connectStore(settings, 4);
  const key = probeKey(location);
  const signal = AbortSignal.timeout(STEPS_MS);
  const read = { signal };
  try {
    const put = await tried(signal, async () => {
      await store.put(key, PROBE, { contentType: PROBE_TYPE, signal });
      return true as const;
    });
    const asked = { kind: 'asked', server: store.server, bucket: store.bucket, put } as const;
    if ('error' in put) return asked;
    return {
      ...asked,
      get: await tried(signal, async () => (await store.get(key, read)) !== undefined),
      list: await tried(signal, () => isListed(store, key, read)),
      // Last, since a store that ignores the condition then holds other bytes than were put.
      conditional: await tried(signal, () => refusesSecondPut(store, key, read)),
    };
  } finally {
    store.close();
  }
}

/** Reads the clock of the store's server; it tells it to anybody. */
export async function probeStoreClock({
  endpoint,
  region = 'us-east-1',
  proxy,
}: StoreSettings): Promise<ClockReading | undefined> {
  const signal = AbortSignal.timeout(CLOCK_MS);
  try {
    const url = new URL(endpoint ?? `https://s3.${region}.amazonaws.com`);
    const answer = await createSend(proxy)(url, { method: 'HEAD', headers: {}, signal });
    return readClock(answer.headers.get('date'), 'the store');
  } catch {
    return undefined;
  }
}

async function tried<Seen>(signal: AbortSignal, step: () => Promise<Seen>): Promise<StepFacts<Seen>> {
  try {
    return { seen: await step() };
  } catch (error) {
    if (!signal.aborted) return { error };
    const cause = Object.assign(new Error(`no answer within ${STEPS_MS / 1_000} s`), {
      name: 'TimeoutError',
    });
    return { error: new StoreError('store-unavailable', cause.message, { cause }) };
  }
}
