import { expect, it } from 'vitest';

import { exitCodeOfRun, exitCodeOfWaits, exitCodes } from '../../../src/commands/exit-codes.ts';
import { listedByTemporal, listedStates, stateOfWorkflow } from '../../../src/commands/runs/listed-run.ts';
import { sightData, waitedData } from '../../../src/commands/render/run-data.ts';
import { waitFor, type Waited } from '../../../src/commands/runs/wait.ts';
import type { Running } from '../../../src/commands/runs/follow.ts';
import type { EndState } from '../../../src/records/outcome.ts';
import { emptyTally } from '../../../src/records/tally.ts';
import { temporalUnreachable } from '../../../src/temporal/failure.ts';
import { createMemoryStore } from '../../support/memory-store.ts';

const run = { prefix: 'runs', emulated: false, job: 'bees', runId: 'bees-0123456789' };

const pausedSight: Running = {
  kind: 'running',
  inFlight: 0,
  waits: [],
  view: {
    state: 'paused',
    items: 3,
    tally: emptyTally,
    done: emptyTally,
    models: [],
    failures: [],
    paused: [],
  } as never,
};

function ended(state: EndState): Waited {
  return { runId: run.runId, kind: 'ended', marker: { state } as never };
}

it('tells by the exit code how runs ended only where that is asked for, and then by the worst', () => {
  const all = [ended('completed'), ended('completed_with_failures'), ended('expired'), ended('stopped')];
  expect(exitCodeOfWaits(all, false)).toBe(exitCodes.succeeded);
  expect(exitCodeOfWaits(all, true)).toBe(exitCodes.stopped);
  expect(exitCodeOfWaits(all.slice(0, 3), true)).toBe(exitCodes.expired);
  expect(exitCodeOfWaits(all.slice(0, 2), true)).toBe(exitCodes.finishedWithFailures);
  expect(exitCodeOfWaits(all.slice(0, 1), true)).toBe(exitCodes.succeeded);
  const broken: Waited = { runId: run.runId, kind: 'broken', status: 'TERMINATED' };
  expect(exitCodeOfWaits([...all, broken], true)).toBe(exitCodes.internal);
});

it('says that it did not come to the end, however it was to exit', () => {
  const { runId } = run;
  const paused: Waited = { runId, kind: 'paused', sight: pausedSight };
  expect(exitCodeOfWaits([ended('stopped'), paused], false)).toBe(exitCodes.paused);
  expect(exitCodeOfRun({ kind: 'paused', sight: {} as never })).toBe(exitCodes.paused);
  expect(exitCodeOfWaits([paused, { runId, kind: 'late' }], true)).toBe(exitCodes.internal);
  expect(
    exitCodeOfWaits(
      [
        { runId, kind: 'left' },
        { runId, kind: 'late' },
      ],
      true,
    ),
  ).toBe(exitCodes.interrupted);
});

it('knows by its marker that a run has ended, without Temporal, which it needs for one that has not', async () => {
  const store = createMemoryStore();
  const away = temporalUnreachable({ found: 'nothing answers', remedy: 'Start it.' }, undefined);
  const reading = { store: store as never, temporal: () => Promise.resolve(away) };
  const never = new AbortController().signal;
  const options = { waitPaused: true, timeout: never, signal: never };
  await expect(waitFor(reading, run, options)).rejects.toBe(away);
  const type = { contentType: 'application/json' };
  await store.put('runs/bees/bees-0123456789/_SUCCESS', '{"state":"completed"}', type);
  expect(await waitFor(reading, run, options)).toMatchObject({
    kind: 'ended',
    marker: { state: 'completed' },
  });
});

it('is told to programs as `get` and `watch` tell it: the key of the marker, tally and end beside it', () => {
  const { runId } = run;
  const marker = {
    state: 'completed',
    endedAt: '2026-11-26T17:00:00.000Z',
    tally: emptyTally,
    marker: 'a/_SUCCESS',
  };
  const done = { kind: 'ended', marker: marker as never } as const;
  expect(waitedData({ runId, ...done })).toEqual({ runId, ...sightData(done) });
  expect(waitedData({ runId, ...done })).toMatchObject({ marker: 'a/_SUCCESS', tally: emptyTally });
  expect(waitedData({ runId, kind: 'paused', sight: pausedSight })).toEqual({
    runId,
    ...sightData(pausedSight),
  });
  expect(waitedData({ runId, kind: 'late' })).toEqual({ runId, state: 'running' });
});

it.each(['COMPLETED', 'CANCELLED', 'TERMINATED', 'FAILED', 'TIMED_OUT', 'NOT_STARTED'])(
  'has one state without a marker, whatever command tells it: %s',
  (status) => {
    const state = stateOfWorkflow(status);
    expect(listedStates).toContain(state);
    expect(sightData({ kind: 'broken', status })).toMatchObject({ state });
    expect(waitedData({ runId: run.runId, kind: 'broken', status })).toMatchObject({ state });
    // What it told last may be that it was planned.
    const info = {
      workflowId: `job/${run.runId}`,
      status: { name: status },
      startTime: new Date(),
      searchAttributes: { PollenState: ['planning'] },
    };
    if (status !== 'COMPLETED' && status !== 'NOT_STARTED')
      expect(listedByTemporal(info as never)).toMatchObject({ state });
  },
);
