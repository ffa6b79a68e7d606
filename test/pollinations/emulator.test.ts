import { describe, expect, it } from 'vitest';
import { emulatorKeys, type EmulatorOptions, startEmulator } from '../../src/emulator/index.ts';
import { parseAmount } from '../../src/pollen/amount.ts';
import { sumCharges } from '../../src/pollen/bill.ts';
import { maximumCharge, type PlannedUse, priceOfAnswer } from '../../src/pollen/charge.ts';
import { findPrice, type Rates } from '../../src/pollen/prices.ts';
import { type AttemptResult, type Charge, settleAttempts } from '../../src/pollen/settle.ts';
import { type ApiClient, createApiClient } from '../../src/pollinations/client.ts';
import { type Dialect, dialects, type WireRequest } from '../../src/pollinations/dialects/index.ts';
import { discoverApi } from '../../src/pollinations/discover.ts';
import { createSecret } from '../../src/pollinations/secret.ts';

const faults = {
  '500': 0.05,
  '502': 0.05,
  '429': 0.05,
  '524': 0.05,
  reset: 0.05,
  lost: 0.1,
  'cut-length': 0.05,
  'cut-close': 0.1,
  empty: 0.05,
};

interface Call {
  readonly kind: 'text' | 'image';
  readonly model: string;
  readonly request: WireRequest;
  readonly use: PlannedUse;
}

function callOf(dialect: Dialect, item: number): Call {
  if (item % 3 === 0) {
    const params = { width: 64, height: 64 };
    const request = dialect.imageRequest({ model: 'kontext', prompt: `lamp ${item}/?'`, params, seed: item });
    return { kind: 'image', model: 'kontext', request, use: { kind: 'image' } };
  }
  const messages = [{ role: 'user', content: `lamp ${item}` }] as const;
  const request = dialect.textRequest({
    model: 'openai',
    messages,
    params: { max_tokens: 2000 },
    seed: item,
  });
  const promptBytes = request.body?.length ?? 0;
  return { kind: 'text', model: 'openai', request, use: { kind: 'text', promptBytes, maxTokens: 2000 } };
}

/** Tries a call until it is answered, and books every attempt. */
async function chargesOf(client: ApiClient, dialect: Dialect, call: Call, rates: Rates) {
  const maximum = maximumCharge(call.use, rates, dialect.rounding);
  const attempts: AttemptResult[] = [];
  const { kind, request } = call;
  while (attempts.length < 50 && attempts.at(-1)?.kind !== 'answered') {
    const outcome = await client.attempt({ kind, request, requestId: 'a', deadlineMs: 10_000 });
    if (outcome.kind === 'answered') {
      const price = priceOfAnswer(kind, outcome.usage, rates, dialect.rounding);
      attempts.push({ kind: 'answered', price, cache: outcome.cache });
    } else {
      attempts.push(outcome.fault.lost ? { kind: 'lost', maximum } : { kind: 'refused' });
    }
  }
  return settleAttempts({ mode: dialect.cacheMode, sharedDigest: false, attempts });
}

/** Runs items against an emulator, and puts its meter beside our bill. */
async function runItems(options: EmulatorOptions, path: string, items: number) {
  const emulator = await startEmulator({ ...options, faults, gatewayTimeoutMs: 1 });
  try {
    const api = await discoverApi({ base: emulator.url + path, dialect: 'auto' });
    const dialect = dialects[api.dialect];
    const client = createApiClient({ base: api.base, key: createSecret(emulatorKeys.secret) });
    const charges: Charge[] = [];
    for (let item = 0; item < items; item += 1) {
      const call = callOf(dialect, item);
      const { rates } = findPrice(api.prices, call.kind, call.model) ?? { rates: {} };
      charges.push(...(await chargesOf(client, dialect, call, rates)));
    }
    return { api, bill: sumCharges(charges), metered: parseAmount(emulator.meter().charged) };
  } finally {
    await emulator.close();
  }
}

describe('a bill of calls of which many were lost', () => {
  it('is exactly what the emulator metered where hits are never billed', async () => {
    const { api, bill, metered } = await runItems({ era: 'v1', cacheMode: 'exact' }, '/api', 90);
    expect(api.dialect).toBe('enter-v1');
    expect(bill.unknown.count).toBe(0);
    expect(bill.settled).toBe(metered);
    expect(metered).toBeGreaterThan(0n);
  });

  it.each([
    ['enter', { era: 'seed', cacheMode: 'none' }, '/api'],
    ['gen', { cacheMode: 'paid-hit' }, ''],
  ] as const)('holds what was metered between its bounds in %s', async (dialect, options, path) => {
    const { api, bill, metered } = await runItems(options, path, 60);
    expect(api.dialect).toBe(dialect);
    expect(bill.unknown.count).toBeGreaterThan(0);
    expect(bill.settled).toBeLessThanOrEqual(metered);
    expect(bill.settled + (bill.unknown.atMost ?? 0n)).toBeGreaterThanOrEqual(metered);
  });
});

it("takes the emulator's rate-limit picture for no result", async () => {
  const emulator = await startEmulator({ faults: { placeholder: 1 } });
  try {
    const client = createApiClient({ base: emulator.url, key: createSecret(emulatorKeys.secret) });
    const request = dialects.gen.imageRequest({ model: 'flux', prompt: 'a lamp', params: {} });
    const outcome = await client.attempt({ kind: 'image', request, requestId: 'a', deadlineMs: 10_000 });
    expect(outcome).toMatchObject({ kind: 'fault', fault: { code: 'placeholder', lost: false } });
  } finally {
    await emulator.close();
  }
});
