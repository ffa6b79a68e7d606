import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startEmulator, type Emulator } from '../../src/emulator/index.ts';
import { runKeys, type RunLocation } from '../../src/storage/keys.ts';
import { verifyRun } from '../../src/verify/verify-run.ts';
import { startHoldingProxy, type Hold, type HoldingProxy } from '../support/holding-proxy.ts';
import { openModeWorld, type ModeWorld } from '../support/mode-world.ts';
import { startProcessStack, type ProcessStack } from '../support/process-stack.ts';
import { runFiles } from '../support/run-files.ts';
import { untilDone } from '../support/until.ts';
import { judgeRun, wholeRun } from '../support/witness.ts';

const key = 'sk_endofrun000000000000000000000000000';
const small = { texts: 2, images: 1 };

/** Where the worker dies in the end of each run: while it writes this object. */
const points: readonly (readonly [file: string, at: Hold['at']])[] = [
  ['results/part-00000.jsonl', 'half'],
  ['results/part-00000.jsonl', 'answer'],
  ['gallery/thumbnails-00000.jsonl', 'half'],
  ['errors.jsonl', 'request'],
  ['errors.jsonl', 'answer'],
  ['bill.jsonl', 'half'],
  ['bill.jsonl', 'answer'],
  ['report.json', 'half'],
  ['report.json', 'answer'],
  ['report.md', 'half'],
  ['index.html', 'half'],
  ['index.html', 'answer'],
  ['_SUCCESS', 'request'],
  ['_SUCCESS', 'half'],
  ['_SUCCESS', 'answer'],
];

/** A call that is in flight when the worker dies is made again before this, in milliseconds. */
const NOTICED_MS = 30_000;

interface Cut {
  readonly run: RunLocation;
  /** Files of the run when its worker had died, whole or not. */
  readonly left: ReadonlyMap<string, string>;
}

let emulator: Emulator;
let stack: ProcessStack;
let store: HoldingProxy;
let world: ModeWorld;
let isCrashed = false;
let noticedMs = 0;
/** What workers have begun to write, in order. */
const written: string[] = [];
const cuts: Cut[] = [];

const jobOf = (index: number): string => `end-${index}x`;

beforeAll(async () => {
  emulator = await startEmulator({ keys: [{ name: 'end', key }] });
  const environment = { POLLEN_BATCH_RPS: 'none', POLLEN_BATCH_CONCURRENCY: '64' };
  stack = await startProcessStack({ api: emulator.url, key, environment });
  store = await startHoldingProxy(stack.addresses.store.endpoint, ({ method, path }) => {
    if (method !== 'PUT') return undefined;
    const object = decodeURIComponent(path.replace(/\?.*/s, ''));
    written.push(object);
    const [, number = '', file = ''] = /\/end-(\d+)x\/[^/]+\/(.*)$/.exec(object) ?? [];
    const point = isCrashed ? undefined : points[Number(number)];
    return number !== '' && point?.[0] === file ? { at: point[1], name: object } : undefined;
  });
  world = await openModeWorld(stack, {
    mode: 'exact',
    key,
    store: store.url,
    holdOf: ({ path, body }) =>
      !isCrashed && (path + body).includes('in-flight') ? { at: 'request', name: 'call' } : undefined,
  });
  const runs: RunLocation[] = [];
  for (const index of points.keys()) runs.push(await world.submit({ name: jobOf(index), ...small }));
  const inFlight = await world.submit({ name: 'in-flight', texts: 1, images: 0 });
  const worker = await world.startWorker();
  await untilDone(
    async () => expect([...store.held(), ...world.api.held()]).toHaveLength(points.length + 1),
    120_000,
  );
  const other = await world.startWorker();
  expect([...store.held(), ...world.api.held()]).toHaveLength(points.length + 1);
  isCrashed = true;
  await worker.stop({ fast: true });
  const diedAt = performance.now();
  for (const run of runs) cuts.push({ run, left: await filesOf(run) });
  await untilDone(async () => expect(world.emulator.journal().map(isInFlight)).toContain(true), 120_000);
  noticedMs = performance.now() - diedAt;
  console.log(`end-of-run: a lost call was made again after ${(noticedMs / 1_000).toFixed(1)} s`);
  for (const run of [...runs, inFlight]) await world.ended(run);
  await other.stop();

  function isInFlight({ requestId }: { readonly requestId: string }): boolean {
    return requestId.startsWith(`${inFlight.runId}-`);
  }
}, 300_000);

afterAll(async () => {
  await world?.[Symbol.asyncDispose]();
  await store?.[Symbol.asyncDispose]();
  await stack?.stop();
  await emulator?.close();
});

async function filesOf(run: RunLocation): Promise<ReadonlyMap<string, string>> {
  const { store: bucket } = stack.session;
  const { root } = runKeys(run);
  const found = new Map<string, string>();
  for await (const { key: name } of bucket.list(root)) {
    const object = await bucket.get(name);
    found.set(name.slice(root.length), Buffer.from(object?.body ?? '').toString('utf8'));
  }
  return found;
}

describe('a run whose worker is killed at its end', () => {
  it.each(points.map(([file, at], index) => ({ file, at, index })))(
    'is closed by another one when that was at $file ($at), its marker last and once',
    async ({ file, at, index }) => {
      const cut = cuts[index];
      if (cut === undefined) throw new Error('there is no such run');
      const { run, left } = cut;
      // It stood where it should: what it was at is whole or not there, and nothing is told before it is so.
      expect(left.has(file)).toBe(at === 'answer');
      expect(left.has('_SUCCESS')).toBe(file === '_SUCCESS' && at === 'answer');
      const report = left.get('report.json');
      if (report !== undefined) expect(JSON.parse(report)).toMatchObject({ state: 'completed' });
      for (const name of ['bill.jsonl', 'results/part-00000.jsonl']) {
        expect(left.get(name) ?? '\n').toMatch(/\n$/);
      }

      expect((await verifyRun(stack.session.store, run)).findings).toEqual([]);
      const items = small.texts + small.images;
      const verdict = await judgeRun(stack.session.store, run, world.emulator.journal());
      expect(verdict).toMatchObject({ ...wholeRun(verdict, items), requests: items });
      const { state, tally } = await runFiles(stack.session.store, run).report();
      expect({ state, tally }).toMatchObject({ state: 'completed', tally: { succeeded: items } });

      const own = written.filter((object) => object.includes(`/${jobOf(index)}/`));
      expect(own.at(-1)).toMatch(/\/_SUCCESS$/);
      const markers = own.filter((object) => object.endsWith('/_SUCCESS'));
      // What was held before its answer the next worker had to write once more.
      expect(markers).toHaveLength(file === '_SUCCESS' && at !== 'answer' ? 2 : 1);
    },
  );

  it('has its calls in flight made again within half a minute', () => {
    expect(noticedMs).toBeLessThan(NOTICED_MS);
  });
});
