import { pino } from 'pino';
import { describe, expect, it } from 'vitest';

import type { ItemRecord } from '../../src/records/record.ts';
import { createRecords } from '../../src/records/record-store.ts';
import { runKeys } from '../../src/storage/keys.ts';
import { watchEnd } from '../../src/telemetry/watch-end.ts';
import { watchRecords } from '../../src/telemetry/watch-records.ts';
import { createMemoryStore } from '../support/memory-store.ts';
import { recordMeters } from '../support/recording-meters.ts';
import { failed, run, succeeded } from '../support/samples.ts';

function world(store = createMemoryStore()) {
  let log = '';
  const logger = pino({ level: 'info', base: null }, { write: (line: string) => (log += line) });
  const { meters, told } = recordMeters();
  return { store, records: watchRecords(createRecords(store), { meters, logger }), told, log: () => log };
}

const key = runKeys(run).record(0, 1, 'haiku');
const unknown = {
  attempt: 2,
  code: 'deadline',
  charge: { amount: '0.1', certainty: 'unknown' as const },
};
const boundless = { ...unknown, attempt: 3, charge: { amount: null, certainty: 'unknown' as const } };

describe('items that are counted', () => {
  it('are those whose record this worker was the first to write, with what they cost', async () => {
    const first = world();
    const second = world(first.store);
    await first.records.write(key, succeeded());
    expect(first.told()).toEqual(['settled 50000 model=openai', 'items 1 state=succeeded kind=text']);
    await second.records.write(key, succeeded({ text: 'Another' }));
    expect(second.told()).toEqual([]);
  });

  it('tell why they failed, and in the log which they are', async () => {
    const { records, told, log } = world();
    await records.write(key, failed());
    expect(told()).toEqual(['items 1 state=failed kind=text', `failures 1 code=${failed().fault.code}`]);
    const { code, message } = failed().fault;
    expect(JSON.parse(log())).toMatchObject({ run: run.runId, item: 'haiku', code, msg: 'item failed' });
    expect(log()).not.toContain(message);
  });

  it('have charges of several models, and some that nobody knows', async () => {
    const { records, told } = world();
    const { attempts } = succeeded();
    await records.write(
      key,
      succeeded({ attempts: [...attempts, { ...unknown, model: 'flux' }, boundless] }),
    );
    expect(told()).toEqual([
      'settled 50000 model=openai',
      'unknown 100000000 model=flux',
      'unknownCharges 1 model=flux',
      'unknown 0 model=openai',
      'unknownCharges 1 model=openai',
      'items 1 state=succeeded kind=text',
    ]);
  });

  it('are not the steps of an item, nor what comes after the end of a run; its charge is', async () => {
    const { records, told } = world();
    const step = { ...succeeded(), part: { step: 'caption' } } as ItemRecord;
    await records.write(runKeys(run).step(0, 1, 'haiku', { step: 'caption' }), step);
    expect(told()).toEqual([]);
    await records.write(runKeys(run).late('0000001-haiku.record.json'), succeeded());
    expect(told()).toEqual(['settled 50000 model=openai']);
  });

  it('are told apart when an earlier run has made them', async () => {
    const { records, told } = world();
    await records.write(key, succeeded({ attempts: [], reused: { runId: 'bees-1' } }));
    expect(told()).toEqual(['items 1 state=reused kind=text']);
  });

  it('are those without a record too, once their run has ended', () => {
    const { meters, told } = recordMeters();
    const watch = watchEnd({ meters, logger: pino({ level: 'silent' }) });
    const cost = { settled: '0', unknown: { count: 0, atMost: '0' } };
    const left = { number: 2, id: 'b', kind: 'image', model: 'flux', status: 'cancelled', cost } as const;
    watch.add(succeeded());
    watch.add({ ...left, attempts: [] });
    watch.add({ ...left, attempts: [unknown] });
    expect(told()).toEqual([]);
    watch.tell('stopped');
    expect(told()).toEqual([
      'unknown 100000000 model=flux',
      'unknownCharges 1 model=flux',
      'items 2 state=cancelled kind=image',
      'runs 1 state=stopped',
    ]);
  });
});
