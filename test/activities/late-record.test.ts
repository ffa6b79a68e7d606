import { describe, expect, it } from 'vitest';

import type { AttemptNote } from '../../src/activities/attempt-history.ts';
import type { Standing } from '../../src/activities/given-up.ts';
import { createItemStore, type ItemStore } from '../../src/activities/item-store.ts';
import type { LateAttempts } from '../../src/records/late.ts';
import type { ItemRecord } from '../../src/records/record.ts';
import { createRecords } from '../../src/records/record-store.ts';
import { broughtTo, withLate } from '../../src/report/with-late.ts';
import { runKeys } from '../../src/storage/keys.ts';
import { createMemoryStore, type MemoryStore } from '../support/memory-store.ts';
import {
  now,
  run,
  sampleAnswer,
  sampleCall,
  sampleHistory,
  sampleNote,
  samplePlan,
} from '../support/samples.ts';

const keys = runKeys(run);
const recordKey = keys.record(0, 1, 'haiku');
const note: AttemptNote = sampleNote(2, {
  code: 'answered',
  effect: { kind: 'answered', price: '0.00005', cache: { status: 'miss' } },
});

function itemStore(store: MemoryStore, isStale: boolean, standing: (() => Standing) | Standing): ItemStore {
  return createItemStore({
    store,
    records: createRecords(store),
    reference: { run, resumed: false, page: 0, position: 0 },
    item: { plan: samplePlan(), call: sampleCall() },
    now: () => now,
    isStale: () => isStale,
    standing: () => Promise.resolve(typeof standing === 'string' ? standing : standing()),
  });
}

describe('a call that its page has given up', () => {
  it('leaves its answer apart, and says nothing more of what it may have cost: its page has', async () => {
    const store = createMemoryStore();
    const abandoned = itemStore(store, true, 'given-up');
    await abandoned.keepAttempts(sampleHistory({ notes: [sampleNote(1, { effect: { kind: 'lost' } })] }));
    expect(store.keys()).toEqual([]);
    await abandoned.succeed(sampleAnswer(), note, sampleHistory());
    expect(store.keys()).toEqual([keys.late('0000001-haiku.record.json')]);
  });
});

describe('a record that is written while its run is closed without it', () => {
  const copyKey = keys.late('0000001-haiku.record.json');
  const turnsTo = (standing: Standing): (() => Standing) => {
    let asked = 0;
    return () => (asked++ === 0 ? 'awaited' : standing);
  };

  it.each(['given-up', 'unknown'] as const)(
    'is there for the bill as well, if its page is %s',
    async (how) => {
      const store = createMemoryStore();
      await itemStore(store, true, turnsTo(how)).succeed(sampleAnswer(), note, sampleHistory());
      expect(store.keys()).toEqual([recordKey, copyKey]);
      expect(store.text(copyKey)).toBe(store.text(recordKey));
      // The same attempt, told twice, counts once.
      const line = JSON.parse(store.text(recordKey) ?? '') as ItemRecord;
      const late = [JSON.parse(store.text(copyKey) ?? '') as LateAttempts];
      expect(withLate(line, late)).toEqual(line);
      expect(broughtTo(line, late)).toEqual([]);
    },
  );

  it('is so too where the run has its marker by then, and not where nobody has closed it', async () => {
    const store = createMemoryStore();
    await itemStore(store, true, turnsTo('ended')).succeed(sampleAnswer(), note, sampleHistory());
    expect(store.keys()).toEqual([recordKey]);
    const closed = createMemoryStore();
    const closing = (): Standing => {
      if (closed.keys().includes(recordKey)) void closed.putOnce(keys.failed, '{}', { contentType: '' });
      return closed.keys().includes(recordKey) ? 'ended' : 'awaited';
    };
    await itemStore(closed, true, closing).succeed(sampleAnswer(), note, sampleHistory());
    expect(closed.keys()).toEqual([recordKey, keys.failed, copyKey]);
  });

  it('is alone while its page goes on, or the call is too young to be given up', async () => {
    for (const [isStale, standing] of [
      [true, 'awaited'],
      [false, 'given-up'],
    ] as const) {
      const store = createMemoryStore();
      await itemStore(store, isStale, standing).succeed(sampleAnswer(), note, sampleHistory());
      expect(store.keys()).toEqual([recordKey]);
    }
  });
});
