import { describe, expect, test } from 'vitest';

import { chargeFor } from '../../src/emulator/usage.ts';
import { emulatorKeys } from '../../src/emulator/index.ts';
import { chat, completionOf, envelopeOf, get, seedChat, start, until, untilInFlight } from './support.ts';

describe('the price of a call', () => {
  const usage = { promptTextTokens: 258, completionTextTokens: 185, completionReasoningTokens: 1280 };

  test('is 0.0009177 for the usage whose charge was seen to be 0.0009177 in the v1 era', () => {
    const rates = { promptTextTokens: '0.00000015', completionTextTokens: '0.0000006' };
    expect(chargeFor(usage, rates, 'each')).toBe(91_770n);
  });

  test('is 0.0029945 at the prices of the seed era', () => {
    const rates = { promptTextTokens: '0.00000025', completionTextTokens: '0.000002' };
    expect(chargeFor(usage, rates, 'each')).toBe(299_450n);
  });

  test('rounds every term up from a half in the older eras, and the sum alone in gen', () => {
    const rates = { promptTextTokens: '0.000000005', completionTextTokens: '0.000000005' };
    const halves = { promptTextTokens: 1, completionTextTokens: 1 };
    expect(chargeFor(halves, rates, 'each')).toBe(2n);
    expect(chargeFor(halves, rates, 'once')).toBe(1n);
    expect(chargeFor({ promptTextTokens: 1 }, rates, 'once')).toBe(1n);
  });
});

describe('the meter', () => {
  test('charges what the usage headers say at the prices of the list', async () => {
    const emulator = await start();
    const response = await chat(emulator, 'Price me');
    const units = (name: string): number => Number(response.headers.get(`x-usage-${name}`) ?? 0);
    const expected =
      units('prompt-text-tokens') * 15 +
      (units('completion-text-tokens') + units('completion-reasoning-tokens')) * 60;
    expect(units('completion-reasoning-tokens')).toBeGreaterThan(0);
    expect(Number(emulator.meter().charged) * 1e8).toBeCloseTo(expected, 6);
    expect(emulator.meter()).toMatchObject({ generations: 1, requests: 1 });
  });

  test('charges an image its flat rate and takes it from the wallet', async () => {
    const emulator = await start({ wallet: '1' });
    await get(emulator, '/image/a%20lamp?model=flux&width=16&height=16');
    expect(emulator.meter()).toEqual({
      charged: '0.002',
      generations: 1,
      requests: 1,
      byModel: { flux: { generations: 1, charged: '0.002' } },
      wallet: '0.998',
    });
  });

  test('charges nothing for the free models of the seed era', async () => {
    const emulator = await start();
    await get(emulator, '/api/generate/image/a%20lamp?width=16&height=16', { key: null });
    expect(emulator.meter()).toMatchObject({ charged: '0', generations: 1 });
  });

  test('charges the prices of the v1 era below /api when that era is asked for', async () => {
    const emulator = await start({ era: 'v1' });
    await get(emulator, '/api/generate/image/a%20lamp?model=flux&width=16&height=16');
    expect(emulator.meter().charged).toBe('0.0002');
  });

  test('charges a call whose client went away before the answer, and gives the result to who asks again', async () => {
    const emulator = await start({ latency: { kind: 'fixed', ms: 500 } });
    const leaving = new AbortController();
    const gone = chat(emulator, 'Do not wait', { signal: leaving.signal });
    await untilInFlight(emulator, 1);
    leaving.abort();
    await expect(gone).rejects.toThrow(/aborted/);
    expect(emulator.meter().generations).toBe(0);
    await until(() => emulator.meter().generations === 1);
    const again = await chat(emulator, 'Do not wait');
    expect(again.headers.get('x-cache')).toBe('HIT');
    expect(emulator.meter().generations).toBe(1);
  });

  test('serves the balance as a number and the billed calls as rows', async () => {
    const emulator = await start({ wallet: '2' });
    await get(emulator, '/image/one?model=flux&width=16&height=16');
    await get(emulator, '/image/one?model=flux&width=16&height=16');
    const balance = await get(emulator, '/account/balance');
    expect(await balance.json()).toEqual({ balance: 1.998 });
    const usage = (await (await get(emulator, '/api/account/usage?limit=5')).json()) as { usage: unknown[] };
    expect(usage.usage).toHaveLength(1);
    expect(usage.usage[0]).toMatchObject({ type: 'generate.image', model: 'flux', cost_usd: 0.002 });
  });
});

describe('money that runs out', () => {
  const image = '/image/x?model=kontext&width=16&height=16';

  test('refuses a gen call whose price is above the wallet with 402 INSUFFICIENT_BALANCE', async () => {
    const emulator = await start({ wallet: '0.03' });
    const response = await get(emulator, image);
    expect(response.status).toBe(402);
    expect((await envelopeOf(response)).error.code).toBe('INSUFFICIENT_BALANCE');
    expect(emulator.meter().charged).toBe('0');
  });

  test('lets a call of the older eras overdraw the wallet, and refuses the next one', async () => {
    const emulator = await start({ wallet: '0.03' });
    const seedImage = `/api/generate${image}`;
    expect((await get(emulator, seedImage)).status).toBe(200);
    expect(emulator.meter().wallet).toBe('-0.01');
    const refused = await get(emulator, `${seedImage}&seed=2`);
    expect(refused.status).toBe(402);
    expect((await envelopeOf(refused)).error.code).toBe('PAYMENT_REQUIRED');
  });

  test('keeps a key to its own budget, which is the balance that the key sees', async () => {
    const emulator = await start({ keys: [{ name: 'job', key: 'sk_job', budget: '0.05' }] });
    expect((await get(emulator, image, { key: 'sk_job' })).status).toBe(200);
    const balance = await get(emulator, '/account/balance', { key: 'sk_job' });
    expect(await balance.json()).toEqual({ balance: 0.01 });
    // The older eras ask for the account permission all the same, and usage rows need it in each.
    expect((await get(emulator, '/api/account/balance', { key: 'sk_job' })).status).toBe(403);
    expect((await get(emulator, '/account/usage', { key: 'sk_job' })).status).toBe(403);
    const refused = await get(emulator, `${image}&seed=2`, { key: 'sk_job' });
    expect(refused.status).toBe(402);
    expect((await envelopeOf(refused)).error.code).toBe('KEY_BUDGET_EXHAUSTED');
  });

  test('still serves free models from an empty wallet', async () => {
    const emulator = await start({ wallet: '0' });
    const response = await get(emulator, '/api/generate/image/x?model=flux&width=16&height=16');
    expect(response.status).toBe(200);
  });

  test('goes on after the wallet is filled by the settings', async () => {
    const emulator = await start({ wallet: '0' });
    expect((await chat(emulator, 'x')).status).toBe(402);
    emulator.update({ wallet: '5' });
    expect((await chat(emulator, 'x')).status).toBe(200);
  });
});

describe('usage', () => {
  test('stands in the body as totals whose details are the headers', async () => {
    const emulator = await start();
    const response = await chat(emulator, 'Tell me');
    const { usage } = await completionOf(response);
    const units = (name: string): number => Number(response.headers.get(`x-usage-${name}`) ?? 0);
    expect(usage.prompt_tokens).toBe(units('prompt-text-tokens'));
    expect(usage.completion_tokens_details.reasoning_tokens).toBe(units('completion-reasoning-tokens'));
    expect(usage.completion_tokens).toBe(
      units('completion-text-tokens') + units('completion-reasoning-tokens'),
    );
    expect(usage.total_tokens).toBe(usage.prompt_tokens + usage.completion_tokens);
  });

  test('counts cached tokens where the system prompt is long, and bills them at their own rate', async () => {
    const emulator = await start();
    const system = 'Be kind. '.repeat(600);
    const messages = [
      { role: 'system', content: system },
      { role: 'user', content: 'Hello' },
    ];
    const response = await chat(emulator, { model: 'openai-fast', messages });
    const { usage } = await completionOf(response);
    expect(usage.prompt_tokens_details.cached_tokens).toBe(1280);
    const uncached = usage.prompt_tokens - 1280;
    expect(response.headers.get('x-usage-prompt-text-tokens')).toBe(String(uncached));
    const units = uncached * 6 + 1280 + usage.completion_tokens * 44;
    expect(Number(emulator.meter().charged) * 1e8).toBeCloseTo(units, 6);
  });

  test('never passes max_tokens, thoughts included, and says that the answer was cut', async () => {
    const emulator = await start();
    const messages = [{ role: 'user', content: 'Go on and on' }];
    const completion = await completionOf(
      await chat(emulator, { model: 'openai', messages, max_tokens: 20 }),
    );
    expect(completion.usage.completion_tokens).toBeLessThanOrEqual(20);
    expect(completion.choices[0]?.finish_reason).toBe('length');
  });

  test('names the provider’s model and not the service that was asked for', async () => {
    const emulator = await start();
    const response = await chat(emulator, 'Who are you?');
    expect(response.headers.get('x-model-used')).toBe('gpt-5-mini-2025-08-07');
    expect((await completionOf(response)).model).toBe('gpt-5-mini-2025-08-07');
  });
});

describe('keys', () => {
  test('an unknown key gets 401, also for what is free', async () => {
    const emulator = await start();
    const response = await get(emulator, '/api/generate/image/x?model=flux', { key: 'sk_nobody' });
    expect(response.status).toBe(401);
    expect(await envelopeOf(response)).toMatchObject({ success: false, error: { code: 'UNAUTHORIZED' } });
  });

  test('without a key the seed era serves its free models and nothing else', async () => {
    const emulator = await start();
    const body = (model: string): Record<string, unknown> => ({
      model,
      messages: [{ role: 'user', content: 'x' }],
    });
    const call = { path: seedChat, key: null };
    expect((await chat(emulator, body('openai-fast'), call)).status).toBe(200);
    expect((await chat(emulator, body('openai'), call)).status).toBe(401);
    expect((await chat(emulator, body('openai-fast'), { key: null })).status).toBe(401);
  });

  test('a publishable key is not good for paid models in the seed era', async () => {
    const emulator = await start();
    const response = await chat(emulator, 'x', { path: seedChat, key: emulatorKeys.publishable });
    expect(response.status).toBe(403);
  });

  test('a revoked key is unknown from then on', async () => {
    const emulator = await start();
    expect((await chat(emulator, 'x')).status).toBe(200);
    emulator.update({ revokeKey: 'secret' });
    expect((await chat(emulator, 'x')).status).toBe(401);
    expect(() => emulator.update({ revokeKey: 'secret' })).toThrow(/no such key/);
  });

  test('a key keeps to its models and its scopes', async () => {
    const emulator = await start({ keys: [{ name: 'narrow', key: 'sk_narrow', models: ['mistral'] }] });
    expect((await chat(emulator, 'x', { key: 'sk_narrow' })).status).toBe(403);
    expect((await get(emulator, '/account/balance', { key: 'sk_narrow' })).status).toBe(403);
  });

  test('is taken from the query and from X-API-KEY too, and never written to the journal', async () => {
    const emulator = await start();
    const key = emulatorKeys.secret;
    const path = '/image/x?width=16&height=16';
    expect((await get(emulator, `${path}&key=${key}`, { key: null })).status).toBe(200);
    expect((await get(emulator, path, { key: null, headers: { 'x-api-key': key } })).status).toBe(200);
    const journal = JSON.stringify(emulator.journal());
    expect(journal).not.toContain(key);
    expect(emulator.journal().map((entry) => entry.keyKind)).toEqual(['secret', 'secret']);
  });
});
