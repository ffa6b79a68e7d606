import { describe, expect } from 'vitest';

import { plan, type PlanOptions, type PlanPreview } from '../../src/commands/plan/plan.ts';
import { planPreviewText } from '../../src/commands/render/plan-preview-text.ts';
import { runKeys } from '../../src/storage/keys.ts';
import { callsOf } from '../support/calls.ts';
import type { Harness } from '../support/harness.ts';
import { readOf } from '../support/job.ts';
import { test } from '../support/on-servers.ts';

const quick = {
  emulator: { latency: { kind: 'fixed' as const, ms: 0 } },
  lanes: [{ name: 'all', concurrency: 64 }],
};

/** Over two pages. */
const many = (changed?: number): string =>
  [
    'version: 1',
    'name: many',
    'defaults: { text: { max_tokens: 20 } }',
    'items:',
    ...Array.from(
      { length: 260 },
      (_, index) => `  - { id: i${index}, text: "${index === changed ? 'Another' : 'A'} line ${index}" }`,
    ),
    '',
  ].join('\n');

const pictures = `
version: 1
name: pictures
items:
  - { id: lamp, image: A lamp, params: { width: 64, height: 48, seed: 1 } }
  - { id: chair, image: A chair, params: { width: 64, height: 48, seed: 2 } }
  - { id: words, text: A word, params: { max_tokens: 5, seed: 3 } }
`;

async function keysOf({ session }: Harness): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const { key } of session.store.list(`emulated/${session.location.prefix}/`)) keys.push(key);
  return keys;
}

function preview(
  harness: Harness,
  yaml: string,
  reuse = false,
  more: Partial<PlanOptions> = {},
): Promise<PlanPreview> {
  const options = { show: 1, reuse, allowUnpriced: false, fresh: false, ...more };
  return plan({ ...harness.session, close: () => {} }, readOf(yaml), options);
}

describe.concurrent('reuse', () => {
  test('calls nothing of an unchanged job of 260 items, and one item of a job with one changed line', async ({
    open,
  }) => {
    const { submit, finish, files, emulator } = await open(quick);
    await finish((await submit(many())).run);
    const calls = callsOf(emulator).length;
    const spent = emulator.meter().charged;
    expect(calls).toBe(260);

    const again = await submit(many(), { isNew: true, reuse: true });
    expect(await finish(again.run)).toMatchObject({
      state: 'completed',
      tally: { succeeded: 260, reused: 260, settled: '0', unknown: { count: 0 } },
    });
    expect(callsOf(emulator)).toHaveLength(calls);
    expect(emulator.meter().charged).toBe(spent);
    const texts = (lines: Awaited<ReturnType<ReturnType<typeof files>['results']>>) =>
      lines.map((line) => [line.id, line.status === 'succeeded' ? line.text : '']);
    const [first] = await files(again.run).results();
    expect(first).toMatchObject({ runId: again.run.runId, attempts: [], cost: { settled: '0' } });
    expect(await files(again.run).bill()).toEqual([]);

    const changed = await submit(many(150), { reuse: true });
    expect(changed.plan.estimate).toMatchObject({ unknown: 0, unbounded: 0 });
    expect(await finish(changed.run)).toMatchObject({ tally: { succeeded: 260, reused: 259 } });
    expect(callsOf(emulator)).toHaveLength(calls + 1);
    const [before, after] = [await files(again.run).results(), await files(changed.run).results()].map(texts);
    expect(after?.filter(([id, text], index) => id !== 'i150' && text !== before?.[index]?.[1])).toEqual([]);
    expect(await files(changed.run).bill()).toHaveLength(1);
    // Whoever paid is named, however often the work was taken over since.
    const [line] = await files(changed.run).results();
    expect(line).toMatchObject({ id: 'i0', reused: { runId: again.run.runId.replace('-r2', '') } });
  });

  test('copies artifacts inside the store, so that a run has all its results of its own', async ({
    open,
  }) => {
    const { submit, finish, files, session, emulator } = await open(quick);
    const { run: earlier } = await submit(pictures);
    await finish(earlier);
    const { run } = await submit(pictures, { isNew: true, reuse: true });
    await finish(run);
    expect(callsOf(emulator)).toHaveLength(3);
    const [old, own] = [await files(earlier).records(), await files(run).records()];
    for (const [index, record] of own.entries()) {
      const source = old[index];
      expect(record).toMatchObject({ id: source?.id, digest: source?.digest, status: 'succeeded' });
      if (record.status !== 'succeeded' || record.artifact === undefined) continue;
      expect(record.artifact.key).toBe(
        `${runKeys(run).itemPrefix(0)}000000${record.number}-${record.id}.jpg`,
      );
      const copied = await session.store.get(record.artifact.key);
      expect(copied?.metadata['sha256']).toBe(record.sha256);
    }
    expect(await files(run).report()).toMatchObject({
      tally: { reused: 3 },
      measured: [],
      estimate: { atMost: '0' },
    });
  });

  test('takes over what meets the checks of the items as they are now, and calls the others again', async ({
    open,
  }) => {
    const harness = await open(quick);
    const { submit, finish, files, emulator } = harness;
    const job = (width: string, required: string, others = ''): string => `
version: 1
name: checked
items:
  - { id: lamp, image: A lamp, params: { width: 64, height: 48 }${width} }
  - { id: chair, image: A chair, params: { width: 64, height: 48 }, expect: { width: 64 } }
  - id: bee
    text: A bee
    params: { response_format: { type: json_object } }
    output: { format: json, schema: { type: object${required} } }
${others}`;
    expect(await finish((await submit(job('', ''))).run)).toMatchObject({ tally: { succeeded: 3 } });
    expect(callsOf(emulator)).toHaveLength(3);
    const strict = job(', expect: { width: 4096 }', ', required: [nobody]');
    expect((await preview(harness, strict, true)).changes).toMatchObject({
      counts: { changed: 2, done: 1 },
    });
    const { run } = await submit(strict, { reuse: true });
    expect(await finish(run)).toMatchObject({ tally: { succeeded: 1, failed: 2, reused: 1 } });
    expect((await files(run).records()).filter(({ reused }) => reused).map(({ id }) => id)).toEqual([
      'chair',
    ]);

    expect((await preview(harness, strict, true)).changes).toMatchObject({
      counts: { missing: 2, done: 1 },
    });
    const again = await submit(job('', '', 'labels: { a: b }'), { isNew: true, reuse: true });
    expect(await finish(again.run)).toMatchObject({ tally: { succeeded: 3, reused: 3 } });
  });

  test('takes the first items over from a run that tried them', async ({ open }) => {
    const { submit, finish, emulator } = await open(quick);
    const tried = await submit(pictures, { first: 2 });
    expect(tried.run.runId).toMatch(/^pictures-[0-9a-f]{10}-first2$/);
    expect(tried.plan).toMatchObject({ items: 2 });
    await finish(tried.run);
    const whole = await submit(pictures, { reuse: true });
    expect(whole).toMatchObject({ status: 'started', plan: { items: 3 } });
    expect(whole.run.runId).toBe(tried.run.runId.replace('-first2', ''));
    expect(await finish(whole.run)).toMatchObject({ tally: { succeeded: 3, reused: 2 } });
    expect(callsOf(emulator)).toHaveLength(3);
  });
});

describe.concurrent('a plan', () => {
  test('marks what is new, changed, the same and gone, and writes nothing', async ({ open }) => {
    const harness = await open(quick);
    await harness.finish((await harness.submit(pictures)).run);
    const keys = await keysOf(harness);
    const edited = pictures.replace('A chair', 'An old chair').replace('id: words', 'id: word');

    const seen = await preview(harness, edited);
    expect(seen.changes).toMatchObject({
      ended: true,
      counts: { new: 0, changed: 1, missing: 0, done: 2, gone: 1 },
      // The pinned seed makes `word` ask what `words` has asked.
      listed: [
        { mark: 'changed', id: 'chair' },
        { mark: 'gone', id: 'words' },
      ],
    });
    expect(seen).toMatchObject({ items: 3, calls: 3, reused: 0, reuses: false, run: { state: 'new' } });
    expect(planPreviewText(seen)).toContain('~ 1 changed, = 2 done, - 1 gone');
    expect(planPreviewText(seen)).toContain(
      "those that are done are called again, and paid for unless the API's cache has them; --reuse takes them over at no cost",
    );
    expect(seen.requests.map(({ id }) => id)).toEqual(['lamp']);

    const reusing = await preview(harness, edited, true);
    expect(reusing).toMatchObject({ reused: 2, calls: 1, reuses: true });
    expect(reusing.changes).toEqual(seen.changes);
    expect(planPreviewText(reusing)).not.toContain('paid for again');
    // What will be called is what the price is of.
    expect(reusing.estimate.atMost).toBe(reusing.models.find(({ calls }) => calls === 1)?.atMost);

    const unchanged = await preview(harness, pictures);
    // The emulator answers the same bytes from its cache.
    expect(unchanged.estimate.atLeast).toBe('0');
    expect(unchanged).toMatchObject({ run: { state: 'completed' }, changes: { counts: { done: 3 } } });
    expect(planPreviewText(unchanged)).toContain(
      'Cost: none, as that run has ended; another one, with --new: ',
    );
    expect(await keysOf(harness)).toEqual(keys);
    expect(callsOf(harness.emulator)).toHaveLength(3);
  });

  test('tells what was asked before without success from what is new', async ({ open }) => {
    const harness = await open(quick);
    const job = `${pictures}  - { id: broken, text: "[[fault:400]]", params: { max_tokens: 5 } }\n`;
    await harness.finish((await harness.submit(job)).run);
    const more = `${job}  - { id: more, text: More, params: { max_tokens: 5 } }\n`;
    const seen = await preview(harness, more, true);
    expect(seen).toMatchObject({
      calls: 2,
      reused: 3,
      changes: {
        counts: { new: 1, changed: 0, missing: 1, done: 3, gone: 0 },
        listed: [
          { mark: 'missing', id: 'broken' },
          { mark: 'new', id: 'more' },
        ],
      },
    });
    const text = planPreviewText(seen);
    expect(text).toContain('+ 1 new, ~ 0 changed, = 3 done, - 0 gone');
    expect(text).toContain('+ 1 asked before without success');
    expect(text).toContain('+ broken (asked before without success)');
    await harness.finish((await harness.submit(more, { reuse: true })).run);
    expect(callsOf(harness.emulator)).toHaveLength(4 + seen.calls);
  });

  test('counts what a run of the first items has done as done, and compares with no such run where there is a whole one', async ({
    open,
  }) => {
    const harness = await open(quick);
    const trial = await preview(harness, pictures, false, { first: 2 });
    const { run } = await harness.submit(pictures, { first: 2 });
    expect(trial).toMatchObject({ items: 2, calls: 2, run: { runId: run.runId, state: 'new' } });
    await harness.finish(run);
    expect(await preview(harness, pictures, false, { first: 2 })).toMatchObject({
      run: { runId: run.runId, state: 'completed' },
      changes: { counts: { new: 0, done: 2, gone: 0 } },
    });
    const seen = await preview(harness, pictures, true);
    expect(seen).toMatchObject({
      reused: 2,
      run: { state: 'new' },
      changes: { comparedWith: run.runId, counts: { new: 1, changed: 0, missing: 0, done: 2, gone: 0 } },
    });
    expect(planPreviewText(seen)).toContain('+ 1 new, ~ 0 changed, = 2 done, - 0 gone');
    const whole = await harness.submit(pictures, { reuse: true });
    await harness.finish(whole.run);
    await harness.finish((await harness.submit(pictures, { first: 1 })).run);
    expect(await preview(harness, pictures)).toMatchObject({
      changes: { comparedWith: whole.run.runId, counts: { new: 0, done: 3 } },
    });
    // What it leaves out is not gone.
    expect(await preview(harness, pictures, false, { first: 2 })).toMatchObject({
      changes: { comparedWith: whole.run.runId, counts: { done: 2, gone: 0 } },
    });
  });

  test('gives with new seeds the price of another run, and not that of the one that is there', async ({
    open,
  }) => {
    const harness = await open(quick);
    const drawn = pictures.replace(', seed: 3', '');
    await harness.finish((await harness.submit(drawn)).run);
    const seen = await preview(harness, drawn, false, { fresh: true });
    expect(seen).toMatchObject({ calls: 3, needsNew: true });
    expect(seen.warnings.join('')).toContain('--new only');
    const text = planPreviewText(seen);
    expect(text).toContain('(there already with other seeds or content: this one is made with --new)');
    expect(text).toContain('Cost: with --new: at least ');
    expect(text).not.toContain('has ended');
  });

  test('knows the run that is there already, and takes nothing for done that a run has not ended with', async ({
    open,
  }) => {
    const harness = await open({ ...quick, workers: 0 });
    await harness.submit(pictures);
    const seen = await preview(harness, pictures, true);
    expect(seen).toMatchObject({
      calls: 3,
      run: { state: 'unfinished', keptSettings: [] },
      changes: { ended: false, counts: { missing: 3, done: 0 } },
    });
    const text = planPreviewText(seen);
    expect(text).toContain('there already, and not ended');
    expect(text).toContain('Cost: what that run has left to call; another one, with --new: ');
    expect(text).toContain('+ 3 asked before in a run that has not ended');
    const other = await preview(harness, `${pictures}limits: { concurrency: 2 }\n`);
    expect(other.run.keptSettings).toEqual([{ name: 'limits.concurrency', from: '', to: '2' }]);
    expect(planPreviewText(other)).toContain('limits.concurrency not set, not 2.');
  });

  test('takes what the last runs have measured for likely', async ({ open }) => {
    const harness = await open(quick);
    const job = `
version: 1
name: measured
items:
  - { text: One bee }
`;
    expect((await preview(harness, job)).estimate).toMatchObject({ unknown: 1 });
    await harness.finish((await harness.submit(job)).run);
    const { estimate, time } = await preview(harness, job.replace('One', 'Two'));
    expect(estimate).toMatchObject({ unknown: 0, likely: harness.emulator.meter().charged });
    expect(time.seconds).toBeLessThan(2);
  });
});

describe.concurrent('a limit of costs', () => {
  test('refuses a job above it before anything is written', async ({ open }) => {
    const harness = await open(quick);
    const keys = await keysOf(harness);
    await expect(harness.submit(pictures, { maxCost: '0.0001' })).rejects.toMatchObject({ code: 'too-dear' });
    const unbounded = pictures.replace('max_tokens: 5, ', '');
    await expect(harness.submit(unbounded, { maxCost: '100' })).rejects.toMatchObject({
      details: ['openai (text): 1 call without a known bound'],
    });
    expect(await keysOf(harness)).toEqual(keys);
    const { run } = await harness.submit(pictures, { maxCost: '0.1' });
    await harness.finish(run);
    // What is there already costs nothing again.
    expect(await harness.submit(pictures, { maxCost: '0' })).toMatchObject({ status: 'ended' });
  });

  test('asks above the configured threshold, and starts only what is confirmed', async ({ open }) => {
    const harness = await open(quick);
    const config = { ...harness.session.config, confirmAbove: '0.001' };
    Object.assign(harness.session, { config });
    const asked: string[] = [];
    const answer = (yes: boolean) => (question: string) => {
      asked.push(question);
      return Promise.resolve(yes);
    };
    await expect(harness.submit(pictures)).rejects.toThrow('has to be confirmed');
    await expect(harness.submit(pictures, { confirm: answer(false) })).rejects.toThrow('not confirmed');
    expect(await harness.submit(pictures, { confirm: answer(true) })).toMatchObject({ status: 'started' });
    expect(asked).toHaveLength(2);
    const another = pictures.replace('name: pictures', 'name: others');
    expect(await harness.submit(another, { isConfirmed: true })).toMatchObject({ status: 'started' });
  });
});
