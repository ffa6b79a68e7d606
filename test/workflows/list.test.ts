import { describe, expect, vi } from 'vitest';

import { describe as describeRun } from '../../src/commands/runs/get.ts';
import { list, type ListOptions } from '../../src/commands/runs/list.ts';
import { readingOf, type Reading } from '../../src/commands/session/reading.ts';
import { resolveStored } from '../../src/commands/runs/resolve-run.ts';
import type { RunLocation } from '../../src/storage/keys.ts';
import { temporalUnreachable } from '../../src/temporal/failure.ts';
import { forgetRun } from '../support/forget-run.ts';
import { test } from '../support/on-servers.ts';

const job = (name: string, text: string, label = ''): string => `
version: 1
name: ${name}
${label === '' ? '' : `labels: { team: ${JSON.stringify(label)} }`}
items: [{ text: ${JSON.stringify(text)} }]
`;

type Sources = Pick<Reading, 'store' | 'locations' | 'temporal'>;

/** As where Temporal does not answer. */
function withoutTemporal(sources: Sources): Sources {
  const away = temporalUnreachable({ found: 'nothing answers', remedy: 'Start it.' }, undefined);
  return { ...sources, temporal: () => Promise.resolve(away) };
}

async function idsOf(sources: Sources, options: Partial<ListOptions> = {}): Promise<readonly string[]> {
  const { runs } = await list(sources, { limit: 50, ...options });
  return runs.map(({ runId }) => runId);
}

/** Until the list, which lags behind, has these. */
function untilListed(sources: Sources, ...runs: readonly RunLocation[]): Promise<void> {
  const ids = runs.map(({ runId }) => runId).sort();
  return vi.waitFor(async () => expect([...(await idsOf(sources))].sort()).toEqual(ids), {
    timeout: 60_000,
    interval: 200,
  });
}

describe.concurrent('list', () => {
  test('finds runs by job, state, label and time, whatever is written in these', async ({ open }) => {
    const harness = await open();
    const sources = readingOf(harness.session);
    const { submit, finish } = harness;
    const label = 'it\'s \\ "so" OR 1=1';
    const { run: good } = await submit(job('bees', 'a bee', label));
    const { run: bad } = await submit(job('bees-wax', 'wax [[fault:400:1]]', "it's"));
    await Promise.all([finish(good), finish(bad)]);
    await untilListed(sources, good, bad);
    await vi.waitFor(
      async () => {
        expect(await idsOf(sources, { states: ['completed'] })).toEqual([good.runId]);
        expect(await idsOf(sources, { states: ['completed_with_failures', 'paused'] })).toEqual([bad.runId]);
      },
      { timeout: 30_000, interval: 200 },
    );
    expect(await idsOf(sources, { states: ['running'] })).toEqual([]);
    expect(await idsOf(sources, { job: 'bees' })).toEqual([good.runId]);
    expect(await idsOf(sources, { labels: [`team=${label}`] })).toEqual([good.runId]);
    expect(await idsOf(sources, { labels: ["team=it's"] })).toEqual([bad.runId]);
    expect(await idsOf(sources, { labels: ["team=x' OR PollenState = 'completed"] })).toEqual([]);
    expect(await idsOf(sources, { job: "x' OR WorkflowType = 'runPage" })).toEqual([]);
    expect(await idsOf(sources, { since: new Date(Date.now() + 60_000) })).toEqual([]);
    expect(await idsOf(sources, { limit: 1, since: new Date(Date.now() - 600_000) })).toHaveLength(1);
    const { runs } = await list(sources, { limit: 1, job: 'bees' });
    expect(runs).toMatchObject([{ labels: { team: label }, models: ['openai'], items: 1, emulated: true }]);
  });

  test('filters by what it knows itself where the namespace has no search attributes', async ({ open }) => {
    const harness = await open({ searchable: false });
    const sources = readingOf(harness.session);
    const { submit, finish } = harness;
    const { run: good } = await submit(job('bees', 'a bee', 'hive'));
    const { run: bad } = await submit(job('wax', 'wax [[fault:400:1]]'));
    await Promise.all([finish(good), finish(bad)]);
    await untilListed(sources, good, bad);
    const { runs, warnings } = await list(sources, { limit: 9, states: ['completed_with_failures'] });
    expect(runs).toMatchObject([{ runId: bad.runId, state: 'completed_with_failures' }]);
    expect(warnings).toEqual([expect.stringContaining('no Pollen search attributes')]);
    expect(await idsOf(sources, { labels: ['team=hive'] })).toEqual([good.runId]);
  });

  test('has runs that only the bucket knows: ended, lost, or unknown as Temporal is away; get tells them too', async ({
    open,
  }) => {
    const harness = await open({ workers: 0 });
    const sources = readingOf(harness.session);
    const { session, submit, finish } = harness;
    const stopWorker = await harness.startWorker();
    const { run: ended } = await submit(job('bees', 'a bee', 'hive'));
    await finish(ended);
    await stopWorker();
    const { run: broken } = await submit(job('wasps', 'a wasp'));
    await untilListed(sources, ended, broken);
    const away = await list(withoutTemporal(sources), { limit: 9 });
    expect(away.warnings).toEqual([expect.stringContaining('nothing answers')]);
    expect(away.runs).toMatchObject([
      { runId: broken.runId, state: 'unknown' },
      { runId: ended.runId, state: 'completed', items: 1, labels: { team: 'hive' } },
    ]);

    await forgetRun(session.temporal, broken);
    await forgetRun(session.temporal, ended);
    await vi.waitFor(async () => expect(await idsOf(sources, { states: ['lost'] })).toEqual([broken.runId]), {
      timeout: 60_000,
      interval: 200,
    });
    const { runs, warnings } = await list(sources, { limit: 9 });
    expect(warnings).toEqual([]);
    expect(runs.map(({ runId, state }) => [runId, state])).toEqual([
      [broken.runId, 'lost'],
      [ended.runId, 'completed'],
    ]);
    expect(await idsOf(sources, { job: 'bees', labels: ['team=hive'] })).toEqual([ended.runId]);

    expect(await resolveStored(withoutTemporal(sources), 'bee')).toEqual(ended);
    expect(await describeRun(withoutTemporal(sources), ended)).toMatchObject({
      sight: { kind: 'ended' },
      report: { state: 'completed' },
    });
    expect(await describeRun(sources, broken)).toMatchObject({ sight: { kind: 'broken' } });
    expect(await describeRun(withoutTemporal(sources), broken)).toMatchObject({
      plan: { items: 1 },
      sight: { kind: 'silent', reason: expect.stringContaining('nothing answers') as string },
    });
  });
});
