import { createHash } from 'node:crypto';

import { describe, expect, vi } from 'vitest';

import { retry } from '../../src/commands/retry/retry.ts';
import { get } from '../../src/commands/runs/get.ts';
import { listRuns } from '../../src/commands/runs/list.ts';
import { allRunsQuery } from '../../src/commands/runs/runs-in-temporal.ts';
import { detailsData } from '../../src/commands/render/run-data.ts';
import { detailsText } from '../../src/commands/render/run-text.ts';
import { retriedText } from '../../src/commands/render/retried-text.ts';
import { submit } from '../../src/commands/submit/submit.ts';
import { formatAmount, parseAmount } from '../../src/pollen/amount.ts';
import { billTotal } from '../../src/report/report.ts';
import { claimRun, readJobFile } from '../../src/records/run-store.ts';
import { verifyRun } from '../../src/verify/verify-run.ts';
import { runKeys, type RunLocation } from '../../src/storage/keys.ts';
import { runWorkflowId } from '../../src/workflows/ids.ts';
import { png } from '../pollinations/pictures.ts';
import { callsOf } from '../support/calls.ts';
import type { Harness } from '../support/harness.ts';
import { readOf } from '../support/job.ts';
import { test } from '../support/on-servers.ts';
import { filesOf } from '../support/planning.ts';

const waiting = { timeout: 60_000, interval: 20 };

const quick = { lanes: [{ name: 'all', concurrency: 16 }] };

const job = `
version: 1
name: mixed
labels: { team: bees }
defaults: { text: { max_tokens: 20 }, image: { width: 64, height: 48 } }
items:
  - { id: fine, text: A fine line }
  - { id: picture, image: A lamp }
  - { id: broken, text: "Broken once [[fault:422:1]]" }
  - { id: twice, text: "Broken twice [[fault:422:2]]" }
  - { id: last, text: Another line }
`;

/** Every object of a run, with the digest of its bytes. */
async function contentOf({ session: { store } }: Harness, run: RunLocation): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { key } of store.list(runKeys(run).root)) {
    const body = (await store.get(key))?.body ?? '';
    found.push(`${key} ${createHash('sha256').update(body).digest('hex')}`);
  }
  return found;
}

function madeSince({ emulator }: Harness, count: number) {
  return callsOf(emulator).slice(count);
}

function promptIn(body = ''): string {
  const { messages } = JSON.parse(body) as { readonly messages: readonly { readonly content: string }[] };
  return messages.at(-1)?.content ?? '';
}

describe.concurrent('a retry', () => {
  test('of a job that spends nothing is refused when its model costs something by now', async ({ open }) => {
    const { session, finish } = await open(quick);
    const { api } = session;
    const prices = api.prices.map((price) => ({ ...price, rates: {} }));
    const yaml = `
version: 1
name: sparing
spend: free-only
items: [{ id: broken, text: "Broken once [[fault:422:1]]" }]
`;
    const free = { ...session, api: { ...api, prices } };
    const { run } = await submit(free, readOf(yaml), { isNew: false, allowUnpriced: false });
    expect(await finish(run)).toMatchObject({ tally: { failed: 1 } });

    await expect(retry(session, run.runId, { newSeeds: false })).rejects.toMatchObject({
      code: 'too-dear',
      details: [expect.stringMatching(/^text model ".*" costs something$/)],
    });
    expect(await readJobFile(session.store, { ...run, runId: `${run.runId}-retry1` })).toBeUndefined();
  });

  test('calls again for what its run has not got, with the same bytes, and takes the rest over', async ({
    open,
  }) => {
    const harness = await open(quick);
    const { session, emulator, submit, finish, files } = harness;
    const { run: parent } = await submit(job);
    expect(await finish(parent)).toMatchObject({ tally: { succeeded: 3, failed: 2 } });
    const before = await contentOf(harness, parent);
    const [count, spent] = [callsOf(emulator).length, emulator.meter().charged];

    const reason = 'the model is mended';
    const retried = await retry(session, parent.runId, { newSeeds: false, reason });
    expect(retried).toMatchObject({
      run: { runId: `${parent.runId}-retry1` },
      parent: { runId: parent.runId },
      status: 'started',
      left: { failed: 2, cancelled: 0, reseeded: 0 },
      plan: { parent: { runId: parent.runId, reason }, labels: { team: 'bees' }, items: 5 },
    });
    expect(retriedText(parent.runId, retried)).toBe(
      `Retry of ${parent.runId}: 2 items again (2 failed); 3 taken over.`,
    );
    const { run } = retried;
    expect(await finish(run)).toMatchObject({ tally: { succeeded: 4, reused: 3, failed: 1 } });
    expect((await verifyRun(session.store, run)).findings).toEqual([]);

    const made = madeSince(harness, count);
    expect(made.map(({ body }) => promptIn(body)).sort()).toEqual([
      'Broken once [[fault:422:1]]',
      'Broken twice [[fault:422:2]]',
    ]);
    const sent = callsOf(emulator).slice(0, count);
    expect(made.every(({ digest }) => sent.some((entry) => entry.digest === digest))).toBe(true);
    const lines = await files(run).results();
    expect(lines.map(({ number, id }) => `${number} ${id}`)).toEqual([
      '1 fine',
      '2 picture',
      '3 broken',
      '4 twice',
      '5 last',
    ]);
    expect(lines[1]).toMatchObject({ reused: { runId: parent.runId }, attempts: [], cost: { settled: '0' } });
    expect(lines[2]).toMatchObject({ status: 'succeeded', runId: run.runId });
    const [own] = made.map(({ charge }) => charge).filter((charge) => charge !== '0');
    expect(billTotal(await files(run).bill())).toBe(own);
    expect(spent).not.toBe(emulator.meter().charged);
    expect(await contentOf(harness, parent)).toEqual(before);

    const details = await get(session, run.runId);
    expect(detailsData(details)).toMatchObject({ parent: parent.runId });
    expect(detailsText(session, details)).toContain('taken over.\nWhy: the model is mended\n');
    expect((await files(run).report()).parent).toEqual({ runId: parent.runId, reason });
    await vi.waitFor(async () => {
      const listed = await listRuns(session, allRunsQuery, 10);
      expect(listed.find(({ runId }) => runId === run.runId)).toMatchObject({ parent: parent.runId });
    }, waiting);

    // Of a run that was retried, the last retry is what is gone on from.
    const again = await retry(session, parent.runId, { newSeeds: false, maxCost: '1' });
    expect(again).toMatchObject({
      plan: { budget: { amount: '1' } },
      run: { runId: `${parent.runId}-retry2` },
      parent: run,
      left: { failed: 1 },
    });
    expect(retriedText(parent.runId, again)).toContain(`goes on from ${run.runId}, its last retry`);
    expect(await finish(again.run)).toMatchObject({ state: 'completed', tally: { succeeded: 5, reused: 4 } });
    expect(madeSince(harness, count)).toHaveLength(3);
    expect((await files(again.run).results()).map(({ status }) => status)).toEqual(
      Array.from({ length: 5 }, () => 'succeeded'),
    );
    expect((await files(again.run).results())[0]).toMatchObject({ reused: { runId: parent.runId } });
    await expect(retry(session, run.runId, { newSeeds: false })).rejects.toMatchObject({
      message: `run ${again.run.runId} has every result, so nothing is left to retry`,
    });
    await expect(retry(session, `${parent.runId}-retry9`, { newSeeds: false })).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  test('calls for the rest of a run that was stopped, and is refused while it or a retry of it goes on', async ({
    open,
  }) => {
    const harness = await open({ ...quick, lanes: [{ name: 'all', concurrency: 2 }] });
    const { session, emulator, submit, finish, handle } = harness;
    emulator.update({ latency: { kind: 'fixed', ms: 3_000 } });
    const { run: parent } = await submit(job.replaceAll(/ \[\[.*?\]\]/g, ''));
    await vi.waitFor(async () => expect(callsOf(emulator).length).toBeGreaterThan(0), waiting);
    await expect(retry(session, parent.runId, { newSeeds: false })).rejects.toMatchObject({
      message: `run ${parent.runId} goes on, so nothing tells yet what it will not get`,
    });
    await handle(parent).cancel();
    const { tally } = await finish(parent);
    expect(tally.cancelled).toBeGreaterThan(0);
    const count = callsOf(emulator).length;

    const { run } = await retry(session, parent.runId, { newSeeds: false });
    await expect(retry(session, parent.runId, { newSeeds: false })).rejects.toMatchObject({
      message: `run ${parent.runId} is being retried: ${run.runId} goes on`,
    });
    emulator.update({ latency: { kind: 'fixed', ms: 0 } });
    expect(await finish(run)).toMatchObject({
      state: 'completed',
      tally: { succeeded: 5, reused: tally.succeeded },
    });
    expect(madeSince(harness, count)).toHaveLength(tally.cancelled);
  });

  test('gives items whose answer is bad for good another seed where that is asked for, and no others', async ({
    open,
  }) => {
    const harness = await open(quick);
    const { session, emulator, submit, finish, files } = harness;
    const { run: parent } = await submit(`
version: 1
name: bad
defaults: { text: { max_tokens: 50 } }
items:
  - { id: words, text: "No JSON [[answer:words]]", params: { seed: 7 }, output: { format: json } }
  - { id: steps, steps: [{ id: a, text: A }, { id: b, text: "{{ steps.a.text }} [[answer:no]]", output: { format: json } }] }
  - { id: refused, text: "Refused [[fault:400:1]]" }
`);
    expect(await finish(parent)).toMatchObject({ tally: { failed: 3 } });
    const sent = callsOf(emulator);

    const same = await retry(session, parent.runId, { newSeeds: false });
    expect(same.left).toEqual({ failed: 3, cancelled: 0, reseeded: 0 });
    await finish(same.run);
    const seen = madeSince(harness, sent.length);
    // Step a is whole, and the cache has the two bad answers.
    expect(seen).toHaveLength(3);
    expect(seen.every(({ digest }) => sent.some((entry) => entry.digest === digest))).toBe(true);
    expect(seen.filter(({ generated }) => generated)).toHaveLength(1);

    const other = await retry(session, same.run.runId, { newSeeds: true });
    expect(other).toMatchObject({ left: { failed: 2, reseeded: 2 } });
    await finish(other.run);
    const drawn = madeSince(harness, sent.length + seen.length);
    expect(drawn).toHaveLength(2);
    expect(drawn.some(({ digest }) => sent.some((entry) => entry.digest === digest))).toBe(false);
    const seedOf = ({ body = '' }: { readonly body?: string }): unknown =>
      (JSON.parse(body) as { readonly seed: unknown }).seed;
    expect(drawn.map(seedOf)).not.toContain(7);
    // All but the seed stays.
    const bare = ({ body = '' }: { readonly body?: string }) => body.replace(/"seed":\d+/, '');
    for (const call of drawn) expect(sent.map(bare)).toContain(bare(call));
    expect((await files(other.run).results()).map(({ id }) => id)).toEqual(['words', 'steps', 'refused']);
  });

  test('pays no step again that an unfinished item has done, and shows its pictures from its own folder', async ({
    open,
  }) => {
    const harness = await open(quick);
    const { session, emulator, submit, finish, files } = harness;
    const { run } = await submit(`
version: 1
name: story
defaults: { text: { max_tokens: 50 }, image: { width: 64, height: 48 } }
items:
  - id: story
    steps:
      - { id: list, text: 'Two words [[answer:["rose","lily"]]]', output: { format: json } }
      - { id: draw, forEach: steps.list.json, image: 'A {{ each }}' }
      - { id: look, text: 'Look [[fault:400:1]]', images: ["{{ steps.draw | map: 'image' }}"] }
      - { id: sum, text: 'Sum: {{ steps.look.text }}' }
  - id: whole
    steps: [{ id: only, text: Whole }, { id: then, text: '{{ steps.only.text }}!' }]
`);
    expect(await finish(run)).toMatchObject({ tally: { succeeded: 1, failed: 1 } });
    const count = callsOf(emulator).length;

    const retried = await retry(session, run.runId, { newSeeds: false });
    expect(await finish(retried.run)).toMatchObject({
      state: 'completed',
      tally: { succeeded: 2, reused: 1 },
    });
    const made = madeSince(harness, count);
    expect(made).toHaveLength(2);
    expect(billTotal(await files(retried.run).bill())).toBe(
      formatAmount(made.reduce((sum, { charge }) => sum + parseAmount(charge), 0n)),
    );
    const [story] = await files(retried.run).records();
    expect(story).toMatchObject({
      status: 'succeeded',
      steps: [
        { step: 'list', reused: { runId: run.runId }, attempts: 0, cost: { settled: '0' } },
        { step: 'draw', index: 0, reused: { runId: run.runId } },
        { step: 'draw', index: 1, reused: { runId: run.runId } },
        { step: 'look', attempts: 1 },
        { step: 'sum', attempts: 1 },
      ],
    });
    expect(story?.steps?.[1]?.artifact?.key.startsWith(runKeys(retried.run).root)).toBe(true);
    const again = await session.store.get(runKeys(retried.run).request(0, 1, 'story', { step: 'look' }));
    const kept = JSON.parse(Buffer.from(again?.body ?? []).toString('utf8')) as {
      readonly images: Readonly<Record<string, { readonly key: string }>>;
    };
    for (const { key } of Object.values(kept.images)) {
      expect(key.startsWith(runKeys(retried.run).root)).toBe(true);
    }
  });

  test('costs no more than it may, goes on where one died midway, and carries its pictures along', async ({
    open,
  }) => {
    const harness = await open({
      lanes: [
        { name: 'all', concurrency: 8 },
        { name: 'drawn', models: ['flux'], concurrency: 8 },
      ],
    });
    const { session, emulator, submit, finish, files } = harness;
    const items = Array.from({ length: 12 }, (_, index) =>
      index % 3 === 0 ? `  - image: Meadow ${index}` : `  - text: Bee ${index}`,
    );
    const { run: parent } = await submit(
      [
        'version: 1',
        'name: pictures',
        'defaults: { text: { max_tokens: 20 }, image: { width: 64, height: 48 } }',
        'items:',
        ...items,
        '  - { id: look, text: "Look [[fault:400:1]]", images: [bee.png] }',
      ].join('\n'),
      { reading: { files: filesOf({ 'bee.png': png(64, 48) }) } },
    );
    expect(await finish(parent)).toMatchObject({ tally: { succeeded: 12, failed: 1 } });
    const sent = callsOf(emulator);
    const run = { ...parent, runId: `${parent.runId}-retry1` };
    const elsewhere = { ...session, location: { ...session.location, emulated: false } };
    await expect(retry(elsewhere, parent.runId, { newSeeds: false })).rejects.toMatchObject({
      message: expect.stringContaining('made with the emulator') as string,
    });
    await expect(
      retry(session, parent.runId, { newSeeds: false, maxCost: '0.00000001' }),
    ).rejects.toMatchObject({ code: 'too-dear' });
    expect(await contentOf(harness, run)).toEqual([]);

    const file = await readJobFile(session.store, parent);
    if (file === undefined) throw new Error('the run has no job file');
    await claimRun(session.store, run, { ...file, runId: run.runId, parent: { runId: parent.runId } });
    await expect(retry(session, parent.runId, { newSeeds: true })).rejects.toMatchObject({
      message: `run ${parent.runId} is being retried: ${run.runId} was begun without --new-seed and has not ended`,
    });
    expect(await retry(session, parent.runId, { newSeeds: false })).toMatchObject({ run, status: 'started' });
    expect(await finish(run)).toMatchObject({ state: 'completed', tally: { succeeded: 13, reused: 12 } });
    const [call, ...others] = madeSince(harness, sent.length);
    expect(others).toEqual([]);
    expect(sent.some(({ digest }) => digest === call?.digest)).toBe(true);
    const [before, after] = [await files(parent).results(), await files(run).results()];
    expect(after.map(({ number }) => number)).toEqual(before.map(({ number }) => number));
  });

  test('that was planned before goes on under its budget, and under no lower one', async ({ open }) => {
    const { session, submit, finish, files } = await open(quick);
    const { run: parent } = await submit(
      'version: 1\nname: planned\ndefaults: { text: { max_tokens: 20 } }\nitems: [{ text: "[[fault:422:1]]" }]',
    );
    await finish(parent);
    const { run } = await retry(session, parent.runId, { newSeeds: false, maxCost: '1' });
    await session.temporal.client.workflow.getHandle(runWorkflowId(run.runId)).terminate();
    const reason = 'terminated by mistake';
    await expect(
      retry(session, parent.runId, { newSeeds: false, maxCost: '0.5', reason }),
    ).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('budget of 1 Pollen') as string,
    });
    expect(await retry(session, parent.runId, { newSeeds: false, maxCost: '2', reason })).toMatchObject({
      run,
    });
    expect(await finish(run)).toMatchObject({ state: 'completed' });
    const report = await files(run).report();
    expect(report).toMatchObject({ story: [{ kind: 'resume', reason }] });
    expect(report.parent).toEqual({ runId: parent.runId });
  });
});
