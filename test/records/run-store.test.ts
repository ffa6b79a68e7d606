import { describe, expect, it } from 'vitest';

import { runKeys } from '../../src/storage/keys.ts';
import {
  beginRun,
  claimRun,
  readBegun,
  readJobFile,
  readMarker,
  readPlan,
  writePlan,
  type JobFile,
} from '../../src/records/run-store.ts';
import { jobOf } from '../support/job.ts';
import { createMemoryStore } from '../support/memory-store.ts';
import { api, run, sampleCall, samplePlan } from '../support/samples.ts';

const keys = runKeys(run);
const file: JobFile = {
  version: 1,
  runId: run.runId,
  api,
  allowUnpriced: false,
  job: jobOf('version: 1\nname: bees\nitems: [{ text: One bee }]\n'),
};
const pages = Array.from({ length: 40 }, (_, page) => ({ page, lane: 'all', calls: 1 }));
const pageText = (page: number): string => `${JSON.stringify(sampleCall({ number: page + 1 }))}\n`;

describe('a run is claimed', () => {
  it('by the first, whose job file counts for whoever comes later', async () => {
    const store = createMemoryStore();
    const first = { ...file, seedScope: 'first' };
    expect(await claimRun(store, run, first)).toBeUndefined();
    expect(await claimRun(store, run, first)).toEqual(first);
    expect(await claimRun(store, run, { ...file, seedScope: 'second', allowUnpriced: true })).toEqual(first);
    expect(await readJobFile(store, run)).toEqual(first);
  });
});

describe('a run is begun', () => {
  it('by the first execution of its workflow, also at another attempt, and by no later one', async () => {
    const store = createMemoryStore();
    const none = () => Promise.resolve(undefined);
    expect(await readBegun(store, run)).toBeUndefined();
    expect(await beginRun(store, run, 'execution-1', none)).toBe(true);
    expect(await beginRun(store, run, 'execution-1', none)).toBe(true);
    expect(await beginRun(store, run, 'execution-2', none)).toBe(false);
    expect(await beginRun(store, run, 'execution-1', none)).toBe(true);
    expect(await readBegun(store, run)).toEqual({ execution: 'execution-1' });
  });

  it('with the balance of then, which nobody reads again', async () => {
    const store = createMemoryStore();
    const looks: string[] = [];
    const lookAs = (pollen: string) => () => {
      looks.push(pollen);
      return Promise.resolve({ at: '2026-01-02T03:04:05.000Z', pollen, keyDigest: '0a1b' });
    };
    // Two attempts at the same time: the one that is first says what the balance was.
    await Promise.all(['5', '4'].map((pollen) => beginRun(store, run, 'execution-1', lookAs(pollen))));
    const balance = {
      at: '2026-01-02T03:04:05.000Z',
      pollen: expect.stringMatching(/^[45]$/),
      keyDigest: '0a1b',
    };
    const begun = await readBegun(store, run);
    expect(begun).toEqual({ execution: 'execution-1', balance });
    expect(await beginRun(store, run, 'execution-1', lookAs('3'))).toBe(true);
    expect(await beginRun(store, run, 'execution-2', lookAs('3'))).toBe(false);
    expect(await readBegun(store, run)).toEqual(begun);
    expect(looks).not.toContain('3');
  });
});

describe('a plan', () => {
  it('is written after all its pages, so that it is whole or absent', async () => {
    const store = createMemoryStore();
    await writePlan(store, run, { plan: samplePlan({ pages }), pageText });
    expect(store.keys()).toHaveLength(41);
    expect(store.keys().at(-1)).toBe(keys.plan);
    expect(store.text(keys.page('plan0', 7))).toBe(`${JSON.stringify(sampleCall({ number: 8 }))}\n`);
  });

  it('that is there already is the one that counts', async () => {
    const store = createMemoryStore();
    const first = samplePlan({ createdAt: '2026-01-01T00:00:00.000Z' });
    expect(await writePlan(store, run, { plan: first, pageText })).toEqual(first);
    expect(await writePlan(store, run, { plan: samplePlan(), pageText })).toEqual(first);
    expect(await readPlan(store, run)).toEqual(first);
  });
});

describe('a run that is not there', () => {
  it('has no job file, no plan and no marker', async () => {
    const store = createMemoryStore();
    expect(await readJobFile(store, run)).toBeUndefined();
    expect(await readPlan(store, run)).toBeUndefined();
    expect(await readMarker(store, run)).toBeUndefined();
  });
});

describe('the marker', () => {
  it.each([keys.success, keys.failed])('is found at %s', async (key) => {
    const store = createMemoryStore();
    await store.putOnce(key, '{"state":"stopped"}', { contentType: 'application/json' });
    expect(await readMarker(store, run)).toEqual({ state: 'stopped' });
  });
});

describe('an object of a run that is damaged', () => {
  it.each([
    [keys.plan, readPlan],
    [keys.success, readMarker],
    [keys.job, readJobFile],
  ])('is named: %s', async (key, read) => {
    const store = createMemoryStore();
    await store.put(key, '{"version"', { contentType: 'application/json' });
    await expect(read(store, run)).rejects.toMatchObject({
      code: 'store-unusable',
      message: `${key} is damaged, or of an earlier version`,
    });
  });
});
