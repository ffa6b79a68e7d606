import { describe, expect, it } from 'vitest';

import type { Standing } from '../../src/activities/given-up.ts';
import type { LateAttempts } from '../../src/records/late.ts';
import type { ItemRecord } from '../../src/records/record.ts';
import { broughtTo, withLate } from '../../src/report/with-late.ts';
import { runKeys } from '../../src/storage/keys.ts';
import { createMemoryStore } from '../support/memory-store.ts';
import { answeredNote as note, recordKey, sampleItemStore } from '../support/sample-item-store.ts';
import { run, sampleAnswer, sampleHistory, sampleNote } from '../support/samples.ts';

const keys = runKeys(run);

describe('a call that its page has given up', () => {
  it('leaves its answer apart, and says nothing more of what it may have cost: its page has', async () => {
    const store = createMemoryStore();
    const abandoned = sampleItemStore(store, { isStale: true, standing: () => 'given-up' });
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
      const overtaken = sampleItemStore(store, { isStale: true, standing: turnsTo(how) });
      await overtaken.succeed(sampleAnswer(), note, sampleHistory());
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
    const open = sampleItemStore(store, { isStale: true, standing: turnsTo('ended') });
    await open.succeed(sampleAnswer(), note, sampleHistory());
    expect(store.keys()).toEqual([recordKey]);
    const closed = createMemoryStore();
    const closing = (): Standing => {
      if (closed.keys().includes(recordKey)) void closed.putOnce(keys.failed, '{}', { contentType: '' });
      return closed.keys().includes(recordKey) ? 'ended' : 'awaited';
    };
    await sampleItemStore(closed, { isStale: true, standing: closing }).succeed(
      sampleAnswer(),
      note,
      sampleHistory(),
    );
    expect(closed.keys()).toEqual([recordKey, keys.failed, copyKey]);
  });

  it('is alone while its page goes on, or the call is too young to be given up', async () => {
    for (const [isStale, standing] of [
      [true, 'awaited'],
      [false, 'given-up'],
    ] as const) {
      const store = createMemoryStore();
      const awaited = sampleItemStore(store, { isStale, standing: () => standing });
      await awaited.succeed(sampleAnswer(), note, sampleHistory());
      expect(store.keys()).toEqual([recordKey]);
    }
  });
});
