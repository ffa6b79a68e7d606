import { describe, expect, it } from 'vitest';

import { emulatorKeys } from '../../src/emulator/index.ts';
import { enter } from '../../src/pollinations/dialects/enter.ts';
import { gen } from '../../src/pollinations/dialects/gen.ts';
import { fetchUsage, type UsageCall, type UsageRow } from '../../src/pollinations/fetch-usage.ts';
import { createSecret } from '../../src/pollinations/secret.ts';
import { createSend } from '../../src/pollinations/send.ts';
import { chat, get, start } from '../emulator/support.ts';
import { reply, startServer } from './server.ts';

const NOON = Date.parse('2026-11-25T12:00:00Z');
const HOUR = 3_600_000;

async function rowsOf(base: string, options: Partial<UsageCall> = {}) {
  const rows: UsageRow[] = [];
  const call = {
    send: createSend(),
    base,
    dialect: gen,
    key: createSecret(emulatorKeys.secret),
    deadlineMs: 5_000,
    from: Date.now() - HOUR,
    to: Date.now() + HOUR,
  };
  const answer = await fetchUsage({ ...call, ...options }, (page) => rows.push(...page));
  return { answer, rows };
}

/** An account whose rows stand at whole seconds, given as seconds after noon. */
function startAccount(seconds: readonly number[]) {
  const times = seconds.map((second) => NOON + second * 1_000);
  return startServer((request, response) => {
    const query = new URL(request.url ?? '', 'http://account').searchParams;
    const rows = times
      .map((at, index) => ({ at, index }))
      .filter(({ at }) => at < Date.parse(query.get('before') ?? ''))
      .sort((left, right) => right.at - left.at)
      .slice(0, Number(query.get('limit')))
      .map(({ at, index }) => ({
        timestamp: new Date(at).toISOString().slice(0, 19).replace('T', ' '),
        type: 'generate.text',
        model: `m${index}`,
        cost_usd: 1e-8,
      }));
    reply(200, { usage: rows, count: rows.length })(request, response);
  });
}

describe('the billed calls of the account', () => {
  it('are told with model, units and what was billed, the newest first', async () => {
    const emulator = await start();
    await chat(emulator, 'One');
    await get(emulator, '/image/two?model=flux&width=16&height=16');
    await get(emulator, '/image/two?model=flux&width=16&height=16');
    const { answer, rows } = await rowsOf(emulator.url);
    expect(answer).toEqual({ kind: 'rows', count: 2 });
    expect(rows).toMatchObject([
      {
        kind: 'image',
        model: 'flux',
        keyName: 'secret',
        pollen: '0.002',
        usage: { completionImageTokens: 1 },
      },
      { kind: 'text', model: 'openai', usage: { promptTextTokens: expect.any(Number) as number } },
    ]);
    const early = await rowsOf(emulator.url, { to: Date.now() - 60_000 });
    expect(early.answer).toEqual({ kind: 'rows', count: 0 });
  });

  it('are each told once when they fill many pages, cut anywhere in a second', async () => {
    const seconds = [1, 1, 2, 3, 3, 3, 3, 4, 5, 5, 9, 9, 10, 11];
    await using account = await startAccount(seconds);
    const window = { from: NOON + 2_000, to: NOON + 11_000 };
    const { answer, rows } = await rowsOf(account.url, { ...window, pageRows: 3 });
    const wanted = seconds.flatMap((second, index) => (second >= 2 && second < 11 ? [`m${index}`] : []));
    expect(rows.map(({ model }) => model).sort()).toEqual(wanted.sort());
    expect(answer).toEqual({ kind: 'rows', count: wanted.length });
    expect(account.requests.length).toBeGreaterThan(3);
  });

  it('are not told by a key without the permission, nor by an API without the call', async () => {
    const emulator = await start();
    const publishable = await rowsOf(emulator.url, { key: createSecret(emulatorKeys.publishable) });
    expect(publishable).toEqual({ answer: { kind: 'not-permitted' }, rows: [] });
    const oldest = await rowsOf(emulator.url, { dialect: enter });
    expect(oldest.answer).toEqual({ kind: 'no-such-call' });
    const wrong = await rowsOf(emulator.url, { key: createSecret('sk_wrong000000000') });
    expect(wrong.answer).toMatchObject({ kind: 'refused', emulated: true });
  });

  it.each([
    ['no rows', { balance: 1 }],
    ['a row without a cost', { usage: [{ timestamp: '2026-11-25T12:00:00Z', model: 'm' }] }],
    ['a row without a time', { usage: [{ timestamp: 'noon', model: 'm', cost_usd: 1 }] }],
  ])('are not guessed from an answer with %s', async (_, body) => {
    await using account = await startServer(reply(200, body));
    const { answer } = await rowsOf(account.url);
    expect(answer).toMatchObject({ kind: 'failed', reason: expect.stringContaining('usage rows') as string });
  });
});
