import { describe, expect, it } from 'vitest';

import { foldBill } from '../../../src/commands/bill/bill.ts';
import { openBill } from '../../../src/commands/bill/open-bill.ts';
import { readRunCosts } from '../../../src/commands/bill/run-costs.ts';
import { diff } from '../../../src/commands/diff/diff.ts';
import { collect } from '../../../src/commands/gc/collect.ts';
import { planGc, runGc } from '../../../src/commands/gc/gc.ts';
import { copyRunTo } from '../../../src/commands/results/copy-to.ts';
import { results } from '../../../src/commands/results/results.ts';
import { findDependents } from '../../../src/commands/runs/find-dependents.ts';
import { storedRuns } from '../../../src/commands/runs/stored-runs.ts';
import { PollenBatchError } from '../../../src/errors.ts';
import { recentRuns } from '../../../src/records/past-runs.ts';
import { claimRun, readMarker, type JobFile } from '../../../src/records/run-store.ts';
import { runKeys, type RunLocation } from '../../../src/storage/keys.ts';
import { StoreError } from '../../../src/storage/store-error.ts';
import { verifyRun } from '../../../src/verify/verify-run.ts';
import { endRun } from '../../support/end-run.ts';
import { createMemoryStore, type MemoryStore } from '../../support/memory-store.ts';
import { api, run, samplePageCode, succeeded } from '../../support/samples.ts';

const keys = runKeys(run);
const json = { contentType: 'application/json' };
const day = 86_400;
const now = new Date('2026-03-01T00:00:00.000Z');
const from = '2026-01-01T06:00:00.000Z';
const to = '2026-01-02T07:00:00.000Z';
const jobFile: JobFile = {
  version: 1,
  runId: run.runId,
  api,
  allowUnpriced: false,
  job: { name: run.job, entries: [] } as unknown as JobFile['job'],
};
const lines = [1, 2].map((number) =>
  succeeded({
    number,
    id: `item-${number}`,
    throttled: number,
    attempts: [
      {
        attempt: 1,
        at: `2026-01-0${number}T06:30:00.000Z`,
        code: 'answered',
        charge: { amount: '0.00005', certainty: 'exact' },
      },
    ],
  }),
);
const reading = (store: MemoryStore) => ({
  store,
  locations: [{ prefix: 'runs', emulated: false }],
  temporal: () => Promise.resolve(new PollenBatchError('temporal-unreachable', 'it is away')),
});
const old = { olderThan: 30 * day, keepsBills: true, now: () => now };

/** A store with a run that has ended, and something of every kind that it may leave. */
async function storeWithRun(
  location: RunLocation = run,
  changes: Partial<JobFile> = {},
): Promise<MemoryStore> {
  const store = createMemoryStore();
  await addRun(store, location, changes);
  return store;
}
async function addRun(
  store: MemoryStore,
  location: RunLocation,
  changes: Partial<JobFile> = {},
): Promise<void> {
  const own = runKeys(location);
  await store.putOnce(own.job, JSON.stringify({ ...jobFile, runId: location.runId, ...changes }), json);
  await endRun(store, location, { from, to }, lines);
  for (const key of [
    own.page('plan0', 0),
    own.record(0, 1, 'item-1'),
    own.artifact(0, 2, 'item-2', 'txt'),
    own.input('a'.repeat(64)),
    own.errors,
    own.reportText,
    own.gallery(1),
    own.begun,
  ])
    await store.put(key, '{}', json);
}
async function gc(store: MemoryStore, changes: object = {}) {
  return runGc(store, await planGc(reading(store), { ...old, ...changes }), undefined, () => now);
}
const listed = async (store: MemoryStore) => {
  const { runs } = await storedRuns(
    reading(store),
    Promise.resolve(() => false),
    undefined,
  );
  return runs.map(({ marker }) => marker?.state ?? 'unfinished');
};

describe('gc', () => {
  it('says what it would delete, and changes nothing', async () => {
    const store = await storeWithRun();
    const all = store.keys();
    const { plan } = await planGc(reading(store), old);
    expect(plan).toMatchObject({
      before: '2026-01-30T00:00:00.000Z',
      runs: [{ runId: run.runId, objects: 7 }],
    });
    expect(store.keys()).toEqual(all);
    expect((await planGc(reading(store), { ...old, olderThan: 60 * day })).plan.runs).toEqual([]);
  });

  it('keeps the bill to the last 1e-8, and what was told to slow down, when the results are gone', async () => {
    const store = await storeWithRun();
    const late = {
      ...lines[0],
      version: 1,
      attempts: [{ ...lines[0]?.attempts[0], attempt: 2, at: '2026-01-02T06:40:00.000Z' }],
    };
    await store.put(keys.late('0000001-item-1.2.attempt.json'), JSON.stringify(late), json);
    const before = await foldBill(await openBill(store, run));
    const days = await readRunCosts(store, run, 'day', undefined);
    const jobs = await readRunCosts(store, run, 'job', undefined);
    expect(await gc(store)).toMatchObject({ objects: 8, runs: [{ runId: run.runId }] });
    expect([...store.keys()].sort()).toEqual(
      [
        keys.begun,
        keys.bill,
        keys.billRows,
        keys.job,
        keys.plan,
        keys.report,
        keys.reportText,
        keys.success,
      ].sort(),
    );
    const { collectedAt, ...after } = await foldBill(await openBill(store, run));
    expect(collectedAt).toBe(now.toISOString());
    expect(after).toEqual(before);
    expect(await readRunCosts(store, run, 'day', undefined)).toEqual({ ...days, isCollected: true });
    expect(await readRunCosts(store, run, 'job', undefined)).toEqual({ ...jobs, isCollected: true });
    expect((await planGc(reading(store), old)).plan.runs).toEqual([]);
  });

  it('has every command that misses the results say that they were collected', async () => {
    const store = await storeWithRun();
    const other = { ...run, runId: 'bees-1111111111' };
    await addRun(store, other);
    await gc(store);
    const gone = {
      code: 'usage',
      message: `the results of run ${run.runId} were collected at 2026-03-01 00:00:00 UTC`,
    };
    await expect(results(store, run, 'nowhere', () => Promise.resolve(samplePageCode))).rejects.toMatchObject(
      gone,
    );
    const settings = {} as unknown as Parameters<typeof copyRunTo>[1];
    await expect(copyRunTo(store, settings, run, 's3://archive')).rejects.toMatchObject(gone);
    await expect(diff(store, run, other)).rejects.toMatchObject(gone);
    expect(await listed(store)).toEqual(['completed', 'completed']);
    const { ended } = await recentRuns(store, run, api);
    expect(ended).toEqual([]);
  });

  it.each([true, false])(
    'goes on where it was interrupted, and leaves no run that looks unfinished or broken (keep bills: %s)',
    async (keepsBills) => {
      const whole = await storeWithRun();
      const removals = (await planGc(reading(whole), { ...old, keepsBills })).plan.objects;
      for (let left = 0; left <= removals; left += 1) {
        const store = await storeWithRun();
        let open = left;
        const failing = {
          ...store,
          async remove(key: string) {
            if ((open -= 1) < 0) throw new StoreError('store-unavailable', 'the store has gone');
            await store.remove(key);
          },
        };
        await expect(collect(failing, run, keepsBills, now)).rejects.toThrow('the store has gone');
        const marker = await readMarker(store, run);
        expect(marker?.state).toBe('completed');
        // The first removal only tries whether it may.
        expect(marker?.collected?.kept).toBe(left === 0 ? undefined : keepsBills ? 'bill' : 'nothing');
        if (left > 0) {
          const { findings, collected } = await verifyRun(store, run);
          expect(findings).toEqual([]);
          expect(collected?.leftOver).toBeGreaterThan(0);
          expect(await listed(store)).toEqual(keepsBills ? ['completed'] : []);
          if (!keepsBills) await expect(claimRun(store, run, jobFile)).rejects.toThrow('is being deleted');
        }
        await gc(store, { keepsBills });
        expect(store.keys().length).toBe(keepsBills ? 8 : 0);
        if (keepsBills) expect((await verifyRun(store, run)).collected?.leftOver).toBe(0);
      }
    },
  );

  it.each([true, false])(
    'writes and deletes nothing but of the run, whatever its marker calls itself (keep bills: %s)',
    async (keepsBills) => {
      const store = await storeWithRun();
      const foreign = 'runs/wasps/wasps-0000000000/job.json';
      await store.put(foreign, 'theirs', json);
      const marker = JSON.parse(store.text(keys.success) ?? '') as object;
      await store.put(keys.success, JSON.stringify({ ...marker, marker: foreign }), json);
      await collect(store, run, keepsBills, now);
      expect(store.text(foreign)).toBe('theirs');
      expect((await readMarker(store, run))?.collected?.kept).toBe(keepsBills ? 'bill' : undefined);
      expect(store.keys().filter((key) => key !== foreign)).toHaveLength(keepsBills ? 8 : 0);
    },
  );

  it.each([true, false])(
    'leaves a run as it was that another one has come to need since it was chosen (keep bills: %s)',
    async (keepsBills) => {
      const store = await storeWithRun();
      const other = { ...run, runId: 'bees-1111111111' };
      await addRun(store, other);
      const found = await planGc(reading(store), { ...old, keepsBills });
      const retry = { ...run, runId: `${run.runId}-retry1` };
      await store.put(runKeys(retry).job, JSON.stringify({ ...jobFile, parent: { runId: run.runId } }), json);
      await store.put(runKeys(retry).plan, JSON.stringify({ pages: [] }), json);
      const before = [...store.keys()].filter((key) => key.startsWith(keys.root)).sort();
      const { runs, stay } = await runGc(store, found, undefined, () => now);
      expect(runs.map(({ runId }) => runId)).toEqual([other.runId]);
      expect(stay).toEqual([
        { runId: run.runId, because: { kind: 'left', reason: `it is needed by ${retry.runId} meanwhile` } },
      ]);
      expect([...store.keys()].filter((key) => key.startsWith(keys.root)).sort()).toEqual(before);
      expect((await readMarker(store, run))?.collected).toBeUndefined();
    },
  );

  it('deletes nothing of a run whose marker somebody else has written since it was marked', async () => {
    const store = await storeWithRun();
    const theirs = { ...(await readMarker(store, run)), endedAt: '2026-02-01T00:00:00.000Z' };
    const racing: MemoryStore = {
      ...store,
      async put(key, body, options) {
        await store.put(key, body, options);
        if (key === keys.success) await store.put(key, JSON.stringify(theirs), json);
      },
    };
    const count = store.keys().length;
    expect(await collect(racing, run, false, now)).toEqual({
      kind: 'left',
      reason: 'its marker was changed meanwhile',
    });
    expect(store.keys()).toHaveLength(count);
    expect(await readMarker(store, run)).toEqual(theirs);
  });

  it('leaves all of a job in which a run is claimed and not planned yet', async () => {
    const store = await storeWithRun();
    const claimed = { ...run, runId: 'bees-1111111111' };
    const claim = (job: object) => store.put(runKeys(claimed).job, JSON.stringify({ ...jobFile, job }), json);
    await claim(jobFile.job);
    expect((await collect(store, run, true, now)).kind).toBe('left');
    expect(await gc(store)).toMatchObject({
      runs: [],
      stay: [{ runId: run.runId, because: { kind: 'unplanned', by: claimed.runId } }],
    });
    expect(await findDependents(store, run)).toEqual([]);
    await claim({ ...jobFile.job, reuse: true });
    expect(await findDependents(store, run)).toEqual([claimed.runId]);
    // Two claims keep each other from being deleted no more than one does.
    await store.remove(keys.success);
    expect(await findDependents(store, run)).toEqual([]);
  });

  it.each(['reuse', 'begun'])('leaves what a run that goes on is still to take over (%s)', async (field) => {
    const store = await storeWithRun();
    const open = { ...run, runId: 'bees-1111111111' };
    await store.put(runKeys(open).job, JSON.stringify(jobFile), json);
    await store.put(runKeys(open).plan, JSON.stringify({ digest: 'plan0', pages: [{ page: 0 }] }), json);
    await store.put(
      runKeys(open).page('plan0', 0),
      `${JSON.stringify({ [field]: { runId: run.runId, key: 'x' } })}\n`,
      json,
    );
    expect(await findDependents(store, run)).toEqual([open.runId]);
    expect((await gc(store)).runs).toEqual([]);
  });

  it('marks nothing where the credentials may not delete', async () => {
    const store = await storeWithRun();
    const all = store.keys();
    store.failNext('remove', new StoreError('store-forbidden', 'no'));
    await expect(gc(store)).rejects.toMatchObject({
      code: 'store-unusable',
      message: 'the credentials may not delete in bucket memory',
    });
    expect(store.keys()).toEqual(all);
    expect((await readMarker(store, run))?.collected).toBeUndefined();
  });

  it('leaves a run as it is whose bill cannot be read, and goes on with the others', async () => {
    const store = await storeWithRun();
    const other = { ...run, runId: 'bees-1111111111' };
    await addRun(store, other);
    await store.put(keys.part(0), 'damaged', json);
    const { runs, stay } = await gc(store);
    expect(runs.map(({ runId }) => runId)).toEqual([other.runId]);
    expect(stay).toMatchObject([{ runId: run.runId, because: { kind: 'left' } }]);
    expect((await readMarker(store, run))?.collected).toBeUndefined();
  });

  it('leaves what a run needs that stays, and all of a job with a run that is damaged', async () => {
    const store = await storeWithRun();
    const retry = { ...run, runId: `${run.runId}-retry1` };
    const plan = JSON.stringify({ pages: [] });
    await store.put(runKeys(retry).job, JSON.stringify({ ...jobFile, parent: { runId: run.runId } }), json);
    await store.put(runKeys(retry).plan, plan, json);
    expect(await gc(store)).toMatchObject({
      runs: [],
      stay: [{ runId: run.runId, because: { kind: 'needed', by: retry.runId } }],
    });
    expect(await findDependents(store, run)).toEqual([retry.runId]);
    await store.put(runKeys(retry).job, 'damaged', json);
    const { runs, stay } = await gc(store);
    expect(runs).toEqual([]);
    expect(stay.map(({ because }) => because.kind)).toEqual(['damaged', 'damaged']);
  });

  it('deletes the bill too where it is not kept, also of a run whose results went before', async () => {
    const store = await storeWithRun();
    await gc(store);
    await gc(store, { keepsBills: false });
    expect(store.keys()).toEqual([]);
  });

  it('leaves a run alone whose workflow may not have ended, which Temporal alone can tell', async () => {
    const store = await storeWithRun();
    const soon = () => new Date(Date.parse(to) + 60_000);
    const { plan } = await planGc(reading(store), { olderThan: 1, keepsBills: true, now: soon });
    expect(plan).toMatchObject({ runs: [], stay: [{ because: { kind: 'open' } }] });
  });

  it('is seen through where what it left was changed', async () => {
    const store = await storeWithRun();
    await gc(store);
    await store.put(keys.billRows, (store.text(keys.billRows) ?? '').replace('0.00005', '0.00004'), json);
    const { findings } = await verifyRun(store, run);
    expect(findings.map(({ code, object }) => `${code} ${object}`)).toEqual(['file-changed bill-rows.jsonl']);
    await expect(foldBill(await openBill(store, run))).rejects.toMatchObject({ code: 'store-unusable' });
  });
});
