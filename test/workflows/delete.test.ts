import { describe, expect, vi } from 'vitest';

import { readingOf } from '../../src/commands/session/reading.ts';
import { deleteRun, findDeletable } from '../../src/commands/runs/delete-run.ts';
import type { ErasableStore } from '../../src/storage/erasable-store.ts';
import { list } from '../../src/commands/runs/list.ts';
import { retry } from '../../src/commands/retry/retry.ts';
import { runKeys, type RunLocation } from '../../src/storage/keys.ts';
import { StoreError } from '../../src/storage/store-error.ts';
import type { Harness } from '../support/harness.ts';
import { test } from '../support/on-servers.ts';

const job = (name: string, text = 'a bee'): string => `
version: 1
name: ${name}
items: [{ id: good, text: ${text} }, { id: bad, text: '[[fault:422]] ${text}' }]
`;

const waiting = { timeout: 180_000, interval: 200 };

async function keysOf({ session }: Harness, run: RunLocation): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const { key } of session.store.list(runKeys(run).root)) keys.push(key);
  return keys;
}

/** The store, whose removals fail from one on. */
function failingAfter({ session }: Harness, removals: number): ErasableStore {
  const { store } = session;
  let left = removals;
  return {
    ...store,
    async remove(key) {
      if ((left -= 1) < 0) throw new StoreError('store-unavailable', 'the store has gone');
      await store.remove(key);
    },
  };
}

async function stateOf({ session }: Harness, run: RunLocation): Promise<string | undefined> {
  const { runs } = await list(readingOf(session), { limit: 9 });
  return runs.find(({ runId }) => runId === run.runId)?.state;
}

describe.concurrent('delete', { timeout: 400_000 }, () => {
  test('goes on where it was interrupted, wherever that was, and ends with nothing left', async ({
    open,
  }) => {
    const harness = await open();
    const { session, submit, finish } = harness;
    const { run } = await submit(job('bees'));
    const { run: other } = await submit(job('bees', 'another bee'));
    await Promise.all([finish(run), finish(other)]);
    const others = await keysOf(harness, other);

    const deleteWith = async (store: ErasableStore): Promise<void> => {
      await deleteRun(store, session.temporal, await findDeletable(session.store, session.temporal, run));
    };
    const { length } = await keysOf(harness, run);
    for (const removals of [0, Math.ceil(length / 2)]) {
      await expect(deleteWith(failingAfter(harness, removals))).rejects.toThrow('the store has gone');
      // Its marker is there: it has not become a run that goes on.
      expect(await harness.files(run).marker()).toMatchObject({ state: 'completed_with_failures' });
    }
    await vi.waitFor(
      async () => expect(await stateOf(harness, run)).toBe('completed_with_failures'),
      waiting,
    );
    // What is left of it by now: the claim alone, then nothing.
    const left = (await keysOf(harness, run)).length;
    await expect(deleteWith(failingAfter(harness, left))).rejects.toThrow('the store has gone');
    expect(await keysOf(harness, run)).toEqual([runKeys(run).job]);
    await deleteWith(session.store);
    expect(await keysOf(harness, run)).toEqual([]);
    expect(await keysOf(harness, other)).toEqual(others);
    await vi.waitFor(async () => {
      expect(await stateOf(harness, run)).toBeUndefined();
      expect(await stateOf(harness, other)).toBe('completed_with_failures');
    }, waiting);
  });

  test('is refused while the run goes on, and while a retry has results of it by reference', async ({
    open,
  }) => {
    const harness = await open({ workers: 0 });
    const { session, submit, finish } = harness;
    const { run } = await submit(job('wasps'));
    const look = () => findDeletable(session.store, session.temporal, run);
    await expect(look()).rejects.toMatchObject({
      code: 'usage',
      message: `run ${run.runId} goes on, so it cannot be deleted`,
    });
    await harness.startWorker();
    // By its marker, as `wait` knows it, which is there a moment before its workflow ends.
    await vi.waitFor(async () => expect(await harness.files(run).marker()).toBeDefined(), waiting);
    expect(await look()).toMatchObject({ run });
    const retried = await retry(session, run.runId, { newSeeds: false });
    await finish(retried.run);
    await expect(look()).rejects.toMatchObject({ details: [retried.run.runId] });
    expect(await harness.files(run).marker()).toBeDefined();
    await deleteRun(
      session.store,
      session.temporal,
      await findDeletable(session.store, session.temporal, retried.run),
    );
    expect(await look()).toMatchObject({ run });
  });
});
