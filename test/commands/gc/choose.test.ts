import { describe, expect, it } from 'vitest';

import { choose, type KnownRun } from '../../../src/commands/gc/choose.ts';

const before = '2026-06-01T00:00:00.000Z';
const old = '2026-01-01T00:00:00.000Z';
const young = '2026-07-01T00:00:00.000Z';

function known(
  runId: string,
  endedAt: string | undefined,
  {
    state = 'completed',
    needs = [],
    isTakenOver = false,
    job = 'bees',
    emulated = false,
    isGone = false,
    succeeded = 1,
    api = 'pollinations v1',
    isUnplanned = false,
  }: {
    readonly state?: 'completed' | 'stopped';
    readonly succeeded?: number;
    readonly api?: string;
    readonly isUnplanned?: boolean;
    readonly needs?: readonly string[];
    readonly isTakenOver?: boolean;
    readonly job?: string;
    readonly emulated?: boolean;
    readonly isGone?: boolean;
  } = {},
): KnownRun {
  const collected = isGone ? { collected: { at: old, kept: 'bill', billed: 1, throttled: 0 } as const } : {};
  return {
    run: { prefix: 'runs', emulated, job, runId },
    ...(endedAt === undefined ? {} : { end: { at: endedAt, state, succeeded, ...collected } }),
    needs,
    ...(isUnplanned ? { isUnplanned } : {}),
    api,
    isTakenOver,
  };
}
function chosen(...runs: readonly KnownRun[]) {
  const { go, stay } = choose(runs, before);
  return {
    go: go.map(({ run }) => run.runId),
    stay: Object.fromEntries(stay.map(({ run, because }) => [run.runId, because])),
  };
}

describe('the runs whose results may go', () => {
  it('are those that ended before the time, and none that goes on', () => {
    expect(chosen(known('bees-1', old), known('bees-2', young), known('bees-3', undefined))).toEqual({
      go: ['bees-1'],
      stay: {},
    });
  });

  it('are none that a younger retry has results of by reference, however far back', () => {
    expect(
      chosen(
        known('bees-1', old),
        known('bees-1-retry1', old, { needs: ['bees-1'] }),
        known('bees-1-retry2', young, { needs: ['bees-1-retry1'] }),
        known('bees-2', old),
      ),
    ).toEqual({
      go: ['bees-2'],
      stay: {
        'bees-1': { kind: 'needed', by: 'bees-1-retry1' },
        'bees-1-retry1': { kind: 'needed', by: 'bees-1-retry2' },
      },
    });
  });

  it('are none that a run which goes on is still to take results over from', () => {
    expect(chosen(known('bees-1', old), known('bees-2', undefined, { needs: ['bees-1'] })).stay).toEqual({
      'bees-1': { kind: 'needed', by: 'bees-2' },
    });
  });

  it('are retries before the runs that they retry, where both are old', () => {
    expect(
      chosen(
        known('bees-1', old),
        known('bees-1-retry1', old, { needs: ['bees-1'] }),
        known('bees-1-retry2', old, { needs: ['bees-1-retry1'] }),
      ).go,
    ).toEqual(['bees-1-retry2', 'bees-1-retry1', 'bees-1']);
  });

  it('need nothing any more where a retry was collected itself', () => {
    const retry = known('bees-1-retry1', young, { needs: ['bees-1'], isGone: true });
    expect(chosen(known('bees-1', old), retry)).toEqual({ go: ['bees-1'], stay: {} });
  });

  describe('of a job that takes over what its runs have', () => {
    const own = { isTakenOver: true } as const;
    /** Runs that ended one a day; the first is the oldest. */
    const days = (
      count: number,
      changes: (day: number) => Parameters<typeof known>[2],
      name = (day: number) => `bees-${day}`,
    ) =>
      Array.from({ length: count }, (_, index) =>
        known(name(index + 1), `2026-01-${String(index + 1).padStart(2, '0')}T00:00:00.000Z`, {
          ...own,
          ...changes(index + 1),
        }),
      );

    it('are none of the last ten', () => {
      const { go, stay } = chosen(...days(12, () => ({})), known('wasps-1', old, { job: 'wasps' }));
      expect(go).toEqual(['bees-1', 'bees-2', 'wasps-1']);
      expect(stay['bees-3']).toEqual({ kind: 'taken-over' });
    });

    it('are none back to one that left nothing out', () => {
      expect(chosen(...days(14, (day) => (day > 2 ? { state: 'stopped' } : {}))).go).toEqual(['bees-1']);
    });

    it('are none back to one of the whole job, which a trial is not', () => {
      const trials = days(
        13,
        (day) => (day > 2 ? { state: day === 13 ? 'completed' : 'stopped' } : {}),
        (day) => (day === 13 ? 'bees-0123456789-first5' : `bees-${day}`),
      );
      expect(chosen(...trials).go).toEqual(['bees-1']);
    });

    it('are those that got nothing, which count for none of the last ten', () => {
      const { go } = chosen(...days(13, (day) => (day === 13 || day === 5 ? { succeeded: 0 } : {})));
      expect(go).toEqual(['bees-1', 'bees-5', 'bees-13']);
    });

    it('are those of each API by itself', () => {
      const { go } = chosen(...days(12, (day) => (day === 1 ? { api: 'another v1' } : {})));
      expect(go).toEqual(['bees-2']);
    });

    it('are those of a job of which any run takes over, whatever the newest says', () => {
      expect(chosen(...days(3, (day) => ({ isTakenOver: day === 2 }))).go).toEqual([]);
    });
  });

  it('are none of a job with a run that was claimed and has no plan yet', () => {
    const claimed = known('bees-2', undefined, { isUnplanned: true });
    expect(chosen(known('bees-1', old), claimed, known('wasps-1', old, { job: 'wasps' }))).toEqual({
      go: ['wasps-1'],
      stay: { 'bees-1': { kind: 'unplanned', by: 'bees-2' } },
    });
  });

  it('mix no runs of the emulator with real ones', () => {
    const emulated = known('bees-2', undefined, { needs: ['bees-1'], emulated: true });
    expect(chosen(known('bees-1', old), emulated).go).toEqual(['bees-1']);
  });
});
