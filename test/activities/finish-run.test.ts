import { describe, expect, it, vi } from 'vitest';

import type { ActivityDependencies } from '../../src/activities/dependencies.ts';
import { createFinishRun } from '../../src/activities/finish-run.ts';
import { createPlanReader } from '../../src/activities/plan-reader.ts';
import { createSealPage } from '../../src/activities/seal-page.ts';
import { sha256 } from '../../src/plan/digest.ts';
import { createApiClient } from '../../src/pollinations/client.ts';
import { runKeys } from '../../src/storage/keys.ts';
import type { LateAttempts } from '../../src/records/late.ts';
import type { ItemRecord } from '../../src/records/record.ts';
import { createRecords } from '../../src/records/record-store.ts';
import { beginRun, readMarker } from '../../src/records/run-store.ts';
import type { EndReason } from '../../src/records/outcome.ts';
import type { BillLine } from '../../src/report/report.ts';
import { reportBody } from '../../src/report/report-schema.ts';
import { createMemoryStore, type MemoryStore } from '../support/memory-store.ts';
import { api, failed, now, prices, run, sampleCall, samplePlan, succeeded } from '../support/samples.ts';

const keys = runKeys(run);
const json = { contentType: 'application/json' };

function dependenciesOn(store: MemoryStore): ActivityDependencies {
  return {
    store,
    openObject: () => Promise.resolve(undefined),
    records: createRecords(store),
    plans: createPlanReader(store),
    client: createApiClient({ base: api.id }),
    key: { digest: (name) => `digest of ${name}` },
    scrub: (text) => text,
    balance: () => Promise.resolve({ kind: 'no-such-call' }),
    prices: () => Promise.resolve(prices),
    apiId: api.id,
    lanes: [],
    governors: { identity: '7@host', call: () => Promise.reject(new Error('no call is made')), stop() {} },
    searchAttributes: false,
    now: () => now,
    askSchedule: () => Promise.reject(new Error('there is no schedule')),
    post: () => Promise.reject(new Error('nobody is told')),
    random: () => 0,
  };
}

/** A planned run of two pages, of two calls and of one, with some of its records. */
async function storedRun(...records: readonly ItemRecord[]): Promise<MemoryStore> {
  const store = createMemoryStore();
  const line = (number: number): string =>
    `${JSON.stringify(sampleCall({ number, id: `item-${number}` }))}\n`;
  await store.putOnce(keys.page('plan0', 0), line(1) + line(2), json);
  await store.putOnce(keys.page('plan0', 1), line(3), json);
  const pages = [
    { page: 0, lane: 'all', calls: 2 },
    { page: 1, lane: 'all', calls: 1 },
  ];
  await store.putOnce(keys.plan, JSON.stringify(samplePlan({ items: 3, pages })), json);
  for (const record of records) {
    const { number } = record;
    const named = JSON.stringify({ ...record, id: `item-${number}` });
    await store.putOnce(keys.record(number < 3 ? 0 : 1, number, `item-${number}`), named, json);
  }
  return store;
}

/** A planned run of one call a page, each with its record. */
async function pagesOf(records: readonly ItemRecord[]): Promise<MemoryStore> {
  const store = createMemoryStore();
  for (const [page, record] of records.entries()) {
    const { number, id } = record;
    await store.putOnce(keys.page('plan0', page), `${JSON.stringify(sampleCall({ number, id }))}\n`, json);
    await store.putOnce(keys.record(page, number, id), JSON.stringify(record), json);
  }
  const pages = records.map((_, page) => ({ page, lane: 'all', calls: 1 }));
  await store.putOnce(keys.plan, JSON.stringify(samplePlan({ items: records.length, pages })), json);
  return store;
}

async function finish(store: MemoryStore, reason: EndReason, changes: Partial<ActivityDependencies> = {}) {
  return createFinishRun({ ...dependenciesOn(store), ...changes })({ run, reason });
}

const all = [1, 2, 3].map((number) => succeeded({ number }));

describe('a run that closes', () => {
  it('writes its marker last, and in it the digests of its parts and files', async () => {
    const store = await storedRun(...all);
    const outcome = await finish(store, 'finished');
    expect(outcome).toMatchObject({
      state: 'completed',
      marker: keys.success,
      tally: { succeeded: 3, settled: '0.00015' },
    });
    expect(store.keys().at(-1)).toBe(keys.success);
    const marker = await readMarker(store, run);
    expect(marker?.parts).toEqual([
      { key: keys.part(0), sha256: sha256(store.text(keys.part(0)) ?? ''), items: 2 },
      { key: keys.part(1), sha256: sha256(store.text(keys.part(1)) ?? ''), items: 1 },
    ]);
    expect(marker?.files).toEqual(
      [keys.errors, keys.bill, keys.report, keys.reportText].map((key) => ({
        key,
        sha256: sha256(store.text(key) ?? ''),
      })),
    );
  });

  it('writes a report that its schema knows every key of, and the same for people', async () => {
    const store = await storedRun(...all.slice(0, 2), failed({ number: 3 }));
    await finish(store, 'finished');
    const report: unknown = JSON.parse(store.text(keys.report) ?? '');
    expect(reportBody.parse(report)).toEqual(report);
    expect(report).toMatchObject({
      paid: { kept: { attempts: 2, pollen: '0.0001' } },
      failures: [{ code: 'bad-request', items: 1, example: 'item-3' }],
    });
    expect(store.text(keys.reportText)).toMatch(
      /^# Run `bees-0a1b2c3d4e`[^]*`bad-request`: 1 item, as `item-3`/,
    );
  });

  it('lists what failed without what was answered, which stays in the results', async () => {
    const cost = { settled: '0', unknown: { count: 0, atMost: '0' } };
    const step = {
      kind: 'text',
      model: 'openai',
      status: 'succeeded',
      cost,
      attempts: 1,
      throttled: 0,
    } as const;
    const wrong = failed({
      number: 3,
      answer: 'a'.repeat(999),
      steps: [{ ...step, step: 'one', text: 'a bee' }],
    });
    const store = await storedRun(...all.slice(0, 2), wrong);
    await finish(store, 'finished');
    const line = JSON.parse(store.text(keys.errors) ?? '') as object;
    expect(line).toMatchObject({ id: 'item-3', fault: { code: 'bad-request' }, steps: [{ step: 'one' }] });
    expect(line).not.toHaveProperty('answer');
    expect(line).not.toHaveProperty('steps.0.text');
    expect(JSON.parse(store.text(keys.part(1)) ?? '')).toMatchObject({ answer: wrong.answer });
  });

  it('counts what came late from a worker that was thought dead', async () => {
    const store = await storedRun(...all);
    const late = {
      version: 1,
      runId: run.runId,
      number: 2,
      id: 'item-2',
      kind: 'text',
      model: 'openai',
      attempts: [
        { attempt: 7, code: 'duplicate', charge: { amount: '0.00005', certainty: 'exact' as const } },
      ],
      cost: { settled: '0.00005', unknown: { count: 0, atMost: '0' } },
    } satisfies LateAttempts;
    await store.putOnce(keys.late('0000002-item-2.7-1.attempt.json'), JSON.stringify(late), json);
    await store.putOnce(keys.late('0000002-item-2.txt'), 'An answer', json);
    const { tally } = await finish(store, 'finished');
    expect(tally).toMatchObject({ succeeded: 3, settled: '0.0002' });
    expect(JSON.parse(store.text(keys.report) ?? '')).toMatchObject({ attempts: { duplicate: 1 } });
    const bill = (store.text(keys.bill) ?? '').trim().split('\n');
    expect(bill.map((line) => (JSON.parse(line) as BillLine).code)).toContain('duplicate');
  });

  it('seals pages that were never started, all their items cancelled', async () => {
    const store = await storedRun(...all.slice(0, 2));
    expect(await finish(store, 'stopped')).toMatchObject({
      state: 'stopped',
      marker: keys.failed,
      tally: { succeeded: 2, cancelled: 1 },
    });
    expect(JSON.parse(store.text(keys.part(1)) ?? '')).toMatchObject({ id: 'item-3', status: 'cancelled' });
  });

  it('after its deadline lists what is left as expired, also on pages that were stopped before', async () => {
    const store = await storedRun(...all.slice(0, 1));
    await store.put(keys.part(0), (await closedBy('stopped')) ?? '', json);
    expect(await finish(store, 'expired')).toEqual({
      state: 'expired',
      marker: keys.failed,
      tally: expect.objectContaining({ succeeded: 1, cancelled: 0, expired: 2 }) as unknown,
    });
    const lines = [0, 1].flatMap((page) => (store.text(keys.part(page)) ?? '').trim().split('\n'));
    expect(lines.map((line) => (JSON.parse(line) as { readonly status: string }).status)).toEqual([
      'succeeded',
      'expired',
      'expired',
    ]);
    expect(await finish(await storedRun(...all), 'expired')).toMatchObject({ state: 'completed' });

    async function closedBy(reason: EndReason): Promise<string | undefined> {
      const other = await storedRun(...all.slice(0, 1));
      await finish(other, reason);
      return other.text(keys.part(0));
    }
  });

  it('reads the records again after a stop, since a page may have got one after it was sealed', async () => {
    const store = await storedRun(...all);
    const early = await storedRun(...all.slice(1));
    await finish(early, 'stopped');
    await store.put(keys.part(0), early.text(keys.part(0)) ?? '', json);
    expect(await finish(store, 'stopped')).toMatchObject({ state: 'completed', tally: { succeeded: 3 } });
    expect(store.text(keys.part(0))).not.toContain('cancelled');
  });

  it('seals two pages at once and no more, and tells them in their order, whichever is sealed first', async () => {
    const numbers = Array.from({ length: 9 }, (_, index) => index + 1);
    const inner = await pagesOf(numbers.map((number) => failed({ number, id: `item-${number}` })));
    let underWay = 0;
    let most = 0;
    const store: MemoryStore = {
      ...inner,
      async *list(prefix) {
        const page = numbers.findIndex((_, index) => prefix === keys.itemPrefix(index));
        if (page >= 0) most = Math.max(most, (underWay += 1));
        // The first page is slower than all that begin beside it.
        const isSealed = (other: number): boolean => inner.text(keys.part(other)) !== undefined;
        if (page === 0) await vi.waitFor(() => expect(isSealed(1)).toBe(true));
        yield* inner.list(prefix);
      },
      async put(key, body, options) {
        if (numbers.some((_, index) => key === keys.part(index))) underWay -= 1;
        await inner.put(key, body, options);
      },
    };
    expect(await finish(store, 'stopped')).toMatchObject({ tally: { failed: 9 } });
    expect(most).toBe(2);
    const idsIn = (key: string): readonly unknown[] =>
      (store.text(key) ?? '')
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { readonly id: string }).id);
    const ids = numbers.map((number) => `item-${number}`);
    expect([idsIn(keys.errors), idsIn(keys.bill)]).toEqual([ids, ids]);
    const marker = await readMarker(store, run);
    expect(marker?.parts.map(({ key }) => key)).toEqual(numbers.map((_, index) => keys.part(index)));
  });

  it('takes a page that was sealed whole as it is, and makes its part anew where that is damaged', async () => {
    const store = await storedRun(...all);
    const seal = createSealPage(dependenciesOn(store));
    for (const page of [0, 1]) await seal({ run, page, lost: [] });
    await store.put(keys.part(1), 'not JSON\n', json);
    const before = store.calls().length;
    expect(await finish(store, 'stopped')).toMatchObject({ state: 'completed', tally: { succeeded: 3 } });
    const read = store
      .calls()
      .slice(before)
      .filter((call) => call.startsWith(`get ${keys.root}items/`));
    expect(read).toEqual([`get ${keys.record(1, 3, 'item-3')}`]);
    expect(store.text(keys.part(1))).toContain('item-3');
  });

  it('closes nothing as long as its parts tell fewer items than its plan', async () => {
    const store = await storedRun(...all);
    await store.put(keys.part(1), '', json);
    await expect(finish(store, 'finished')).rejects.toThrow('tell 2 of 3 items');
    expect(await readMarker(store, run)).toBeUndefined();
  });

  it.each<[string, EndReason, readonly ItemRecord[], string]>([
    ['completed, when a stop came after its last item', 'stopped', all, 'completed'],
    [
      'completed with failures, when items failed',
      'finished',
      [...all.slice(0, 2), failed({ number: 3 })],
      'completed_with_failures',
    ],
    ['failed, when the product failed', 'failed', all, 'failed'],
    ['failed, when items are missing though nobody stopped it', 'finished', all.slice(0, 1), 'failed'],
  ])('is %s', async (_words, reason, records, state) => {
    expect(await finish(await storedRun(...records), reason)).toMatchObject({ state });
  });

  it('never changes after its marker, whatever is asked', async () => {
    const store = await storedRun(...all);
    const outcome = await finish(store, 'finished');
    const written = store.calls().filter((call) => !call.startsWith('get')).length;
    expect(await finish(store, 'failed')).toEqual(outcome);
    expect(store.calls().filter((call) => !call.startsWith('get'))).toHaveLength(written);
  });

  it('can be closed by a second attempt after the first died midway', async () => {
    const store = await storedRun(...all);
    store.failNext('putOnce', new Error('killed'));
    await expect(finish(store, 'finished')).rejects.toThrow('killed');
    expect(await readMarker(store, run)).toBeUndefined();
    expect(await finish(store, 'finished')).toMatchObject({ state: 'completed' });
  });
});

describe('a page that is sealed', () => {
  it('lists every call once in the order of the plan, and tells its failures in short', async () => {
    const store = await storedRun(
      failed({ number: 2, fault: { code: 'bad-request', message: 'm'.repeat(999), remedy: 'r' } }),
    );
    const sealed = await createSealPage(dependenciesOn(store))({ run, page: 0, lost: [] });
    const lines = (store.text(keys.part(0)) ?? '')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(lines).toMatchObject([
      { number: 1, status: 'cancelled' },
      { number: 2, status: 'failed' },
    ]);
    expect(sealed.tally).toMatchObject({ failed: 1, cancelled: 1 });
    expect(sealed.failures).toEqual([{ id: 'item-2', code: 'bad-request', remedy: 'r' }]);
  });
});

describe('the balance of a run that ends', () => {
  const keyDigest = `digest of ${run.runId}`;
  const start = { at: now.toISOString(), pollen: '5', keyDigest };

  it('is kept in its marker, where that from before its first call is kept too, and waited for 3 s', async () => {
    const store = await storedRun(...all);
    await beginRun(store, run, 'execution-1', () => Promise.resolve(start));
    const deadlines: unknown[] = [];
    const told = (deadlineMs?: number) => {
      deadlines.push(deadlineMs);
      return Promise.resolve({ kind: 'balance', pollen: '-0.01' } as const);
    };
    await finish(store, 'finished', { balance: told });
    const end = { at: now.toISOString(), pollen: '-0.01', keyDigest };
    expect((await readMarker(store, run))?.balance).toEqual(end);
    expect(deadlines).toEqual([3_000]);
  });

  it('is asked for in vain, or not at all, and the run ends all the same', async () => {
    for (const begun of [undefined, start]) {
      const store = await storedRun(...all);
      let looks = 0;
      await beginRun(store, run, 'execution-1', () => Promise.resolve(begun));
      const failing = () => {
        looks += 1;
        return Promise.resolve({ kind: 'failed', reason: 'no answer' } as const);
      };
      expect(await finish(store, 'finished', { balance: failing })).toMatchObject({ state: 'completed' });
      expect(await readMarker(store, run)).not.toHaveProperty('balance');
      expect(looks).toBe(begun === undefined ? 0 : 1);
    }
  });
});
