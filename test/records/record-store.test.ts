import { describe, expect, it } from 'vitest';

import { receiptOf } from '../../src/records/record.ts';
import { createRecords } from '../../src/records/record-store.ts';
import { createMemoryStore } from '../support/memory-store.ts';
import { failed, succeeded } from '../support/samples.ts';

describe('records', () => {
  it('are what the first writer wrote, for every later one', async () => {
    const store = createMemoryStore();
    const first = succeeded();
    expect(await createRecords(store).write('key', first)).toEqual(first);
    expect(await createRecords(store).write('key', failed())).toEqual(first);
    expect(await createRecords(store).read('key')).toEqual(first);
  });

  it('that this process wrote are not read back', async () => {
    const store = createMemoryStore();
    const records = createRecords(store);
    await records.write('key', succeeded());
    expect(await records.read('key')).toEqual(succeeded());
    expect(store.calls()).toEqual(['putOnce key']);
  });

  it('that another process wrote are, and what it says is never remembered as ours', async () => {
    const store = createMemoryStore();
    await createRecords(store).write('key', failed());
    const records = createRecords(store);
    await records.write('key', succeeded());
    expect(await records.read('key')).toEqual(failed());
    expect(store.calls().filter((call) => call === 'get key')).toHaveLength(1);
  });

  it('are remembered within bounds, the oldest forgotten first', async () => {
    const store = createMemoryStore();
    const records = createRecords(store);
    const text = 'x'.repeat(12 * 1024 * 1024);
    for (const key of ['one', 'two', 'three']) await records.write(key, succeeded({ text }));
    await records.read('one');
    await records.read('three');
    expect(store.calls().filter((call) => call.startsWith('get'))).toEqual(['get one']);
  });

  it('have a small picture beside them, which none but who asks for it sees', async () => {
    const store = createMemoryStore();
    const own = createRecords(store);
    expect(await own.write('key', succeeded(), 'UklGRg==')).toEqual(succeeded());
    for (const records of [own, createRecords(store)]) {
      expect(await records.read('key')).toEqual(succeeded());
      expect(await records.readKept('key')).toEqual({ record: succeeded(), thumbnail: 'UklGRg==' });
    }
    expect(await createRecords(store).write('key', failed(), 'other')).toEqual(succeeded());
  });

  it('are undefined where none is', async () => {
    expect(await createRecords(createMemoryStore()).read('key')).toBeUndefined();
  });
});

describe('a receipt', () => {
  it('is small, and holds no word of the answer', () => {
    const text = 'answer '.repeat(5_000);
    const receipt = receiptOf(succeeded({ text }), 'a/key');
    expect(JSON.stringify(receipt).length).toBeLessThan(1_000);
    expect(receipt).not.toHaveProperty('text');
    expect(receipt).toMatchObject({ key: 'a/key', status: 'succeeded', attempts: 1 });
  });

  it('names the artifact where there is one, and the code where the item failed', () => {
    const artifact = { key: 'b/key', bytes: 3, sha256: 'a', contentType: 'image/png' };
    expect(receiptOf(succeeded({ artifact }), 'a/key').key).toBe('b/key');
    expect(receiptOf(failed(), 'a/key')).toMatchObject({
      key: 'a/key',
      status: 'failed',
      code: 'bad-request',
    });
  });
});
