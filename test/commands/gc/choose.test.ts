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
  }: {
    readonly state?: 'completed' | 'stopped';
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
    ...(endedAt === undefined ? {} : { end: { at: endedAt, state, ...collected } }),
    needs,
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

  it('are none of the last ones of a job that takes over what its runs have, back to one that left nothing out', () => {
    const own = { isTakenOver: true } as const;
    expect(
      chosen(
        known('bees-1', '2026-01-01T00:00:00.000Z', own),
        known('bees-2', '2026-01-02T00:00:00.000Z', own),
        known('bees-3', '2026-01-03T00:00:00.000Z', { ...own, state: 'stopped' }),
        known('wasps-1', old, { job: 'wasps' }),
      ),
    ).toEqual({
      go: ['bees-1', 'wasps-1'],
      stay: { 'bees-2': { kind: 'taken-over' }, 'bees-3': { kind: 'taken-over' } },
    });
  });

  it('mix no runs of the emulator with real ones', () => {
    const emulated = known('bees-2', undefined, { needs: ['bees-1'], emulated: true });
    expect(chosen(known('bees-1', old), emulated).go).toEqual(['bees-1']);
  });
});
