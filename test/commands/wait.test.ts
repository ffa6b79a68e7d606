import { expect, it } from 'vitest';

import { exitCodeOfRun, exitCodeOfWaits, exitCodes } from '../../src/commands/exit-codes.ts';
import { waitFor, type Waited } from '../../src/commands/wait.ts';
import type { EndState } from '../../src/records/outcome.ts';
import { temporalUnreachable } from '../../src/temporal/failure.ts';
import { createMemoryStore } from '../support/memory-store.ts';

const run = { prefix: 'runs', emulated: false, job: 'bees', runId: 'bees-0123456789' };

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
  const paused: Waited = { runId, kind: 'paused', paused: [] };
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
