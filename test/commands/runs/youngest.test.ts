import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { ListedRun, RunInTemporal } from '../../../src/commands/runs/listed-run.ts';
import { readYoungest, youngest } from '../../../src/commands/runs/youngest.ts';

interface Told {
  readonly id: string;
  readonly startedAt: number;
  /** Absent while it goes on. */
  readonly endedAt: number | undefined;
}

/** As Temporal tells them: what goes on first, then what ended last. */
const runsTold = fc
  .array(fc.record({ startedAt: fc.nat(60), took: fc.option(fc.nat(20), { nil: undefined }) }), {
    maxLength: 40,
  })
  .map((runs) =>
    runs
      .map(({ startedAt, took }, index): Told => {
        return { id: `bees-${index}`, startedAt, endedAt: took === undefined ? undefined : startedAt + took };
      })
      .sort((left, right) => (right.endedAt ?? Infinity) - (left.endedAt ?? Infinity) || 0),
  );

const at = (second: number): Date => new Date(Date.UTC(2026, 10, 20) + second * 1_000);

function listed({ id, startedAt, endedAt }: Told): ListedRun {
  return {
    runId: id,
    job: 'bees',
    parent: undefined,
    labels: {},
    models: [],
    state: endedAt === undefined ? 'running' : 'completed',
    items: 1,
    cost: '0',
    startedAt: at(startedAt).toISOString(),
    endedAt: endedAt === undefined ? undefined : at(endedAt).toISOString(),
    emulated: true,
  };
}

/** Reads from a server that tells some runs at a time; gives what was found, and how many were told. */
async function read(
  runs: readonly Told[],
  limit: number,
  some = 3,
): Promise<{ found: readonly ListedRun[]; count: number }> {
  const told = new Set<string>();
  const found = await readYoungest(
    {
      async *ask(since = '') {
        const those = runs.filter(
          ({ id, startedAt }) => !told.has(id) && at(startedAt).toISOString() >= since,
        );
        for (let from = 0; from < those.length; from += some) {
          const batch = those.slice(from, from + some);
          for (const { id } of batch) told.add(id);
          yield batch.map(({ id, endedAt }) => {
            return {
              workflowId: id,
              ...(endedAt === undefined ? {} : { closeTime: at(endedAt) }),
            } as RunInTemporal;
          });
        }
      },
      listed: (infos) =>
        Promise.resolve(
          infos.flatMap(({ workflowId }) => runs.filter(({ id }) => id === workflowId).map(listed)),
        ),
    },
    limit,
  );
  return { found, count: told.size };
}

describe('the youngest runs', () => {
  it('are those that started last, however they ended, though not all are read', async () => {
    await fc.assert(
      fc.asyncProperty(runsTold, fc.integer({ min: 1, max: 10 }), async (runs, limit) => {
        const starts = runs.map(({ startedAt }) => startedAt).sort((left, right) => right - left);
        const { found } = await read(runs, limit);
        expect(found.map(({ startedAt }) => startedAt)).toEqual(
          starts.slice(0, limit).map((start) => at(start).toISOString()),
        );
      }),
    );
  });

  it('are found by reading as many and some more where each began after the one before had ended', async () => {
    const runs = Array.from({ length: 1_000 }, (_, age): Told => {
      return { id: `bees-${age}`, startedAt: -age * 10, endedAt: -age * 10 + 5 };
    });
    expect((await read(runs, 50, 10)).count).toBe(60);
  });

  it('are found by their starts where all went on at the same time', async () => {
    const runs = Array.from({ length: 1_000 }, (_, age): Told => {
      return { id: `bees-${age}`, startedAt: -age, endedAt: 10_000 - age };
    });
    expect((await read(runs, 50, 10)).count).toBe(60);
  });

  it('are found among short runs where more of old go on than are wanted', async () => {
    const old = Array.from({ length: 80 }, (_, index): Told => {
      return { id: `old-${index}`, startedAt: index - 1_000_000, endedAt: undefined };
    });
    const short = Array.from({ length: 20_000 }, (_, age): Told => {
      return { id: `bees-${age}`, startedAt: -age * 10, endedAt: -age * 10 + 5 };
    });
    const { found, count } = await read([...old, ...short], 50, 10);
    expect(found.map(({ runId }) => runId)).toEqual(short.slice(0, 50).map(({ id }) => id));
    expect(count).toBeLessThan(200);
  });

  it('come before those of which nobody knows when they started', () => {
    const run = listed({ id: 'bees-1', startedAt: 1, endedAt: 2 });
    const unplanned = { ...run, runId: 'bees-0', startedAt: undefined };
    expect(youngest([unplanned, run], 1)).toEqual([run]);
  });
});
