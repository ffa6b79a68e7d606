import { describe, expect, it } from 'vitest';

import type { ResolvedCall } from '../../src/activities/item-record.ts';
import { runKeys } from '../../src/storage/keys.ts';
import type { ItemRecord } from '../../src/records/record.ts';
import { createMemoryStore, type MemoryStore } from '../support/memory-store.ts';
import { answeredNote as note, recordKey, sampleItemStore } from '../support/sample-item-store.ts';
import { failed, run, sampleAnswer, sampleCall, sampleHistory, sampleNote } from '../support/samples.ts';

const keys = runKeys(run);
const imageKey = keys.artifact(0, 1, 'haiku', 'png');
const imageNote = { ...note, usage: { completionImageTokens: 1 } };
const picture = sampleAnswer({
  body: Buffer.from([1, 2, 3]),
  contentType: 'image/png',
  extension: 'png',
  width: 64,
  height: 32,
  usage: { completionImageTokens: 1 },
  modelUsed: 'flux.1 “schnell”',
});

function itemStore(store: MemoryStore, isStale = false, item: Partial<ResolvedCall> = {}) {
  return sampleItemStore(store, { isStale, item });
}

function readRecord(store: MemoryStore, key = recordKey): ItemRecord {
  return JSON.parse(store.text(key) ?? '') as ItemRecord;
}

describe('an answer', () => {
  it('of little text is one write: the record with the text in it', async () => {
    const store = createMemoryStore();
    const receipt = await itemStore(store).succeed(sampleAnswer(), note, sampleHistory());
    expect(store.keys()).toEqual([recordKey]);
    expect(readRecord(store)).toMatchObject({ status: 'succeeded', text: 'A bee, a bloom', bytes: 14 });
    expect(receipt).toMatchObject({
      status: 'succeeded',
      key: recordKey,
      bytes: 14,
      cost: { settled: '0.00005' },
    });
    expect(JSON.stringify(receipt).length).toBeLessThan(1_000);
    expect(JSON.stringify(receipt)).not.toContain('bloom');
  });

  it('that is an image has a small picture beside its record, and a text has none', async () => {
    const seen: Uint8Array[] = [];
    const thumbnail = async (image: Uint8Array): Promise<string> => `small ${seen.push(image)}`;
    const store = createMemoryStore();
    await sampleItemStore(store, { thumbnail }).succeed(picture, note, sampleHistory());
    expect(readRecord(store)).toMatchObject({ status: 'succeeded', thumbnail: 'small 1' });
    expect(seen).toEqual([picture.body]);
    // Found again by an attempt whose record was lost.
    await store.remove(recordKey);
    await sampleItemStore(store, { thumbnail }).find(sampleHistory());
    expect(readRecord(store)).toMatchObject({ thumbnail: 'small 2' });
    const texts = createMemoryStore();
    await sampleItemStore(texts, { thumbnail }).succeed(sampleAnswer(), note, sampleHistory());
    expect(readRecord(texts)).not.toHaveProperty('thumbnail');
    expect(seen).toHaveLength(2);
  });

  it('is stored without a small picture where none can be made', async () => {
    const store = createMemoryStore();
    const thumbnail = (): Promise<undefined> => Promise.resolve(undefined);
    await sampleItemStore(store, { thumbnail }).succeed(picture, note, sampleHistory());
    expect(readRecord(store)).not.toHaveProperty('thumbnail');
  });

  it('takes the place of a copy that a take-over has left, and owes nothing to it', async () => {
    const store = createMemoryStore();
    const left = { contentType: 'image/png', metadata: { reused: 'bees-9999999999' } };
    await store.put(imageKey, 'copied', left);
    expect(await itemStore(store).find(sampleHistory())).toBeUndefined();
    await itemStore(store).succeed(picture, note, sampleHistory());
    expect(store.text(imageKey)).toBe(Buffer.from(picture.body).toString());
    expect(readRecord(store)).toMatchObject({ status: 'succeeded', bytes: 3, cost: { settled: '0.00005' } });
  });

  it('of much text is an object of its own, before its record', async () => {
    const store = createMemoryStore();
    const body = Buffer.from('x'.repeat(64 * 1024 + 1));
    await itemStore(store).succeed(sampleAnswer({ body }), note, sampleHistory());
    expect(store.keys()).toEqual([keys.artifact(0, 1, 'haiku', 'txt'), recordKey]);
    expect(readRecord(store)).not.toHaveProperty('text');
  });

  it('keeps the whole message where it holds more than text', async () => {
    const store = createMemoryStore();
    const message = { role: 'assistant', tool_calls: [{ id: 'a' }] };
    await itemStore(store).succeed(sampleAnswer({ message }), note, sampleHistory());
    expect(readRecord(store)).toMatchObject({ message });
  });

  it('lists the attempts before it, and adds their charges', async () => {
    const store = createMemoryStore();
    const history = sampleHistory({ throttled: 3, notes: [sampleNote(1, { effect: { kind: 'lost' } })] });
    const receipt = await itemStore(store).succeed(sampleAnswer(), note, history);
    expect(readRecord(store)).toMatchObject({ throttled: 3, attempts: [{ attempt: 1 }, { attempt: 2 }] });
    expect(receipt).toMatchObject({ attempts: 5, throttled: 3, cost: { unknown: { count: 0 } } });
  });

  it('that comes second adopts the bytes and the record that were first', async () => {
    const store = createMemoryStore();
    const facts = { note: { ...note, attempt: 1 }, usage: { completionImageTokens: 1 } };
    await store.putOnce(imageKey, Buffer.from('first'), {
      contentType: 'image/png',
      metadata: { facts: JSON.stringify(facts) },
    });
    const receipt = await itemStore(store).succeed(picture, note, sampleHistory());
    expect(receipt).toMatchObject({ key: imageKey, bytes: 5, cost: { settled: '0.0001' } });
    expect(readRecord(store)).toMatchObject({
      artifact: { bytes: 5 },
      attempts: [
        { attempt: 1, code: 'answered' },
        { attempt: 2, code: 'duplicate' },
      ],
    });

    const second = await itemStore(store).succeed(sampleAnswer(), note, sampleHistory());
    expect(second).toEqual(receipt);
  });

  it('that comes second to a failure fails with it', async () => {
    const store = createMemoryStore();
    await store.putOnce(recordKey, JSON.stringify(failed()), { contentType: 'application/json' });
    await expect(itemStore(store).succeed(sampleAnswer(), note, sampleHistory())).rejects.toMatchObject({
      type: 'bad-request',
      nonRetryable: true,
      details: [{ status: 'failed', code: 'bad-request' }],
    });
  });

  it('that comes after the end of the run is kept apart, and changes nothing in it', async () => {
    const store = createMemoryStore();
    await store.putOnce(keys.success, '{"state":"completed"}', { contentType: 'application/json' });
    await itemStore(store, true).succeed(picture, note, sampleHistory());
    expect(store.keys()).toEqual([
      keys.success,
      keys.late('0000001-haiku.png'),
      keys.late('0000001-haiku.record.json'),
    ]);
  });
});

describe('attempts that may have cost something', () => {
  it('are kept beside the item as long as it has no record', async () => {
    const store = createMemoryStore();
    const history = sampleHistory({ notes: [sampleNote(1, { code: 'reset', effect: { kind: 'lost' } })] });
    await itemStore(store).keepAttempts(history);
    expect(JSON.parse(store.text(keys.attempts(0, 1, 'haiku')) ?? '')).toMatchObject({
      attempts: [{ attempt: 1, code: 'reset', charge: { amount: '0.5', certainty: 'unknown' } }],
      cost: { settled: '0', unknown: { count: 1, atMost: '0.5' } },
    });
    expect(await itemStore(store).find(history)).toBeUndefined();
  });
});

describe('a failure', () => {
  it('is recorded, and ends the activity with the receipt and the remedy', async () => {
    const store = createMemoryStore();
    const { fault } = failed();
    const history = sampleHistory({ notes: [sampleNote(1)] });
    await expect(itemStore(store).fail(fault, history)).rejects.toMatchObject({
      type: 'bad-request',
      message: 'bad-request (400): Correct it.',
      nonRetryable: true,
      details: [{ status: 'failed', code: 'bad-request', attempts: 1 }],
    });
    expect(readRecord(store)).toMatchObject({ status: 'failed', fault, cost: { settled: '0' } });
  });

  it('names its run in the commands that Temporal shows, and none in the record, which others take over', async () => {
    const store = createMemoryStore();
    const remedy = 'Later `pollen-batch retry RUN`.';
    const failing = itemStore(store).fail({ ...failed().fault, remedy }, sampleHistory());
    await expect(failing).rejects.toThrow(/: Later `pollen-batch retry bees-0a1b2c3d4e`\.$/);
    expect(readRecord(store)).toMatchObject({ fault: { remedy } });
  });
});

describe('looking for what an earlier attempt left', () => {
  it('finds nothing where nothing is', async () => {
    expect(await itemStore(createMemoryStore()).find(sampleHistory())).toBeUndefined();
  });

  it('finds a record, and fails with one that failed', async () => {
    const store = createMemoryStore();
    const receipt = await itemStore(store).succeed(sampleAnswer(), note, sampleHistory());
    expect(await itemStore(store).find(sampleHistory())).toEqual(receipt);

    const other = createMemoryStore();
    await other.putOnce(recordKey, JSON.stringify(failed()), { contentType: 'application/json' });
    await expect(itemStore(other).find(sampleHistory())).rejects.toMatchObject({ type: 'bad-request' });
  });

  it('makes the record of an artifact whose worker died before it wrote one, in its very bytes', async () => {
    const whole = createMemoryStore();
    await itemStore(whole).succeed(picture, imageNote, sampleHistory({ notes: [sampleNote(1)] }));
    const store = createMemoryStore();
    const artifact = await whole.get(imageKey);
    await store.putOnce(imageKey, artifact?.body ?? '', {
      contentType: 'image/png',
      metadata: artifact?.metadata ?? {},
    });

    // To the next attempt the dead one is a hole.
    const hole = sampleNote(2, { code: 'lost-worker', effect: { kind: 'lost' } });
    const receipt = await itemStore(store).find(sampleHistory({ seen: 2, notes: [sampleNote(1), hole] }));
    expect(store.text(recordKey)).toBe(whole.text(recordKey));
    expect(receipt).toMatchObject({
      status: 'succeeded',
      key: imageKey,
      attempts: 2,
      cost: { unknown: { count: 0 } },
    });
    expect(readRecord(store)).toMatchObject({
      artifact: { width: 64, height: 32 },
      modelUsed: 'flux.1 “schnell”',
    });
  });

  it('knows what the answer cost for sure, though workers died before they looked for what it left', async () => {
    const store = createMemoryStore();
    await itemStore(store).succeed(picture, note, sampleHistory());
    const left = createMemoryStore();
    const { body = '', metadata = {} } = (await store.get(imageKey)) ?? {};
    await left.putOnce(imageKey, body, { contentType: 'image/png', metadata });
    const holes = [2, 3, 4].map((attempt) =>
      sampleNote(attempt, { code: 'lost-worker', effect: { kind: 'lost' } }),
    );
    const receipt = await itemStore(left).find(sampleHistory({ seen: 4, notes: holes }));
    expect(receipt).toMatchObject({ attempts: 3, cost: { settled: '0.00005', unknown: { count: 0 } } });
  });

  it('keeps facts beside the artifact in plain ASCII, as headers must be', async () => {
    const store = createMemoryStore();
    await itemStore(store).succeed(picture, note, sampleHistory());
    expect((await store.get(imageKey))?.metadata['facts']).toMatch(/^[\u0020-\u007e]+$/);
  });

  it("takes no other item's artifact", async () => {
    const store = createMemoryStore();
    await store.putOnce(keys.artifact(0, 1, 'haiku-2', 'png'), 'x', { contentType: 'image/png' });
    expect(await itemStore(store).find(sampleHistory())).toBeUndefined();
  });
});

describe('a call of an item of several', () => {
  const part = { step: 'list', index: 1 };
  const stepKey = keys.step(0, 1, 'haiku', part);

  it('has a record of its own, with the lengths of lists in it and in its receipt', async () => {
    const store = createMemoryStore();
    const receipt = await itemStore(store, false, { part }).succeed(sampleAnswer(), note, sampleHistory(), {
      json: true,
      lists: { 2: 3 },
    });
    expect(store.keys()).toEqual([stepKey]);
    expect(readRecord(store, stepKey)).toMatchObject({ part, json: true, lists: { 2: 3 } });
    expect(receipt.lists).toEqual({ 2: 3 });
    expect(await itemStore(store, false, { part }).find(sampleHistory())).toEqual(receipt);
  });

  it('knows the lengths of lists again from an artifact whose worker died', async () => {
    const whole = createMemoryStore();
    const body = Buffer.from(`["${'x'.repeat(70_000)}"]`);
    const answer = sampleAnswer({ body, extension: 'json', contentType: 'application/json' });
    const output = { json: true, lists: { 2: 1 } } as const;
    const listNote = { ...note, usage: answer.usage };
    await itemStore(whole, false, { part }).succeed(answer, listNote, sampleHistory(), output);
    const store = createMemoryStore();
    const key = keys.artifact(0, 1, 'haiku', 'json', part);
    const { metadata = {} } = (await whole.get(key)) ?? {};
    await store.putOnce(key, body, { contentType: 'application/json', metadata });
    const receipt = await itemStore(store, false, { part }).find(sampleHistory());
    expect(receipt).toMatchObject({ key, lists: { 2: 1 } });
    expect(store.text(stepKey)).toBe(whole.text(stepKey));
  });

  it('takes over nothing of the calls beside it, and nothing of those that mend it', async () => {
    const store = createMemoryStore();
    for (const other of [{ step: 'list' }, { step: 'list', index: 11 }, { ...part, repair: 1 }]) {
      await itemStore(store, false, { part: other }).succeed(picture, note, sampleHistory());
    }
    expect(await itemStore(store, false, { part }).find(sampleHistory())).toBeUndefined();
    expect(await itemStore(store).find(sampleHistory())).toBeUndefined();
  });

  it('keeps an answer that does not fit beside its fault, up to 64 KB', async () => {
    const store = createMemoryStore();
    const fault = { code: 'output-invalid', message: 'no list', remedy: 'Ask again.' };
    const failing = itemStore(store, false, { part }).fail(fault, sampleHistory(), 'x'.repeat(100_000));
    await expect(failing).rejects.toMatchObject({ type: 'output-invalid' });
    expect(readRecord(store, stepKey)).toMatchObject({ status: 'failed', part, answer: 'x'.repeat(65_536) });
  });
});

describe('a record', () => {
  it("has the values of its item's row, and what its author called it", async () => {
    const store = createMemoryStore();
    const call = sampleCall({ customId: 'row/1', vars: { colour: 'red' } });
    await itemStore(store, false, { call }).succeed(sampleAnswer(), note, sampleHistory());
    expect(readRecord(store)).toMatchObject({ customId: 'row/1', vars: { colour: 'red' } });
  });
});
