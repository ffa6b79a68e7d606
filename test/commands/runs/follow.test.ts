import { WorkflowNotFoundError } from '@temporalio/client';
import { expect, it } from 'vitest';

import { lookAt } from '../../../src/commands/runs/follow.ts';
import { emptyTally } from '../../../src/records/tally.ts';
import { StoreError } from '../../../src/storage/store-error.ts';
import { createMemoryStore } from '../../support/memory-store.ts';

const run = { prefix: 'runs', emulated: false, job: 'bees', runId: 'bees-0123456789' };
const runView = { state: 'running', items: 3, tally: emptyTally, done: emptyTally, pages: { running: [0] } };

/** Temporal as it is where only these workflows are there yet, each with one call that waits. */
function temporalWith(...ids: readonly string[]) {
  const pendingActivities = [
    { lastFailure: { message: 'slow down', applicationFailureInfo: { type: 'rate-limited' } } },
  ];
  const ofThose =
    <Answer>(id: string, answer: Answer) =>
    () =>
      ids.includes(id)
        ? Promise.resolve(answer)
        : Promise.reject(new WorkflowNotFoundError('workflow not found', id, undefined));
  const client = {
    connection: { withDeadline: <Result>(_at: number, work: () => Promise<Result>) => work() },
    workflow: {
      getHandle: (id: string) => ({
        describe: ofThose(id, { status: { name: 'RUNNING' }, raw: { pendingActivities } }),
        query: ofThose(id, id.endsWith('page-00000') ? { tally: emptyTally, inFlight: 1 } : runView),
      }),
    },
  };
  return { store: createMemoryStore(), temporal: { client } as never };
}

it('sees a run that goes on, though the page that it has begun is not there yet', async () => {
  expect(await lookAt(temporalWith(`job/${run.runId}`), run)).toMatchObject({
    kind: 'running',
    waits: [{ code: 'rate-limited', calls: 1 }],
  });
});

it('sees what waits in the page once it is there', async () => {
  expect(await lookAt(temporalWith(`job/${run.runId}`, `job/${run.runId}/page-00000`), run)).toMatchObject({
    kind: 'running',
    inFlight: 1,
    waits: [{ code: 'rate-limited', calls: 2 }],
  });
});

it('sees that a run was never started', async () => {
  expect(await lookAt(temporalWith(), run)).toEqual({ kind: 'broken', status: 'NOT_STARTED' });
});

it('does not say of a run that Temporal has forgotten that it was never started while the store is away', async () => {
  const { temporal, store } = temporalWith();
  const away = new StoreError('store-unavailable', 'The store does not answer.');
  const session = { temporal, store: { ...store, get: () => Promise.reject(away) } };
  expect(await lookAt(session, run)).toEqual({ kind: 'silent', reason: away.message });
});
