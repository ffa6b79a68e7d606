import { describe, expect, it } from 'vitest';

import type { AttemptNote } from '../../src/activities/attempt-history.ts';
import type { ResolvedCall } from '../../src/activities/item-record.ts';
import type { CacheMode } from '../../src/pollen/settle.ts';
import type { LateAttempts } from '../../src/records/late.ts';
import type { ItemRecord } from '../../src/records/record.ts';
import { withLate } from '../../src/report/with-late.ts';
import { runKeys } from '../../src/storage/keys.ts';
import { createMemoryStore, type MemoryStore } from '../support/memory-store.ts';
import { answeredNote as note, recordKey, sampleItemStore } from '../support/sample-item-store.ts';
import {
  api,
  failed,
  now,
  run,
  sampleAnswer,
  sampleHistory,
  sampleNote,
  samplePlan,
} from '../support/samples.ts';

const keys = runKeys(run);

function itemStore(store: MemoryStore, isStale = false, item: Partial<ResolvedCall> = {}) {
  return sampleItemStore(store, { isStale, item });
}

function readRecord(store: MemoryStore): ItemRecord {
  return JSON.parse(store.text(recordKey) ?? '') as ItemRecord;
}

describe('an answer whose item has got its result from another attempt', () => {
  const lateKey = keys.late('0000001-haiku.1-1767323045000.attempt.json');
  const usual = { attempt: 1, at: now.toISOString(), code: 'answered' };
  const answered = (attempt: number, status: 'hit' | 'miss' | 'absent'): AttemptNote =>
    sampleNote(attempt, {
      ...usual,
      attempt,
      effect: { kind: 'answered', price: '0.00005', cache: { status } },
    });
  const hole = sampleNote(1, { code: 'lost-worker', effect: { kind: 'lost' } });

  async function raced(cacheMode: CacheMode, first: AttemptNote, second: AttemptNote, isStale = false) {
    const store = createMemoryStore();
    const more = { plan: samplePlan({ api: { ...api, cacheMode } }) };
    const { at: _at, ...lost } = hole;
    const receipt = await itemStore(store, false, more).succeed(
      sampleAnswer(),
      second,
      sampleHistory({ notes: second.attempt > 1 ? [lost] : [] }),
    );
    if (isStale)
      await store.putOnce(keys.success, '{"state":"completed"}', { contentType: 'application/json' });
    const late = await itemStore(store, isStale, more).succeed(sampleAnswer(), first, sampleHistory());
    const [kept] = store.keys().filter((key) => key.startsWith(keys.latePrefix));
    expect(kept).toBe(lateKey);
    const line = readRecord(store);
    const told = withLate(line, [JSON.parse(store.text(lateKey) ?? '') as LateAttempts]);
    // Whoever waits for it hears what both of them have cost.
    expect(late).toEqual({ ...receipt, cost: told.cost });
    return told;
  }

  it.each([
    ['exact', 'miss', 'hit', 'free', { settled: '0.00005', unknown: { count: 0, atMost: '0' } }],
    ['paid-hit', 'hit', 'hit', 'free', { settled: '0', unknown: { count: 1, atMost: '0.00005' } }],
    ['none', 'absent', 'absent', 'exact', { settled: '0.0001', unknown: { count: 0, atMost: '0' } }],
  ] as const)(
    'is booked as a duplicate: one generation once, two twice (%s)',
    async (mode, first, second, certainty, cost) => {
      const told = await raced(mode, answered(1, first), answered(2, second));
      expect(told).toMatchObject({
        attempts: [
          { attempt: 1, code: 'duplicate', charge: { certainty } },
          { attempt: 2, code: 'answered' },
        ],
        cost,
      });
    },
  );

  it('has paid for a result that came of it by the cache, and was free', async () => {
    const store = createMemoryStore();
    const more = { plan: samplePlan({ api: { ...api, cacheMode: 'exact' } }) };
    const joined = sampleNote(1, {
      ...usual,
      effect: { kind: 'answered', price: '0.00005', cache: { status: 'hit', type: 'DEDUP' } },
    });
    const first = await itemStore(store, false, more).succeed(sampleAnswer(), joined, sampleHistory());
    expect(first.cost).toEqual({ settled: '0', unknown: { count: 0, atMost: '0' } });
    const { at: _at, ...lost } = hole;
    const paying = await itemStore(store, false, more).succeed(
      sampleAnswer(),
      answered(2, 'miss'),
      sampleHistory({ notes: [lost] }),
    );
    expect(paying.cost).toEqual({ settled: '0.00005', unknown: { count: 0, atMost: '0' } });
    const kept = store.text(keys.late('0000001-haiku.2-1767323045000.attempt.json')) ?? '';
    expect(withLate(readRecord(store), [JSON.parse(kept) as LateAttempts])).toMatchObject({
      attempts: [{ attempt: 1 }, { attempt: 2, charge: { amount: '0.00005', certainty: 'exact' } }],
      cost: paying.cost,
    });
  });

  it('is booked so after the end of the run too, and leaves no other record', async () => {
    const told = await raced('none', answered(1, 'absent'), answered(2, 'absent'), true);
    expect(told).toMatchObject({ cost: { settled: '0.0001', unknown: { count: 0 } } });
  });

  it('is no duplicate of itself, when it is stored again', async () => {
    const store = createMemoryStore();
    await itemStore(store).succeed(sampleAnswer(), note, sampleHistory());
    await itemStore(store).succeed(sampleAnswer(), note, sampleHistory({ throttled: 1 }));
    expect(store.keys()).toEqual([recordKey]);
  });

  it('that is wrong was paid for as well', async () => {
    const store = createMemoryStore();
    const more = { plan: samplePlan({ api: { ...api, cacheMode: 'none' } }) };
    await itemStore(store, false, more).succeed(sampleAnswer(), answered(2, 'absent'), sampleHistory());
    const wrong = sampleHistory({ notes: [{ ...answered(1, 'absent'), code: 'bad-result' }] });
    await itemStore(store, false, more).fail(failed().fault, wrong);
    expect(JSON.parse(store.text(lateKey) ?? '')).toMatchObject({
      attempts: [{ code: 'duplicate', charge: { amount: '0.00005', certainty: 'exact' } }],
    });
  });
});
