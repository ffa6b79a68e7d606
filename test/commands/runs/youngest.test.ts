import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { ListedRun } from '../../../src/commands/runs/listed-run.ts';
import { endedTooEarly, youngest } from '../../../src/commands/runs/youngest.ts';

interface Told {
  readonly id: string;
  readonly startedAt: number;
  /** Absent while it goes on. */
  readonly endedAt: number | undefined;
}

/** As Temporal tells them: what goes on first, then what ended last. */
const told = fc
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

/** Reads until the rest is too old; gives what was found, and how many were read. */
function read(runs: readonly Told[], limit: number): { found: readonly ListedRun[]; count: number } {
  let found: readonly ListedRun[] = [];
  for (const [count, run] of runs.entries()) {
    const closeTime = run.endedAt === undefined ? undefined : at(run.endedAt);
    if (endedTooEarly(closeTime === undefined ? {} : { closeTime }, found, limit)) return { found, count };
    found = youngest([...found, listed(run)], limit);
  }
  return { found, count: runs.length };
}

describe('the youngest runs', () => {
  it('are those that started last, however they ended, though not all are read', () => {
    fc.assert(
      fc.property(told, fc.integer({ min: 1, max: 10 }), (runs, limit) => {
        const starts = runs.map(({ startedAt }) => startedAt).sort((left, right) => right - left);
        const found = read(runs, limit).found.map(({ startedAt }) => startedAt);
        expect(found).toEqual(starts.slice(0, limit).map((start) => at(start).toISOString()));
      }),
    );
  });

  it('are found by reading as many and one more where each run began after the one before had ended', () => {
    const runs = Array.from({ length: 1_000 }, (_, age): Told => {
      return { id: `bees-${age}`, startedAt: -age * 10, endedAt: -age * 10 + 5 };
    });
    expect(read(runs, 50).count).toBe(50);
  });

  it('come before those of which nobody knows when they started', () => {
    const run = listed({ id: 'bees-1', startedAt: 1, endedAt: 2 });
    const unplanned = { ...run, runId: 'bees-0', startedAt: undefined };
    expect(youngest([unplanned, run], 1)).toEqual([run]);
    expect(endedTooEarly({ closeTime: at(0) }, [unplanned], 1)).toBe(false);
  });
});
