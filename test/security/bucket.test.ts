import { mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { readAttached } from '../../src/activities/attached.ts';
import type { ActivityDependencies } from '../../src/activities/dependencies.ts';
import type { Resolution } from '../../src/activities/resolution.ts';
import { readStepValues } from '../../src/activities/step-values.ts';
import { takeOver } from '../../src/activities/take-over.ts';
import { takeOverSteps } from '../../src/activities/take-over-steps.ts';
import { openGallery } from '../../src/commands/open/open.ts';
import { copyResults } from '../../src/commands/results/copy-results.ts';
import { copyRun } from '../../src/commands/results/copy-run.ts';
import { openExport } from '../../src/commands/results/export-lines.ts';
import { writeResults, writeRunDataset } from '../../src/commands/results/results.ts';
import { resultFormats } from '../../src/commands/results/result-formats.ts';
import { sha256 } from '../../src/plan/digest.ts';
import type { PlannedChain } from '../../src/plan/plan.ts';
import { workDigest } from '../../src/plan/work-digest.ts';
import { allRuns } from '../../src/records/all-runs.ts';
import { createRecords } from '../../src/records/record-store.ts';
import type { Marker } from '../../src/records/run-store.ts';
import { emptyTally } from '../../src/records/tally.ts';
import { runKeys } from '../../src/storage/keys.ts';
import { createMemoryStore, type MemoryStore } from '../support/memory-store.ts';
import { now, run, sampleCall, samplePageCode, samplePlan, succeeded } from '../support/samples.ts';
import { hostileNames } from './hostile-names.ts';

const keys = runKeys(run);
const options = { contentType: 'application/octet-stream' };
const secret = 'payroll of somebody else';
const secretKeys = [
  'payroll/2026.png',
  'runs/other/other-0000000000/items/00000/0000001-a.png',
  'emulated/runs/bees/bees-0a1b2c3d4e/items/00000/0000001-a.png',
  'runs/bees-evil/bees-evil-1/items/00000/0000001-a.png',
];

/** Names that whoever may write to the prefix may put wherever a key stands. */
const hostileKeys: readonly string[] = [
  ...secretKeys,
  ...secretKeys.map((key) => `${keys.root}../../../${key}`),
  ...secretKeys.map((key) => `${keys.root}items/00000/../../../../../${key}`),
  ...secretKeys.map((key) => `${keys.root}items/00000/..%2f..%2f${key}`),
  ...secretKeys.map((key) => `/${key}`),
  ...secretKeys.map((key) => `s3://tests/${key}`),
  ...secretKeys.map((key) => `${keys.root}//${key}`),
  ...secretKeys.map((key) => `${keys.root}./../../${key}`),
  `${keys.root}../bees-9999999999/items/00000/0000001-a.png`,
  `${keys.root.slice(0, -1)}-evil/items/00000/0000001-a.png`,
  `${keys.root}items/00000/.`,
  `${keys.root}items/00000/..`,
  `${keys.root}items/../job.json`,
  `${keys.root}job.json`,
  keys.job,
  keys.plan,
  '',
  '/',
  '..',
  'x'.repeat(2_000),
];

/** Written down once more here, so that a wrong rule of the product finds no key right. */
const isOfJob = (key: string): boolean =>
  /^runs\/bees\/[A-Za-z0-9][\w.-]*\/items\/\d{5}\/[A-Za-z0-9][\w.-]*$/.test(key);
const isOfRun = (key: string): boolean => isOfJob(key) && key.startsWith('runs/bees/bees-0a1b2c3d4e/');

let home: string;
let out: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'pollen-batch-bucket-'));
  out = join(home, 'out');
});
afterEach(() => rm(home, { recursive: true, force: true }));

/** Where everything that was written really is. */
async function written(): Promise<readonly string[]> {
  const found = await readdir(home, { recursive: true, withFileTypes: true });
  const files = found.filter((entry) => !entry.isDirectory());
  const root = await realpath(home);
  const places = await Promise.all(
    files.map(async ({ parentPath, name }) => realpath(join(parentPath, name))),
  );
  return places.map((place) => (place.startsWith(`${root}${sep}`) ? place.slice(root.length + 1) : place));
}

/** A run that has ended with these lines; secrets lie beside it, and under every hostile name as a careless server would have it. */
async function endedRun(
  lines: readonly object[],
): Promise<{ readonly store: MemoryStore; readonly marker: Marker }> {
  const store = createMemoryStore();
  const body = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  await store.put(keys.part(0), body, options);
  for (const key of [...secretKeys, ...hostileKeys]) await store.put(key, secret, options);
  for (const key of [keys.report, keys.bill, keys.errors]) await store.put(key, '{}\n', options);
  await store.put(keys.job, '{}', options);
  await store.put(keys.plan, JSON.stringify(samplePlan()), options);
  const marker: Marker = {
    version: 1,
    runId: run.runId,
    state: 'completed',
    endedAt: now.toISOString(),
    tally: emptyTally,
    marker: keys.success,
    parts: [{ key: keys.part(0), sha256: sha256(body), items: lines.length }],
    files: [keys.report, keys.bill, keys.errors].map((key) => ({ key, sha256: sha256('{}\n') })),
  };
  await store.put(keys.success, JSON.stringify(marker), options);
  return { store, marker };
}

/** Keys that were read, without those of the run itself. */
function readElsewhere(store: MemoryStore): readonly string[] {
  const got = store
    .calls()
    .flatMap((call) => (/^(get|copy) /.test(call) ? [call.slice(call.indexOf(' ') + 1)] : []));
  return got.filter(
    (key) => !key.startsWith(keys.root) || /(^|\/)\.{0,2}(\/|$)/.test(key.slice(keys.root.length)),
  );
}

function picture(changes: object): object {
  const { text: _text, ...record } = succeeded({ kind: 'image', sha256: sha256(secret) });
  const artifact = { key: '', bytes: secret.length, sha256: sha256(secret), contentType: 'image/png' };
  return { ...record, artifact, ...changes };
}
const pictureAt = (key: string): object =>
  picture({ artifact: { key, bytes: secret.length, sha256: sha256(secret), contentType: 'image/png' } });

/**
 * Every way in which results come to this machine.
 *
 * @param turn - takes one way of all in turn beside the first. @default all of them
 */
async function copyAll(store: MemoryStore, marker: Marker, turn?: number): Promise<readonly unknown[]> {
  const refused: unknown[] = [];
  const exported = await openExport(store, run, marker);
  const [first, ...others] = [
    () => copyResults(store, exported, join(out, 'all'), () => Promise.resolve(samplePageCode)),
    () => writeRunDataset(store, exported, join(out, 'dataset')),
    ...resultFormats.map(
      (format) => () => writeResults(store, exported, { format, withArtifacts: true }, join(out, format)),
    ),
  ] as const;
  for (const copy of [
    first,
    ...others.filter((_, index) => turn === undefined || turn % others.length === index),
  ]) {
    await copy().catch((error: unknown) => refused.push(error));
  }
  return refused;
}

describe('results that somebody has changed who may write to the prefix', () => {
  it(
    'write no file outside of their folder, and none of a name that is not ours, by ids',
    { timeout: 60_000 },
    async () => {
      for (const [turn, name] of hostileNames.filter((text) => text.length < 2_000).entries()) {
        const { store, marker } = await endedRun([
          { ...succeeded({ id: name, text: 'Hi', sha256: sha256('Hi') }) },
        ]);
        await copyAll(store, marker, turn);
        for (const file of await written()) {
          expect(file, JSON.stringify(name)).toMatch(
            /^out\/(all|dataset|jsonl|csv|parquet|openai-batch)\/bees-0a1b2c3d4e\/((items|images|data|dataset)\/)*[A-Za-z0-9][A-Za-z0-9._-]*$/,
          );
        }
        expect(readElsewhere(store)).toEqual([]);
        await rm(out, { recursive: true, force: true });
      }
    },
  );

  it(
    'read no object that is not their run’s, and hand none out, by artifacts',
    { timeout: 60_000 },
    async () => {
      for (const key of hostileKeys) {
        const { store, marker } = await endedRun([pictureAt(key)]);
        const refused = await copyAll(store, marker);
        // A percent sign is one like any other letter, and leads nowhere.
        if (!key.includes('%2f')) expect(refused.length, key).toBeGreaterThan(0);
        for (const error of refused) expect(error).toMatchObject({ code: 'store-unusable' });
        expect(readElsewhere(store), key).toEqual([]);
        for (const file of await written()) {
          const isOwn = key.includes('%2f') || (key.startsWith(keys.root) && !key.includes('..'));
          if (!isOwn) expect(await readFile(join(home, file), 'utf8')).not.toContain(secret);
        }
        await rm(out, { recursive: true, force: true });
      }
    },
  );

  it('read no object that is not their run’s by steps, by parts of the marker and by its files', async () => {
    const elsewhere = hostileKeys.filter((name) => !name.startsWith(keys.root) || name.includes('..'));
    for (const [turn, key] of elsewhere.entries()) {
      const artifact = { key, bytes: secret.length, sha256: sha256(secret), contentType: 'image/png' };
      const step = {
        step: 'a',
        kind: 'image',
        model: 'flux',
        status: 'succeeded',
        artifact,
        sha256: sha256(secret),
        attempts: 1,
        throttled: 0,
        cost: { settled: '0', unknown: { count: 0, atMost: '0' } },
      };
      const chained = await endedRun([{ ...succeeded({ text: 'Hi', sha256: sha256('Hi') }), steps: [step] }]);
      await copyAll(chained.store, chained.marker, turn);
      expect(readElsewhere(chained.store), key).toEqual([]);

      const { store, marker } = await endedRun([succeeded()]);
      const parts = [{ key, sha256: sha256(secret), items: 1 }];
      await openExport(store, run, { ...marker, parts })
        .then(async (exported) => copyResults(store, exported, out, () => Promise.resolve(samplePageCode)))
        .catch(() => {});
      await copyAll(store, { ...marker, files: [{ key, sha256: sha256(secret) }] }, turn);
      expect(readElsewhere(store), key).toEqual([]);
    }
  });

  it('write through no link that stands in their folder', async () => {
    const { store, marker } = await endedRun([succeeded({ text: 'Hi', sha256: sha256('Hi') })]);
    const outside = join(home, 'outside');
    await mkdir(outside);
    await writeFile(join(outside, 'kept.txt'), 'kept');
    const target = join(out, 'all', run.runId);
    await mkdir(target, { recursive: true });
    await symlink(join(outside, 'kept.txt'), join(target, 'results.jsonl'));
    await symlink(outside, join(target, 'items'));
    await copyAll(store, marker);
    expect(await readdir(outside)).toEqual(['kept.txt']);
    expect(await readFile(join(outside, 'kept.txt'), 'utf8')).toBe('kept');
  });

  it('are copied to another prefix without a word of another run', async () => {
    const { store, marker } = await endedRun([pictureAt(secretKeys[0] ?? '')]);
    const there = createMemoryStore();
    await copyRun({ store, run }, { store: there, run: { ...run, prefix: 'copies' } }, marker).catch(
      () => {},
    );
    expect(readElsewhere(store)).toEqual([]);
    for (const key of there.keys()) expect(there.text(key)).not.toContain(secret);
  });

  it('are served by `open` without an object of any other job', async () => {
    const { store } = await endedRun([pictureAt(secretKeys[0] ?? '')]);
    // Clients resolve these two themselves.
    const names = hostileNames.filter((name) => name !== '.' && name !== '..');
    const gallery = await openGallery(store, run, samplePageCode);
    try {
      for (const key of [
        // Those of the job are shown, since a retry has what its parent has made.
        ...hostileKeys.filter((name) => name !== '..' && !isOfJob(name)),
        ...names.filter((name) => name.length < 2_000 && !/\p{Surrogate}/u.test(name)),
      ]) {
        const before = store.calls().length;
        for (const path of [encodeURIComponent(key), `${encodeURIComponent(key)}.png`]) {
          const answer = await fetch(`${gallery.url}files/${path}`);
          expect(answer.status, key).toBe(404);
          await answer.arrayBuffer();
        }
        expect(store.calls().slice(before), key).toEqual([]);
      }
    } finally {
      await gallery.stop();
    }
  });

  it('are listed beside no folder whose name is none of a run', async () => {
    const store = createMemoryStore();
    for (const name of hostileNames) {
      await store.put(`runs/${name}/${name}-0000000000/job.json`, '{}', options);
      await store.put(`runs/bees/bees-${name}/job.json`, '{}', options);
    }
    for (const found of await allRuns(store, { prefix: 'runs', emulated: false })) {
      expect(`${found.job}/${found.runId}`).toMatch(
        /^[A-Za-z0-9][A-Za-z0-9._-]*\/[A-Za-z0-9][A-Za-z0-9._-]*$/,
      );
      expect(() => runKeys(found)).not.toThrow();
    }
  });
});

describe('what a worker reads for a run that somebody has changed', () => {
  const dependencies = (store: MemoryStore): ActivityDependencies =>
    ({ store, records: createRecords(store), now: () => now }) as unknown as ActivityDependencies;
  const others = hostileKeys.filter((key) => !isOfRun(key));

  it('is no object of another run that a step’s record names', async () => {
    const chain = {
      number: 1,
      id: 'a',
      steps: [
        { ...sampleCall(), id: 'caption', lane: 'all', needs: [] },
        {
          ...sampleCall(),
          id: 'shot',
          lane: 'all',
          needs: [0],
          deferred: {
            params: {},
            messages: [],
            scope: {},
            timezone: 'UTC',
            prompt: '{{ steps.caption.text }}',
          },
        },
      ],
    } as unknown as PlannedChain;
    const [, shot] = chain.steps;
    if (shot === undefined) throw new Error('no step');
    const call = { run, page: 0, number: 1 } as never;
    for (const kind of ['text', 'image'] as const) {
      for (const key of others) {
        const { store } = await endedRun([]);
        const { text: _text, ...record } = succeeded({ kind });
        const artifact = { key, bytes: 3, sha256: sha256(secret), contentType: 'text/plain' };
        await store.put(
          keys.step(0, 1, 'a', { step: 'caption' }),
          JSON.stringify({ ...record, artifact, part: { step: 'caption' } }),
          options,
        );
        await expect(readStepValues(dependencies(store), call, chain, shot), key).rejects.toThrow(
          "none of the run's",
        );
        expect(readElsewhere(store)).toEqual([]);
      }
    }
  });

  it('is no object of another run that a kept request carries as a picture', async () => {
    for (const key of others) {
      const { store } = await endedRun([]);
      const request = {
        method: 'POST',
        path: '/x',
        body: JSON.stringify({ url: `attachment:${sha256(secret)}` }),
      };
      const resolution = {
        call: { call: { ...sampleCall(), request } },
        images: { [sha256(secret)]: { key, contentType: 'image/png', bytes: 3 } },
      };
      expect(await readAttached(dependencies(store), run, resolution as unknown as Resolution)).toMatchObject(
        {
          fault: { code: 'attachment-unusable' },
        },
      );
      expect(readElsewhere(store)).toEqual([]);
    }
  });

  it('is no record and no folder of another job that a plan says to take over', async () => {
    for (const key of others.filter((name) => !isOfJob(name))) {
      const { store } = await endedRun([]);
      const item = sampleCall();
      const record = { ...succeeded(), work: workDigest(item) };
      await store.put(key, JSON.stringify(record), options);
      const reuse = { runId: 'other', key };
      const taken = await takeOver(dependencies(store), run, 0, [{ ...item, reuse }], new Set());
      expect(taken, key).toEqual([]);
      const begun = { prefix: key, runId: 'other' };
      const chain = { number: 1, id: 'a', steps: [], begun } as unknown as PlannedChain;
      await takeOverSteps(dependencies(store), run, 0, [chain], new Set());
      expect(readElsewhere(store), key).toEqual([]);
    }
  });
});
