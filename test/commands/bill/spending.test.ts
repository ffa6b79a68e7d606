import { describe, expect, it } from 'vitest';

import { spending, type SpendingOptions } from '../../../src/commands/bill/spending.ts';
import type { Session } from '../../../src/commands/session/session.ts';
import type { ResultLine } from '../../../src/report/result-line.ts';
import { runKeys, type RunLocation } from '../../../src/storage/keys.ts';
import { endRun } from '../../support/end-run.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import { succeeded } from '../../support/samples.ts';

const location = { prefix: 'runs', emulated: false };
const json = { contentType: 'application/json' };

function runOf(job: string, digit: number): RunLocation {
  return { ...location, job, runId: `${job}-${String(digit).repeat(10)}` };
}

function answered(number: number, at: string, amount: string, model = 'openai'): ResultLine {
  const charge = { amount, certainty: 'exact' } as const;
  return succeeded({
    number,
    model,
    attempts: [{ attempt: 1, at, code: 'answered', charge }],
    cost: { settled: amount, unknown: { count: 0, atMost: '0' } },
  });
}

async function world() {
  const store = createMemoryStore();
  await endRun(
    store,
    runOf('bees', 1),
    { from: '2026-01-01T10:00:00.000Z', to: '2026-01-01T11:00:00.000Z' },
    [answered(1, '2026-01-01T10:30:00.000Z', '0.1')],
  );
  const night = { from: '2026-01-02T23:00:00.000Z', to: '2026-01-03T01:00:00.000Z' };
  await endRun(store, runOf('bees', 2), { ...night, labels: { season: 'spring', team: 'a' } }, [
    answered(1, '2026-01-02T23:30:00.000Z', '0.2'),
    answered(2, '2026-01-03T00:30:00.000Z', '0.04', 'mistral'),
  ]);
  await endRun(
    store,
    runOf('shots', 3),
    { from: '2026-01-03T08:00:00.000Z', to: '2026-01-03T09:00:00.000Z' },
    [answered(1, '2026-01-03T08:30:00.000Z', '0.005', 'mistral')],
  );
  const session = { store, location } as unknown as Session;
  return { store, by: (options: SpendingOptions) => spending(session, options) };
}

const costs = ({ groups, total }: Awaited<ReturnType<typeof spending>>) =>
  [...groups, total].map(({ name, runs, cost }) => [name, runs, cost.settled]);

describe('what many runs came to', () => {
  it('is told by job, model, label and day, and the total is that of the runs', async () => {
    const { by } = await world();
    const total = ['total', 3, '0.345'];
    expect(costs(await by({ by: 'job' }))).toEqual([['bees', 2, '0.34'], ['shots', 1, '0.005'], total]);
    expect(costs(await by({ by: 'model' }))).toEqual([['openai', 2, '0.3'], ['mistral', 2, '0.045'], total]);
    expect(costs(await by({ by: 'label' }))).toEqual([
      ['season=spring', 1, '0.24'],
      ['team=a', 1, '0.24'],
      ['(no label)', 2, '0.105'],
      total,
    ]);
    expect(costs(await by({ by: 'day' }))).toEqual([
      ['2026-01-01', 1, '0.1'],
      ['2026-01-02', 1, '0.2'],
      ['2026-01-03', 2, '0.045'],
      total,
    ]);
  });

  it('since a time is of runs that ended since, and by day of what was charged since that day began', async () => {
    const { by } = await world();
    const since = new Date('2026-01-03T00:45:00Z');
    expect(costs(await by({ by: 'job', since }))).toEqual([
      ['bees', 1, '0.24'],
      ['shots', 1, '0.005'],
      ['total', 2, '0.245'],
    ]);
    expect(costs(await by({ by: 'day', since }))).toEqual([
      ['2026-01-03', 2, '0.045'],
      ['total', 2, '0.045'],
    ]);
    expect(costs(await by({ by: 'model', job: 'shots' }))).toEqual([
      ['mistral', 1, '0.005'],
      ['total', 1, '0.005'],
    ]);
    expect(costs(await by({ by: 'model', job: 'none' }))).toEqual([['total', 0, '0']]);
  });

  it('names a run that cannot be read and leaves it out, and fails where the store is away', async () => {
    const { store, by } = await world();
    await store.put(runKeys(runOf('bees', 1)).report, '{', json);
    await store.put(runKeys(runOf('shots', 3)).report, '{"tally":{}}', json);
    const found = await by({ by: 'job' });
    expect(costs(found)).toEqual([
      ['bees', 1, '0.24'],
      ['total', 1, '0.24'],
    ]);
    expect(found.unreadable).toEqual([
      { runId: 'bees-1111111111', reason: 'its report is damaged' },
      { runId: 'shots-3333333333', reason: expect.stringContaining('report.json is damaged') },
    ]);
    store.failNext('get', new Error('the store is away'));
    await expect(by({ by: 'job' })).rejects.toThrow('the store is away');
  });

  it('counts a run once for a name that models of both kinds have', async () => {
    const { store, by } = await world();
    const run = runOf('twins', 4);
    const at = '2026-01-04T08:00:00.000Z';
    await endRun(store, run, { from: at, to: at }, [
      answered(1, at, '0.1', 'twin'),
      { ...answered(2, at, '0.02', 'twin'), kind: 'image' },
    ]);
    const told = [
      ['twin', 1, '0.12'],
      ['total', 1, '0.12'],
    ];
    expect(costs(await by({ by: 'model', job: 'twins' }))).toEqual(told);
    await store.put(runKeys(run).correction(1), JSON.stringify({ version: 1, settled: [] }), json);
    expect(costs(await by({ by: 'model', job: 'twins' }))).toEqual(told);
  });

  it('has the corrections of a run laid over its report', async () => {
    const { store, by } = await world();
    const run = runOf('shots', 3);
    const lost = { amount: '0.5', certainty: 'unknown' } as const;
    const at = '2026-01-03T08:30:00.000Z';
    const line = succeeded({ attempts: [{ attempt: 1, at, code: 'reset', charge: lost }] });
    await endRun(store, run, { from: at, to: at }, [
      { ...line, cost: { settled: '0', unknown: { count: 1, atMost: '0.5' } } },
    ]);
    expect((await by({ by: 'job', job: 'shots' })).total.cost.unknown).toEqual({ count: 1, atMost: '0.5' });
    const now = { amount: '0.25', certainty: 'exact' };
    const settled = [{ number: 1, id: 'haiku', attempt: 1, was: lost, now }];
    const correction = { version: 1, runId: run.runId, at, source: 'usage', settled };
    await store.put(runKeys(run).correction(1), JSON.stringify(correction), json);
    expect((await by({ by: 'job', job: 'shots' })).total.cost).toEqual({
      settled: '0.25',
      unknown: { count: 0, atMost: '0' },
    });
  });
});
