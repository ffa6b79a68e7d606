import { WorkflowNotFoundError } from '@temporalio/client';
import { expect, it } from 'vitest';

import { lookAt } from '../../../src/commands/runs/follow.ts';
import { emptyTally } from '../../../src/records/tally.ts';
import { StoreError } from '../../../src/storage/store-error.ts';
import { createMemoryStore } from '../../support/memory-store.ts';

const run = { prefix: 'runs', emulated: false, job: 'bees', runId: 'bees-0123456789' };
const runView = {
  state: 'running',
  items: 3,
  tally: emptyTally,
  done: emptyTally,
  pages: { running: [0, 1] },
};

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

const job = `job/${run.runId}`;

it('sees a run that goes on, though a page that it has begun is not there yet', async () => {
  expect(await lookAt(temporalWith(job), run)).toMatchObject({
    kind: 'running',
    inFlight: 0,
    waits: [{ code: 'rate-limited', calls: 1 }],
  });
});

it('sees what is done and what waits in the other pages meanwhile', async () => {
  expect(await lookAt(temporalWith(job, `${job}/page-00000`), run)).toMatchObject({
    kind: 'running',
    inFlight: 1,
    waits: [{ code: 'rate-limited', calls: 2 }],
  });
});

it('sees that a run was never started', async () => {
  expect(await lookAt(temporalWith(), run)).toEqual({ kind: 'broken', status: 'NOT_STARTED' });
});

it('knows by its marker that a run has ended which Temporal has forgotten', async () => {
  const { temporal, store } = temporalWith();
  const type = { contentType: 'application/json' };
  await store.put('runs/bees/bees-0123456789/_SUCCESS', '{"state":"completed"}', type);
  expect(await lookAt({ temporal, store }, run)).toEqual({ kind: 'ended', marker: { state: 'completed' } });
});

it('leaves open whether a run was ever started that Temporal does not know, while the store is away', async () => {
  const { temporal, store } = temporalWith();
  const away = new StoreError('store-unavailable', 'The store does not answer.');
  const session = { temporal, store: { ...store, get: () => Promise.reject(away) } };
  expect(await lookAt(session, run)).toEqual({ kind: 'silent', reason: away.message });
});
